//! The branches of environments that the fleet no longer lists, as far as this clone knows them.

use lockstep::model::{FileTree, Finding};
use lockstep::release::{AbandonedBranch, PreviousUnit};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};

use super::branches::delivery_repository;
use crate::context::{Context, Loaded};
use crate::failure::Failure;
use crate::ports::{GitId, KnownBranch, Repository};

/// The branches, in order. One that cannot be read is not known to be ours.
pub(super) fn abandoned(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
) -> Result<Vec<AbandonedBranch>, Failure> {
    let settings = &workspace.fleet.delivery;
    let known = delivery.branches(&settings.branch_prefix, &settings.remote)?;
    let ours = known
        .into_iter()
        .filter_map(|known| of_ours(repository, delivery, workspace, known));
    Ok(ours.collect())
}

/// What is to be said of them.
pub(super) fn findings(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
    tree: &FileTree,
) -> Result<Vec<Finding>, Failure> {
    let branches = abandoned(repository, delivery, workspace)?;
    Ok(branches.iter().map(|branch| branch.finding(tree)).collect())
}

/// The same of a tree that was read. Where there is no repository with such branches, nothing is said of them.
pub(super) fn of_loaded(context: &Context, loaded: &Loaded) -> Result<Vec<Finding>, Failure> {
    let (Some(workspace), Ok(repository)) = (&loaded.workspace, context.repository()) else {
        return Ok(Vec::new());
    };
    match delivery_repository(context, &repository, workspace) {
        Ok(delivery) => findings(&*repository, &*delivery, workspace, &loaded.tree),
        Err(_) => Ok(Vec::new()),
    }
}

fn of_ours(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
    known: KnownBranch,
) -> Option<AbandonedBranch> {
    let settings = &workspace.fleet.delivery;
    let commit = known.local.as_ref().or(known.tracking.as_ref())?;
    let paths = [branch::tuple(ENVIRONMENT_UNIT), branch::metadata(ENVIRONMENT_UNIT)];
    let mut files = delivery.read(commit, &paths).ok()?.into_iter();
    let own = PreviousUnit {
        tuple: files.next().flatten(),
        metadata: files.next().flatten(),
        ..PreviousUnit::default()
    };
    let environment = AbandonedBranch::environment(workspace, &known.name, &own)?;
    let dry_commit = own.dry_sha().filter(|commit| repository.resolve(commit).is_ok());
    if settings.repository.is_some() && dry_commit.is_none() {
        // another fleet may deliver to the same repository
        return None;
    }
    let units = delivery.folder(commit, branch::RECORDS).ok()?;
    let folder = delivery.work_folder().unwrap_or(delivery.git_folder());
    Some(AbandonedBranch {
        environment,
        name: known.name,
        is_here: known.local.is_some(),
        remote: known.tracking.map(|_: GitId| settings.remote.clone()),
        agents: units.keys().filter(|unit| *unit != ENVIRONMENT_UNIT).count(),
        dry_commit,
        delivery: settings
            .repository
            .as_ref()
            .map(|_| folder.components().as_path().display().to_string()),
    })
}
