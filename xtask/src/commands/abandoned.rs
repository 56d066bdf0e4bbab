//! The branches that the fleet has left behind, as far as this clone knows them.

use lockstep::model::{FileTree, Finding};
use lockstep::release::{AbandonedBranch, FormerBranch, PreviousUnit};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};

use super::branches::{commit_of, delivery_repository};
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
    let mut findings: Vec<Finding> = branches.iter().map(|branch| branch.finding(tree)).collect();
    findings.extend(former(repository, delivery, workspace, tree)?);
    Ok(findings)
}

/// What is to be said of branches from before the fleet changed the prefix of branches, all at once.
pub(super) fn former(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
    tree: &FileTree,
) -> Result<Option<Finding>, Failure> {
    let known = delivery.branches("", &workspace.fleet.delivery.remote)?.into_iter();
    let found = known.filter_map(|known| of_before(repository, delivery, workspace, known));
    Ok(FormerBranch::finding(&found.collect::<Vec<_>>(), workspace, tree))
}

/// A branch of ours from before, if it is one that nothing went on from.
fn of_before(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
    known: KnownBranch,
) -> Option<FormerBranch> {
    let settings = &workspace.fleet.delivery;
    let commit = known.local.as_ref().or(known.tracking.as_ref())?;
    if !FormerBranch::may_be(workspace, &known.name) {
        return None;
    }
    let own = own_unit(delivery, commit)?;
    let environment = FormerBranch::environment(workspace, &known.name, &own)?;
    // another fleet may deliver to the same repository
    let is_ours = own.dry_sha().is_some_and(|dry| repository.resolve(&dry).is_ok());
    if !is_ours {
        return None;
    }
    let now = workspace.branch(&environment);
    let tip = commit_of(delivery, workspace, &now);
    let goes_on = |tip: &GitId| {
        delivery
            .ancestors(tip, &[commit.clone()].into())
            .map(|found| !found.is_empty())
    };
    if tip.as_ref().is_some_and(|tip| goes_on(tip).unwrap_or(true)) {
        return None;
    }
    Some(FormerBranch {
        now,
        has_begun: tip.is_some(),
        newest: newest(delivery, &settings.remote, &known),
        is_here: known.local.is_some(),
        remote: known.tracking.map(|_: GitId| settings.remote.clone()),
        name: known.name,
        delivery: folder_of(delivery, workspace),
    })
}

/// What git calls the newest commit of a branch, of which this clone and the remote may have different ones.
fn newest(delivery: &dyn Repository, remote: &str, known: &KnownBranch) -> String {
    let theirs = format!("{remote}/{}", known.name);
    match (&known.local, &known.tracking) {
        (None, _) => theirs,
        (Some(_), None) => known.name.clone(),
        (Some(local), Some(tracking)) => {
            let behind = delivery.ancestors(tracking, &[local.clone()].into());
            match behind.is_ok_and(|found| !found.is_empty()) {
                true => theirs,
                false => known.name.clone(),
            }
        }
    }
}

/// What a commit records of the environment's own unit, as far as it tells whose branch it is on.
fn own_unit(delivery: &dyn Repository, commit: &GitId) -> Option<PreviousUnit> {
    let paths = [branch::tuple(ENVIRONMENT_UNIT), branch::metadata(ENVIRONMENT_UNIT)];
    let mut files = delivery.read(commit, &paths).ok()?.into_iter();
    Some(PreviousUnit {
        tuple: files.next().flatten(),
        metadata: files.next().flatten(),
        ..PreviousUnit::default()
    })
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
    let own = own_unit(delivery, commit)?;
    let environment = AbandonedBranch::environment(workspace, &known.name, &own)?;
    let dry_commit = own.dry_sha().filter(|commit| repository.resolve(commit).is_ok());
    if settings.repository.is_some() && dry_commit.is_none() {
        // another fleet may deliver to the same repository
        return None;
    }
    let units = delivery.folder(commit, branch::RECORDS).ok()?;
    Some(AbandonedBranch {
        environment,
        newest: newest(delivery, &settings.remote, &known),
        name: known.name,
        is_here: known.local.is_some(),
        remote: known.tracking.map(|_: GitId| settings.remote.clone()),
        agents: units.keys().filter(|unit| *unit != ENVIRONMENT_UNIT).count(),
        dry_commit,
        delivery: folder_of(delivery, workspace),
    })
}

/// The folder of the repository that has the branches, where it is not the one that people edit.
fn folder_of(delivery: &dyn Repository, workspace: &Workspace) -> Option<String> {
    let folder = delivery.work_folder().unwrap_or(delivery.git_folder());
    let named = workspace.fleet.delivery.repository.as_ref();
    named.map(|_| folder.components().as_path().display().to_string())
}
