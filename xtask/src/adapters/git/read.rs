//! Reads the files of a commit, in parallel and without a checkout.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use git2::{Odb, Oid};
use lockstep::model::{Entry, FileTree, MAX_FILE_BYTES};
use rayon::prelude::*;

use super::super::failing;
use super::object::{self, EntryKind, parse_id, parse_tree};
use super::open::{GitRepository, Lease};
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Wanted};

/// Most entries of one commit: a few small trees that name each other can stand for billions of files.
pub(super) const MAX_ENTRIES: usize = 1_000_000;

/// Largest file that is read by its name, in bytes: recordings and evidence of many thousand cases are such files.
const MOST_NAMED: u64 = 64 * 1024 * 1024;
/// In how many folders one thread finds paths: the folders above them are read once for all of these.
const FOLDERS_AT_ONCE: usize = 64;

/// The files of a commit that are wanted.
pub(super) fn files(repository: &GitRepository, commit: &GitId, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
    let root = root_tree(repository, commit)?;
    let entries: BTreeMap<String, Entry> = walk(repository, root, wanted)?
        .into_par_iter()
        .map_init(
            || repository.lease(),
            |lease, found| {
                let entry = match found.kind {
                    EntryKind::Link => Entry::Link,
                    EntryKind::Submodule => Entry::Submodule,
                    _ => blob(&odb(lease)?, found.id, MAX_FILE_BYTES)?,
                };
                Ok((found.path, entry))
            },
        )
        .collect::<Result<_, Failure>>()?;
    Ok(FileTree::new(entries))
}

/// Entries of several folders of a commit by name; empty where there is no such folder.
pub(super) fn folders(
    repository: &GitRepository,
    commit: &GitId,
    folders: &[String],
) -> Result<Vec<BTreeMap<String, GitId>>, Failure> {
    let root = root_tree(repository, commit)?;
    let entries: Vec<Vec<BTreeMap<String, GitId>>> = folders
        .par_chunks(FOLDERS_AT_ONCE)
        .map(|folders| {
            let lease = repository.lease();
            let mut read = Folders::new(odb(&lease)?, root);
            folders.iter().map(|folder| read.entries(folder)).collect()
        })
        .collect::<Result<_, Failure>>()?;
    Ok(entries.into_iter().flatten().collect())
}

/// The bytes of several files of a commit; `None` where there is no regular file.
pub(super) fn read(
    repository: &GitRepository,
    commit: &GitId,
    paths: &[String],
) -> Result<Vec<Option<Arc<[u8]>>>, Failure> {
    let root = root_tree(repository, commit)?;
    // by folder, since one may have thousands of these files: it is read once
    let mut by_folder: BTreeMap<&str, BTreeMap<&[u8], Vec<usize>>> = BTreeMap::new();
    for (index, path) in paths.iter().enumerate() {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = by_folder.entry(folder).or_default();
        names.entry(name.as_bytes()).or_default().push(index);
    }
    let by_folder: Vec<(&str, BTreeMap<&[u8], Vec<usize>>)> = by_folder.into_iter().collect();
    let found: Vec<Vec<(usize, Oid)>> = by_folder
        .par_chunks(FOLDERS_AT_ONCE)
        .map(|folders| {
            let lease = repository.lease();
            let mut read = Folders::new(odb(&lease)?, root);
            let mut found = Vec::new();
            for (folder, names) in folders {
                read.files(folder, names, &mut found)?;
            }
            Ok(found)
        })
        .collect::<Result<_, Failure>>()?;
    let mut ids: Vec<Option<Oid>> = vec![None; paths.len()];
    for (index, id) in found.into_iter().flatten() {
        ids[index] = Some(id);
    }
    ids.into_par_iter()
        .zip(paths)
        .map_init(
            || repository.lease(),
            |lease, (id, path)| match id {
                None => Ok(None),
                Some(id) => match blob(&odb(lease)?, id, MOST_NAMED)? {
                    Entry::File(bytes) => Ok(Some(bytes)),
                    Entry::Link | Entry::Submodule | Entry::Ignored => Ok(None),
                    Entry::Oversized { size, .. } => Err(oversized(path, size)),
                },
            },
        )
        .collect()
}

/// The object database behind a lease.
pub(super) fn odb<'a>(lease: &'a Result<Lease<'_>, Failure>) -> Result<Odb<'a>, Failure> {
    let lease = lease.as_ref().map_err(Failure::clone)?;
    lease
        .odb()
        .map_err(|error| failing::git("could not open the objects", &error))
}

/// The root tree of a commit.
pub(super) fn root_tree(repository: &GitRepository, commit: &GitId) -> Result<Oid, Failure> {
    let id = parse_id(commit)?;
    let roots = || repository.roots.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = roots().get(&id) {
        return Ok(*known);
    }
    let lease = repository.lease()?;
    let commit = lease.find_commit(id).map_err(|error| unreadable(id, &error))?;
    roots().insert(id, commit.tree_id());
    Ok(commit.tree_id())
}

/// A failure to read an object.
pub(super) fn unreadable(id: Oid, error: &git2::Error) -> Failure {
    failing::git(format!("could not read `{id}`"), error)
        .hint("look at the repository: `git fsck`")
        .hint("a partial clone lacks objects: `git fetch --refetch --no-filter`")
}

/// A file, link or submodule of a commit, not read yet.
struct Found {
    path: String,
    id: Oid,
    kind: EntryKind,
}

/// Finds the wanted files one depth at a time, so that all folders of a depth are read in parallel.
fn walk(repository: &GitRepository, root: Oid, wanted: Wanted<'_>) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    let seen = AtomicUsize::new(0);
    let mut depth = vec![(String::new(), root)];
    while !depth.is_empty() {
        let listed: Vec<Vec<Found>> = depth
            .par_iter()
            .map_init(
                || repository.lease(),
                |lease, (prefix, id)| {
                    let listed = list(&odb(lease)?, prefix, *id, wanted)?;
                    // Counted while listing: the entries of one depth may already be too many to hold.
                    match seen.fetch_add(listed.len(), Ordering::Relaxed) {
                        before if before > MAX_ENTRIES => Err(too_many(root)),
                        _ => Ok(listed),
                    }
                },
            )
            .collect::<Result<_, Failure>>()?;
        depth = Vec::new();
        for entry in listed.into_iter().flatten() {
            match entry.kind {
                EntryKind::Folder => depth.push((entry.path + "/", entry.id)),
                EntryKind::File | EntryKind::Link | EntryKind::Submodule => found.push(entry),
            }
        }
    }
    Ok(found)
}

pub(super) fn too_many(root: Oid) -> Failure {
    Failure::new(
        FailureKind::Repository,
        format!("the tree `{root}` has more than {MAX_ENTRIES} entries"),
    )
}

fn list(odb: &Odb<'_>, prefix: &str, id: Oid, wanted: Wanted<'_>) -> Result<Vec<Found>, Failure> {
    let tree = odb.read(id).map_err(|error| unreadable(id, &error))?;
    let entries = parse_tree(id, tree.data())?.into_iter().map(|entry| Found {
        path: format!("{prefix}{}", entry.text()),
        id: entry.id,
        kind: entry.kind(),
    });
    Ok(entries
        .filter(|entry| match entry.kind {
            EntryKind::Folder | EntryKind::Submodule => wanted(&format!("{}/", entry.path)),
            _ => wanted(&entry.path),
        })
        .collect())
}

fn blob(odb: &Odb<'_>, id: Oid, most: u64) -> Result<Entry, Failure> {
    let (size, _) = odb.read_header(id).map_err(|error| unreadable(id, &error))?;
    if size as u64 > most {
        return Ok(Entry::Oversized {
            size: size as u64,
            most,
        });
    }
    let object = odb.read(id).map_err(|error| unreadable(id, &error))?;
    Ok(Entry::File(Arc::from(object.data())))
}

fn oversized(path: &str, size: u64) -> Failure {
    Failure::new(
        FailureKind::Repository,
        format!("`{path}` has {size} bytes, more than the {MOST_NAMED} that are read"),
    )
}

/// An entry of a folder that was read.
struct Named {
    id: Oid,
    kind: EntryKind,
}

/// The folders of one commit, each read once however many paths lead through it.
struct Folders<'a> {
    odb: Odb<'a>,
    root: Oid,
    paths: BTreeMap<String, Option<Oid>>,
    trees: BTreeMap<Oid, BTreeMap<Vec<u8>, Named>>,
}

impl<'a> Folders<'a> {
    fn new(odb: Odb<'a>, root: Oid) -> Folders<'a> {
        Folders {
            odb,
            root,
            paths: BTreeMap::new(),
            trees: BTreeMap::new(),
        }
    }

    /// The entries of a folder by name; none where there is no such folder.
    fn entries(&mut self, folder: &str) -> Result<BTreeMap<String, GitId>, Failure> {
        let Some(id) = self.find(folder)? else {
            return Ok(BTreeMap::new());
        };
        let tree = self.odb.read(id).map_err(|error| unreadable(id, &error))?;
        let entries = parse_tree(id, tree.data())?.into_iter();
        let entries = entries.filter(|entry| entry.kind() != EntryKind::Submodule);
        Ok(entries.map(|entry| (entry.text(), object::git_id(entry.id))).collect())
    }

    /// The regular files of these names in a folder, each for all that ask for it.
    fn files(
        &mut self,
        folder: &str,
        names: &BTreeMap<&[u8], Vec<usize>>,
        found: &mut Vec<(usize, Oid)>,
    ) -> Result<(), Failure> {
        let Some(folder) = self.find(folder)? else {
            return Ok(());
        };
        let tree = self.odb.read(folder).map_err(|error| unreadable(folder, &error))?;
        for entry in parse_tree(folder, tree.data())? {
            if let Some(asking) = names.get(entry.name)
                && entry.kind() == EntryKind::File
            {
                found.extend(asking.iter().map(|index| (*index, entry.id)));
            }
        }
        Ok(())
    }

    /// The tree at a path; `""` is the root.
    fn find(&mut self, path: &str) -> Result<Option<Oid>, Failure> {
        if path.is_empty() {
            return Ok(Some(self.root));
        }
        if let Some(known) = self.paths.get(path) {
            return Ok(*known);
        }
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let found = match self.find(parent)? {
            None => None,
            Some(parent) => self
                .read(parent)?
                .get(name.as_bytes())
                .filter(|entry| entry.kind == EntryKind::Folder)
                .map(|entry| entry.id),
        };
        self.paths.insert(path.to_owned(), found);
        Ok(found)
    }

    fn read(&mut self, id: Oid) -> Result<&BTreeMap<Vec<u8>, Named>, Failure> {
        if !self.trees.contains_key(&id) {
            let tree = self.odb.read(id).map_err(|error| unreadable(id, &error))?;
            let named = parse_tree(id, tree.data())?.into_iter().map(|entry| {
                let named = Named {
                    id: entry.id,
                    kind: entry.kind(),
                };
                (entry.name.to_vec(), named)
            });
            self.trees.insert(id, named.collect());
        }
        Ok(&self.trees[&id])
    }
}
