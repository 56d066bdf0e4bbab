//! What the commits of a branch changed, each against its parents.

use std::collections::BTreeMap;

use git2::Sort;

use super::object::{git_id, parse_id};
use super::open::GitRepository;
use super::read::unreadable;
use crate::failure::Failure;
use crate::ports::GitId;

/// See `Repository::changes`.
pub(super) fn changes(
    repository: &GitRepository,
    commit: &GitId,
    known: &[GitId],
) -> Result<BTreeMap<String, GitId>, Failure> {
    let start = parse_id(commit)?;
    let lease = repository.lease()?;
    let failed = |error: git2::Error| unreadable(start, &error);
    let mut walk = lease.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
    walk.push(start).map_err(failed)?;
    for known in known {
        // what is not here any more hides nothing
        if let Ok(commit) = lease.find_commit(parse_id(known)?) {
            walk.hide(commit.id()).map_err(failed)?;
        }
    }
    let mut changes = BTreeMap::new();
    for id in walk {
        let id = id.map_err(failed)?;
        let failed = |error: git2::Error| unreadable(id, &error);
        let commit = lease.find_commit(id).map_err(failed)?;
        let after = commit.tree().map_err(failed)?;
        for parent in commit.parents() {
            let before = parent.tree().map_err(failed)?;
            let diff = lease
                .diff_tree_to_tree(Some(&before), Some(&after), None)
                .map_err(failed)?;
            for delta in diff.deltas() {
                let files = [delta.old_file(), delta.new_file()];
                let paths = files.iter().filter_map(|file| file.path_bytes());
                for path in paths {
                    // parents come after their children
                    let path = String::from_utf8_lossy(path).into_owned();
                    changes.entry(path).or_insert_with(|| git_id(id));
                }
            }
        }
    }
    Ok(changes)
}
