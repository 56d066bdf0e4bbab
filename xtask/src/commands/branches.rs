//! The environment branches as they are: where they are kept, and what a commit of one holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::release::{BranchState, PreviousUnit};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{self, branch};

use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// The repository that holds the environment branches: this one, or one of their own.
pub(super) fn delivery_repository(
    context: &Context,
    repository: &Arc<dyn Repository>,
    workspace: &Workspace,
) -> Result<Arc<dyn Repository>, Failure> {
    match &workspace.fleet.delivery.repository {
        None => Ok(Arc::clone(repository)),
        Some(place) => context.delivery_repository(&**repository, place, &workspace.fleet.delivery.remote),
    }
}

/// What a commit of an environment branch holds. Of units that need not be read there is only the name.
pub(super) fn branch_state(
    delivery: &dyn Repository,
    commit: &GitId,
    unread: &dyn Fn(&str) -> bool,
) -> Result<BranchState, Failure> {
    let units: Vec<String> = delivery.folder(commit, branch::RECORDS)?.into_keys().collect();
    let argocd: Vec<String> = delivery.folder(commit, branch::ARGOCD)?.into_keys().collect();
    let own: Vec<String> = argocd
        .iter()
        .filter(|file| file.starts_with('_'))
        .map(|file| format!("{}/{file}", branch::ARGOCD))
        .collect();
    let (unread, units): (Vec<String>, Vec<String>) = units.into_iter().partition(|unit| unread(unit));
    let mut paths = Vec::new();
    for unit in &units {
        paths.extend([
            branch::manifest(unit),
            branch::metadata(unit),
            branch::tuple(unit),
            branch::inventory(unit),
            branch::bundle(unit),
        ]);
        paths.push(branch::argocd(unit));
    }
    paths.extend(own.iter().cloned());
    let mut files = delivery.read(commit, &paths)?.into_iter();
    let mut found: BTreeMap<String, PreviousUnit> =
        unread.into_iter().map(|unit| (unit, PreviousUnit::default())).collect();
    let mut take = || files.next().flatten();
    for unit in units {
        let (manifest, metadata, tuple) = (take(), take(), take());
        let (inventory, bundle, application) = (take(), take(), take());
        let argocd = application
            .map(|bytes| (branch::argocd(&unit), bytes))
            .into_iter()
            .collect();
        found.insert(
            unit,
            PreviousUnit {
                manifest,
                metadata,
                tuple,
                inventory,
                bundle,
                argocd,
            },
        );
    }
    if let Some(unit) = found.get_mut(layout::ENVIRONMENT_UNIT) {
        unit.argocd
            .extend(own.into_iter().filter_map(|path| Some((path, take()?))));
    }
    Ok(BranchState::new(found))
}
