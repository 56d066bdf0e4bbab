//! Where units stand on an environment branch, as git ids.

use lockstep::model::EnvironmentName;
use lockstep::release::unit_key;
use lockstep::workspace::layout::branch;

use super::super::run::Run;
use super::Folder;
use crate::failure::Failure;
use crate::ports::{GitId, Tip};

/// The commit that an environment's branch stands at.
pub(super) fn tip(run: &Run<'_>, environment: &EnvironmentName) -> Result<Option<GitId>, Failure> {
    let branch = run.workspace.branch(environment);
    match run.delivery.tip(&branch, &run.workspace.fleet.delivery.remote)? {
        Tip::At { commit, .. } => Ok(Some(commit)),
        Tip::Unborn => Ok(None),
    }
}

/// Git ids of the units on an environment branch.
pub(super) struct Places {
    apps: Folder,
    records: Folder,
    argocd: Folder,
}

impl Places {
    /// The places at a branch's tip; none where there is no branch yet.
    pub(super) fn at(run: &Run<'_>, tip: Option<GitId>) -> Result<Option<Places>, Failure> {
        let Some(commit) = tip else {
            return Ok(None);
        };
        let folder = |name: &str| run.delivery.folder(&commit, name);
        Ok(Some(Places {
            apps: folder(branch::APPS)?,
            records: folder(branch::RECORDS)?,
            argocd: folder(branch::ARGOCD)?,
        }))
    }

    /// All that a unit has on the branch, in one word.
    pub(super) fn of_unit(&self, unit: &str) -> Option<String> {
        let application = self.argocd.get(&format!("{unit}.yaml"))?;
        Some(unit_key(&[
            &self.apps.get(unit)?.0,
            &self.records.get(unit)?.0,
            &application.0,
        ]))
    }
}
