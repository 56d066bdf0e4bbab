//! The copies of blueprints that release files pin.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::model::Digest;
use lockstep::workspace::{Blueprint, Workspace, layout};

use super::dry::is_outline;
use crate::failure::Failure;
use crate::ports::{GitId, Repository, TreeChange};

/// The files of a blueprint's copy.
pub(super) fn copy(blueprint: &Blueprint) -> TreeChange {
    let folder = layout::pinned_blueprint(blueprint.digest);
    let files = blueprint.files.iter();
    files
        .map(|(file, bytes)| (format!("{folder}/{file}"), Some(Arc::clone(bytes))))
        .collect()
}

/// The blueprint of this digest: as it is now, or as the commit had it from which it was rendered.
pub(super) fn blueprint(
    repository: &dyn Repository,
    workspace: &Workspace,
    digest: Digest,
    dry_commit: Option<&str>,
) -> Result<Option<Arc<Blueprint>>, Failure> {
    if let Some(found) = workspace.by_digest.get(&digest) {
        return Ok(Some(Arc::clone(found)));
    }
    let Some(commit) = dry_commit.and_then(|commit| repository.resolve(commit).ok()) else {
        return Ok(None);
    };
    let wanted =
        |path: &str| is_outline(path) || path.starts_with("templates/") || path.starts_with(layout::PINNED_BLUEPRINTS);
    let (then, _) = Workspace::load(&repository.files(&commit.id, &wanted)?);
    Ok(then.and_then(|then| then.by_digest.get(&digest).cloned()))
}

/// The copies that are there, and the release files that name them.
pub(super) struct Pins {
    copies: BTreeMap<String, Vec<String>>,
    releases: BTreeMap<String, Arc<[u8]>>,
}

impl Pins {
    pub(super) fn read(repository: &dyn Repository, commit: &GitId, workspace: &Workspace) -> Result<Pins, Failure> {
        let wanted =
            |path: &str| path == "environments/" || path.starts_with(&format!("{}/", layout::PINNED_BLUEPRINTS));
        let mut copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, _) in repository.files(commit, &wanted)?.entries() {
            let hex = path.split('/').nth(2).unwrap_or_default();
            copies.entry(hex.to_owned()).or_default().push(path.to_owned());
        }
        let mut paths = Vec::new();
        for environment in &workspace.environments {
            let folder = format!("{}/{}/releases", layout::ENVIRONMENTS, environment.name);
            let files = repository.folder(commit, &folder)?;
            paths.extend(files.into_keys().map(|file| format!("{folder}/{file}")));
        }
        let files = repository.read(commit, &paths)?;
        let releases = paths.into_iter().zip(files);
        Ok(Pins {
            copies,
            releases: releases.filter_map(|(path, bytes)| Some((path, bytes?))).collect(),
        })
    }

    /// Whether there is a copy of a blueprint.
    pub(super) fn has(&self, digest: Digest) -> bool {
        self.copies.contains_key(&digest.hex())
    }

    /// The files of copies that no release file names after a change.
    pub(super) fn dropped(&self, change: &TreeChange) -> TreeChange {
        let mut releases = self.releases.clone();
        for (path, bytes) in change {
            match bytes {
                Some(bytes) => releases.insert(path.clone(), Arc::clone(bytes)),
                None => releases.remove(path),
            };
        }
        let mut named = BTreeSet::new();
        for bytes in releases.values() {
            let text = String::from_utf8_lossy(bytes);
            named.extend(self.copies.keys().filter(|hex| text.contains(hex.as_str())).cloned());
        }
        let unnamed = self.copies.iter().filter(|(hex, _)| !named.contains(*hex));
        unnamed
            .flat_map(|(_, files)| files.iter().map(|file| (file.clone(), None)))
            .collect()
    }
}
