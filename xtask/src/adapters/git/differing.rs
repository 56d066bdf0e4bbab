//! Which files differ between two commits: folders with the same id are not opened.

use std::collections::BTreeMap;

use git2::{Odb, Oid};

use super::object::{EntryKind, TreeEntry, parse_tree};
use super::open::GitRepository;
use super::read::{MAX_ENTRIES, odb, root_tree, too_many, unreadable};
use crate::failure::Failure;
use crate::ports::GitId;

/// A folder on both sides; absent where a side has none.
type Sides<T> = [Option<T>; 2];

/// Paths of the files that differ between two commits, in order.
pub(super) fn differing(repository: &GitRepository, before: &GitId, after: &GitId) -> Result<Vec<String>, Failure> {
    let (before, after) = (root_tree(repository, before)?, root_tree(repository, after)?);
    let lease = repository.lease();
    let odb = odb(&lease)?;
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), [Some(before), Some(after)])];
    while let Some((prefix, sides)) = folders.pop() {
        compare(&odb, &prefix, sides, &mut folders, &mut found)?;
        if found.len() + folders.len() > MAX_ENTRIES {
            return Err(too_many(after));
        }
    }
    found.sort();
    Ok(found)
}

/// Compares a folder, given by its path with a final `/`.
fn compare(
    odb: &Odb<'_>,
    prefix: &str,
    sides: Sides<Oid>,
    folders: &mut Vec<(String, Sides<Oid>)>,
    files: &mut Vec<String>,
) -> Result<(), Failure> {
    if sides[0] == sides[1] {
        return Ok(());
    }
    let mut trees = Vec::new();
    for (side, id) in sides.into_iter().enumerate() {
        if let Some(id) = id {
            trees.push((side, id, odb.read(id).map_err(|error| unreadable(id, &error))?));
        }
    }
    let mut entries: BTreeMap<&[u8], Sides<TreeEntry<'_>>> = BTreeMap::new();
    for (side, id, tree) in &trees {
        for entry in parse_tree(*id, tree.data())? {
            entries.entry(entry.name).or_default()[*side] = Some(entry);
        }
    }
    for (name, both) in entries {
        let stands_for = both.map(|entry| entry.map(|entry| (entry.mode, entry.id)));
        if stands_for[0] == stands_for[1] {
            continue;
        }
        let path = format!("{prefix}{}", String::from_utf8_lossy(name));
        let is_folder = |entry: &TreeEntry<'_>| entry.kind() == EntryKind::Folder;
        let below = both.map(|entry| entry.filter(is_folder).map(|entry| entry.id));
        if below.iter().any(Option::is_some) {
            folders.push((format!("{path}/"), below));
        }
        if both.iter().flatten().any(|entry| !is_folder(entry)) {
            files.push(path);
        }
    }
    Ok(())
}
