//! What differs between the index and the checked-out commit.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;
use rayon::prelude::*;

use super::index_file::IndexFile;
use super::object::{EntryKind, TreeEntry, parse_tree};
use super::open::GitRepository;
use super::read::{odb, unreadable};
use super::tracked::Folder;
use crate::failure::Failure;

/// Paths that stand otherwise in the index than in a tree, in no order.
pub(super) fn staged(
    repository: &GitRepository,
    index: &IndexFile,
    root: Folder<'_>,
    head: Option<Oid>,
    roots: &[&str],
) -> Result<Vec<Vec<u8>>, Failure> {
    // Git remembers in the index which tree a folder came from: an untouched one is not even opened.
    if head.is_some() && index.trees.root() == head {
        return Ok(Vec::new());
    }
    let comparison = Comparison {
        repository,
        trees: index.trees.all(),
        roots,
    };
    comparison.folder(b"", Some(root), head)
}

struct Comparison<'a> {
    repository: &'a GitRepository,
    trees: BTreeMap<Vec<u8>, Oid>,
    roots: &'a [&'a str],
}

impl Comparison<'_> {
    /// Compares one folder, given by its path with a final `/`.
    fn folder(&self, path: &[u8], index: Option<Folder<'_>>, head: Option<Oid>) -> Result<Vec<Vec<u8>>, Failure> {
        if head.is_some() && self.trees.get(path).copied() == head {
            return Ok(Vec::new());
        }
        let Some(id) = head else {
            let added = index.map(Folder::all).unwrap_or_default();
            return Ok(added.iter().map(|entry| entry.path.clone()).collect());
        };
        let mut found = Vec::new();
        let lease = self.repository.lease();
        let odb = odb(&lease)?;
        let tree = odb.read(id).map_err(|error| unreadable(id, &error))?;
        let entries = parse_tree(id, tree.data())?;
        let (folders, files): (Vec<TreeEntry<'_>>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.kind() == EntryKind::Folder);
        files_that_differ(path, index, &files, &mut found);
        self.folders(path, index, &folders, &mut found)?;
        Ok(found)
    }

    fn folders(
        &self,
        path: &[u8],
        index: Option<Folder<'_>>,
        head: &[TreeEntry<'_>],
        found: &mut Vec<Vec<u8>>,
    ) -> Result<(), Failure> {
        let mut both: BTreeMap<&[u8], (Option<Folder<'_>>, Option<Oid>)> = BTreeMap::new();
        for entry in head {
            both.entry(entry.name).or_default().1 = Some(entry.id);
        }
        for (name, folder) in index.iter().flat_map(|folder| folder.folders()) {
            both.entry(name).or_default().0 = Some(folder);
        }
        let both: Vec<_> = both
            .into_iter()
            .map(|(name, pair)| ([path, name, b"/"].concat(), pair))
            .filter(|(path, _)| self.may_hold_wanted(path))
            .collect();
        let below: Vec<Vec<Vec<u8>>> = both
            .into_par_iter()
            .map(|(path, (index, head))| self.folder(&path, index, head))
            .collect::<Result<_, Failure>>()?;
        found.extend(below.into_iter().flatten());
        Ok(())
    }

    /// Whether a folder is below one of the roots or above it.
    fn may_hold_wanted(&self, path: &[u8]) -> bool {
        self.roots.iter().any(|root| {
            let root = root.as_bytes();
            let folder = path.strip_suffix(b"/").unwrap_or(path);
            is_below(folder, root) || is_below(root, folder)
        })
    }
}

/// Whether a path is the same as another, or lies below it. `""` is above everything.
pub(super) fn is_below(path: &[u8], above: &[u8]) -> bool {
    match path.strip_prefix(above) {
        Some(rest) => above.is_empty() || rest.is_empty() || rest.starts_with(b"/"),
        None => false,
    }
}

fn files_that_differ(path: &[u8], index: Option<Folder<'_>>, head: &[TreeEntry<'_>], found: &mut Vec<Vec<u8>>) {
    let names: BTreeSet<&[u8]> = head.iter().map(|entry| entry.name).collect();
    for entry in head {
        let same = index
            .and_then(|folder| folder.file(entry.name))
            .is_some_and(|there| there.id == entry.id && mode(entry) == Some(there.mode));
        if !same {
            found.push([path, entry.name].concat());
        }
    }
    let tracked = index.map(Folder::files).unwrap_or_default();
    let added = tracked
        .iter()
        .filter(|entry| !names.contains(&entry.path[path.len()..]));
    found.extend(added.map(|entry| entry.path.clone()));
}

/// The mode as a number, as the index has it: regular files are 0644 or 0755 there, whatever an old tree says.
fn mode(entry: &TreeEntry<'_>) -> Option<u32> {
    let text = std::str::from_utf8(entry.mode).ok()?;
    let mode = u32::from_str_radix(text, 8).ok()?;
    match (entry.kind(), mode & 0o100) {
        (EntryKind::File, 0) => Some(0o100_644),
        (EntryKind::File, _) => Some(0o100_755),
        _ => Some(mode),
    }
}
