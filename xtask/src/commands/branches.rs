//! The environment branches as they are: where they are kept, and what a commit of one holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::model::{EnvironmentName, Manifest, ObjectId};
use lockstep::release::{BranchState, PreviousUnit};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{self, branch};
use rayon::prelude::*;

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

/// The commit of a name; a clone knows environment branches by the names that the remote has.
pub(super) fn commit_of(delivery: &dyn Repository, workspace: &Workspace, name: &str) -> Option<GitId> {
    let remote = format!("{}/{name}", workspace.fleet.delivery.remote);
    let names = [name, remote.as_str()];
    let mut found = names.iter().filter_map(|name| delivery.resolve(name).ok());
    found.next().map(|commit| commit.id)
}

/// What a commit of an environment branch holds of these units, in their order.
pub(super) fn units(
    delivery: &dyn Repository,
    commit: &GitId,
    units: &[impl AsRef<str>],
) -> Result<Vec<PreviousUnit>, Failure> {
    let paths = |unit: &str| {
        [
            branch::manifest(unit),
            branch::metadata(unit),
            branch::tuple(unit),
            branch::inventory(unit),
            branch::bundle(unit),
            branch::argocd(unit),
        ]
    };
    let all: Vec<String> = units.iter().flat_map(|unit| paths(unit.as_ref())).collect();
    let mut files = delivery.read(commit, &all)?.into_iter();
    let mut take = || files.next().flatten();
    let unit = |unit: &str| PreviousUnit {
        manifest: take(),
        metadata: take(),
        tuple: take(),
        inventory: take(),
        bundle: take(),
        argocd: take().map(|bytes| (branch::argocd(unit), bytes)).into_iter().collect(),
    };
    Ok(units.iter().map(AsRef::as_ref).map(unit).collect())
}

/// The objects of the wanted units that a commit of an environment branch has.
pub(super) fn manifests_on(
    delivery: &dyn Repository,
    commit: &GitId,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<Manifest>>, Failure> {
    let units = delivery.folder(commit, branch::RECORDS)?.into_keys();
    let units: Vec<String> = units.filter(|unit| wanted(unit)).collect();
    let paths: Vec<String> = units.iter().map(|unit| branch::manifest(unit)).collect();
    let manifests = delivery.read(commit, &paths)?;
    let objects = |manifest| {
        let previous = PreviousUnit {
            manifest,
            ..PreviousUnit::default()
        };
        previous.objects()
    };
    let units = units.into_par_iter().zip(manifests);
    Ok(units.map(|(unit, manifest)| (unit, objects(manifest))).collect())
}

/// The objects of an environment's branch at a commit, each with the unit that has it.
pub(super) fn objects_on(
    delivery: &dyn Repository,
    commit: &GitId,
    environment: &EnvironmentName,
) -> Result<BTreeMap<ObjectId, String>, Failure> {
    let units: Vec<String> = delivery.folder(commit, branch::RECORDS)?.into_keys().collect();
    let paths: Vec<String> = units.iter().map(|unit| branch::inventory(unit)).collect();
    let mut found = BTreeMap::new();
    for (unit, inventory) in units.iter().zip(delivery.read(commit, &paths)?) {
        let previous = PreviousUnit {
            inventory,
            ..PreviousUnit::default()
        };
        let objects = previous.inventory().map(|inventory| inventory.objects);
        let owner = format!("{environment}/{unit}");
        let objects = objects.into_iter().flatten();
        found.extend(objects.map(|object| (object.id, owner.clone())));
    }
    Ok(found)
}

/// What a commit of an environment branch holds. Of units that need not be read there is only the name.
pub(super) fn branch_state(
    delivery: &dyn Repository,
    commit: &GitId,
    unread: &dyn Fn(&str) -> bool,
) -> Result<BranchState, Failure> {
    let names: Vec<String> = delivery.folder(commit, branch::RECORDS)?.into_keys().collect();
    let (unread, read): (Vec<String>, Vec<String>) = names.into_iter().partition(|unit| unread(unit));
    let mut found: BTreeMap<String, PreviousUnit> =
        unread.into_iter().map(|unit| (unit, PreviousUnit::default())).collect();
    let states = units(delivery, commit, &read)?;
    found.extend(read.into_iter().zip(states));
    if let Some(unit) = found.get_mut(layout::ENVIRONMENT_UNIT) {
        let files = delivery.folder(commit, branch::ARGOCD)?.into_keys();
        let own: Vec<String> = files
            .filter(|file| file.starts_with('_'))
            .map(|file| format!("{}/{file}", branch::ARGOCD))
            .collect();
        let bytes = delivery.read(commit, &own)?;
        unit.argocd.extend(
            own.into_iter()
                .zip(bytes)
                .filter_map(|(path, bytes)| Some((path, bytes?))),
        );
    }
    Ok(BranchState::new(found))
}
