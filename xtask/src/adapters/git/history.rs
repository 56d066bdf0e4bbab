//! What verification asks of git: every version of a file in a branch's history, and what is no plain file.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{ErrorCode, Odb, Oid, Sort};
use lockstep::release::verify::Irregular;

use super::super::failing;
use super::object::{EntryKind, git_id, parse_id, parse_tree};
use super::open::GitRepository;
use super::read::{odb, root_tree, unreadable};
use crate::failure::Failure;
use crate::ports::{GitId, Past, PastVersion, Wanted};

/// Every version of a file among a commit and its ancestors, the newest first.
pub(super) fn history(repository: &GitRepository, commit: &GitId, path: &str) -> Result<Past, Failure> {
    let lease = repository.lease()?;
    let start = parse_id(commit)?;
    let failed = |error: git2::Error| unreadable(start, &error);
    let mut walk = lease.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
    walk.push(start).map_err(failed)?;
    let mut versions: Vec<PastVersion> = Vec::new();
    let mut places: BTreeMap<Oid, usize> = BTreeMap::new();
    for id in walk {
        let id = id.map_err(failed)?;
        let commit = lease.find_commit(id).map_err(|error| unreadable(id, &error))?;
        let tree = commit.tree().map_err(|error| unreadable(id, &error))?;
        let entry = match tree.get_path(Path::new(path)) {
            Ok(entry) => entry,
            Err(error) if error.code() == ErrorCode::NotFound => continue,
            Err(error) => return Err(failing::git(format!("could not read `{path}` of `{id}`"), &error)),
        };
        // ancestors come later, so the last commit that has a version is the one that brought it
        let version = PastVersion {
            commit: git_id(id),
            seconds: commit.author().when().seconds(),
        };
        match places.get(&entry.id()) {
            Some(at) => versions[*at] = version,
            None => {
                places.insert(entry.id(), versions.len());
                versions.push(version);
            }
        }
    }
    Ok(Past {
        versions,
        shallow: lease.is_shallow(),
    })
}

/// A commit and the first parents before it.
pub(super) fn line(repository: &GitRepository, commit: &GitId, limit: usize) -> Result<Vec<GitId>, Failure> {
    let lease = repository.lease()?;
    let start = parse_id(commit)?;
    let failed = |error: git2::Error| unreadable(start, &error);
    let mut walk = lease.revwalk().map_err(failed)?;
    walk.simplify_first_parent().map_err(failed)?;
    walk.push(start).map_err(failed)?;
    walk.take(limit).map(|id| id.map(git_id).map_err(failed)).collect()
}

/// What is no plain file among the wanted paths of a commit.
pub(super) fn irregular(
    repository: &GitRepository,
    commit: &GitId,
    wanted: Wanted<'_>,
) -> Result<BTreeMap<String, Irregular>, Failure> {
    let root = root_tree(repository, commit)?;
    let lease = repository.lease();
    let odb = odb(&lease)?;
    let mut found = BTreeMap::new();
    collect(&odb, root, "", wanted, &mut found)?;
    Ok(found)
}

fn collect(
    odb: &Odb<'_>,
    id: Oid,
    prefix: &str,
    wanted: Wanted<'_>,
    found: &mut BTreeMap<String, Irregular>,
) -> Result<(), Failure> {
    let tree = odb.read(id).map_err(|error| unreadable(id, &error))?;
    for entry in parse_tree(id, tree.data())? {
        let path = format!("{prefix}{}", entry.text());
        let irregular = match entry.kind() {
            EntryKind::Folder => {
                let below = path + "/";
                if wanted(&below) {
                    collect(odb, entry.id, &below, wanted, found)?;
                }
                continue;
            }
            EntryKind::Link => Irregular::Link,
            EntryKind::Submodule => Irregular::Submodule,
            EntryKind::File if entry.mode == b"100755" => Irregular::Executable,
            EntryKind::File => continue,
        };
        if wanted(&path) {
            found.insert(path, irregular);
        }
    }
    Ok(())
}
