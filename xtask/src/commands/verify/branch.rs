//! What one verification is about: the files of a branch's commit with its history, or a folder.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep::model::{EnvironmentName, FileTree};
use lockstep::release::verify::{
    BranchFacts, History, Irregular, Judge, Link, Verification, verify, wanted_inventories,
};
use lockstep::workspace::Workspace;
use lockstep::workspace::files::Follows;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};

use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Repository};

/// What is to be verified.
pub(super) struct Subject {
    pub(super) environment: EnvironmentName,
    /// The commit; none of a folder.
    pub(super) commit: Option<GitId>,
    pub(super) files: FileTree,
    irregular: BTreeMap<String, Irregular>,
    pub(super) history: Option<History>,
}

impl Subject {
    /// A commit of an environment's branch.
    pub(super) fn of_commit(
        delivery: &dyn Repository,
        workspace: &Workspace,
        environment: &EnvironmentName,
        commit: GitId,
    ) -> Result<Subject, Failure> {
        let files = delivery.files(&commit, &|_| true)?;
        let irregular = delivery.irregular(&commit, &|_| true)?;
        // of one whose own file cannot be read, no clone's own key is believed
        let read = workspace.environment(environment.as_str());
        let history = History {
            follows: read.map_or(Follows::Releases, |environment| environment.file.follows),
            ..history(delivery, &commit, &files)?
        };
        Ok(Subject {
            environment: environment.clone(),
            commit: Some(commit),
            files,
            irregular,
            history: Some(history),
        })
    }

    /// A folder with the files of a branch.
    pub(super) fn of_folder(
        context: &Context,
        environment: &EnvironmentName,
        folder: &Path,
    ) -> Result<Subject, Failure> {
        let folder = context.folder.join(folder);
        if !context.files.exists(&folder) {
            let message = format!("there is no folder `{}`", folder.display());
            return Err(Failure::new(FailureKind::Usage, message));
        }
        if !context.files.is_folder(&folder) {
            let message = format!("`{}` is no folder", folder.display());
            return Err(Failure::new(FailureKind::Usage, message)
                .hint("unpack it first: `mkdir sent && tar -xf <file> -C sent`, then `--path sent`"));
        }
        let executables = context.files.executables(&folder)?.into_iter();
        Ok(Subject {
            environment: environment.clone(),
            commit: None,
            files: context.files.tree(&folder, &|_| true)?,
            // links are part of the files
            irregular: executables.map(|path| (path, Irregular::Executable)).collect(),
            history: None,
        })
    }

    /// Verifies it.
    pub(super) fn verify(&self, judge: &Judge<'_>) -> Verification {
        let facts = BranchFacts {
            environment: &self.environment,
            files: &self.files,
            irregular: &self.irregular,
            history: self.history.as_ref(),
        };
        verify(&facts, judge)
    }
}

/// The releases in a commit's history, with the inventories that matter.
fn history(delivery: &dyn Repository, commit: &GitId, files: &FileTree) -> Result<History, Failure> {
    let path = branch::bundle(ENVIRONMENT_UNIT);
    let past = delivery.history(commit, &path)?;
    let mut links = Vec::new();
    for version in past.versions {
        let bundle = delivery
            .read(&version.commit, std::slice::from_ref(&path))?
            .pop()
            .flatten();
        links.extend(bundle.map(|bundle| Link {
            commit: version.commit.0,
            seconds: version.seconds,
            bundle,
            inventory: None,
        }));
    }
    let inventory = [branch::inventory(ENVIRONMENT_UNIT)];
    for index in wanted_inventories(files, &links) {
        let commit = GitId(links[index].commit.clone());
        links[index].inventory = delivery.read(&commit, &inventory)?.pop().flatten();
    }
    Ok(History {
        links,
        shallow: past.shallow,
        ..History::default()
    })
}
