//! Makes commits: trees built in memory on top of a branch's tip, objects stored, then all branches moved at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use git2::{ObjectType, Odb, Oid};
use rayon::prelude::*;

use super::object::{
    self, Author, EntryKind, FILE_MODE, FOLDER_MODE, NewObject, TreeEntry, git_id, parse_id, parse_tree,
};
use super::open::GitRepository;
use super::read::{odb, root_tree, unreadable};
use super::{refs, signature, store};
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, NewCommit, Tip, TreeChange};

/// Makes the commits and moves their branches, all or none.
pub(super) fn commit(repository: &GitRepository, commits: &[NewCommit]) -> Result<Vec<GitId>, Failure> {
    let branches: BTreeSet<&str> = commits.iter().map(|new| new.branch.as_str()).collect();
    if branches.len() != commits.len() {
        return Err(Failure::new(
            FailureKind::Repository,
            "two commits for one branch in one go",
        ));
    }
    refs::refuse_checked_out(repository, &branches)?;
    let prepared: Vec<Prepared> = commits
        .par_iter()
        .map(|new| prepare(repository, new))
        .collect::<Result<_, _>>()?;
    let ids = prepared.iter().map(|new| git_id(new.step.to)).collect();
    let (objects, steps): (Vec<_>, Vec<_>) = prepared.into_iter().map(|new| (new.objects, new.step)).unzip();
    // Objects first and safe on disk: a branch must never name a commit that a crash can take away.
    store::store(repository, objects.into_iter().flatten().collect())?;
    refs::step(repository, steps)?;
    Ok(ids)
}

/// A commit that only has to be stored.
pub(super) struct Prepared {
    pub objects: Vec<NewObject>,
    pub step: refs::Step,
}

/// Makes the objects of a commit and the move of its branch.
pub(super) fn prepare(repository: &GitRepository, new: &NewCommit) -> Result<Prepared, Failure> {
    let (parent, expected) = match &new.tip {
        Tip::Unborn => (None, None),
        Tip::At { commit, local } => (Some(parse_id(commit)?), local.as_ref().map(parse_id).transpose()?),
    };
    let base = parent
        .map(|parent| root_tree(repository, &git_id(parent)))
        .transpose()?;
    let author = Author {
        identity: &new.author,
        seconds: new.seconds,
        offset_minutes: new.offset_minutes,
    };
    let mut objects = Vec::new();
    let tree = change_tree(repository, base, &new.change, &mut objects)?;
    let commit = object::commit(tree, parent, author, &new.message)?;
    let commit = match signature::sign(repository, &commit.bytes, &new.signing)? {
        Some(armour) => object::with_signature(&commit, &armour)?,
        None => commit,
    };
    let step = refs::Step {
        reference: format!("refs/heads/{}", new.branch),
        expected,
        to: commit.id,
        author_line: author.line(),
        reason: format!("lockstep: {}", new.message.lines().next().unwrap_or("")),
    };
    objects.push(commit);
    Ok(Prepared { objects, step })
}

/// Applies a change to a tree; only folders that change are written, and every entry that is not named stays as it is.
fn change_tree(
    repository: &GitRepository,
    base: Option<Oid>,
    change: &TreeChange,
    objects: &mut Vec<NewObject>,
) -> Result<Oid, Failure> {
    let hashed: Vec<(&str, Option<NewObject>)> = change
        .par_iter()
        .map(|(path, bytes)| {
            let blob = bytes
                .as_ref()
                .map(|bytes| NewObject::new(ObjectType::Blob, Arc::clone(bytes)))
                .transpose()?;
            Ok((path.as_str(), blob))
        })
        .collect::<Result<_, Failure>>()?;
    let mut root = Folder::default();
    for (path, blob) in hashed {
        root.put(path, blob)?;
    }
    let lease = repository.lease();
    let tree = root.apply(&odb(&lease)?, base, "", objects)?;
    match tree {
        Some(tree) => Ok(tree),
        None => {
            let empty = object::tree(Vec::new())?;
            let id = empty.id;
            objects.push(empty);
            Ok(id)
        }
    }
}

/// The part of a change that concerns one folder.
#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, Option<NewObject>>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

impl<'a> Folder<'a> {
    fn put(&mut self, path: &'a str, blob: Option<NewObject>) -> Result<(), Failure> {
        let mut folder = self;
        let mut rest = path;
        while let Some((part, below)) = rest.split_once('/') {
            check_name(path, part)?;
            folder = folder.folders.entry(part).or_default();
            rest = below;
        }
        check_name(path, rest)?;
        folder.files.insert(rest, blob);
        Ok(())
    }

    /// The id of the changed folder; `None` where nothing is left in it, since git keeps no empty folders.
    fn apply(
        self,
        odb: &Odb<'_>,
        base: Option<Oid>,
        path: &str,
        objects: &mut Vec<NewObject>,
    ) -> Result<Option<Oid>, Failure> {
        let stored = base
            .map(|id| odb.read(id).map_err(|error| unreadable(id, &error)))
            .transpose()?;
        let mut entries: BTreeMap<&[u8], TreeEntry<'_>> = BTreeMap::new();
        if let (Some(id), Some(stored)) = (base, &stored) {
            let parsed = parse_tree(id, stored.data())?;
            entries.extend(parsed.into_iter().map(|entry| (entry.name, entry)));
        }
        let (removed, written): (Vec<_>, Vec<_>) = self.files.into_iter().partition(|(_, blob)| blob.is_none());
        // Removals come first, so that a file can give way to a folder of its name, and the other way round.
        for (name, _) in removed {
            if entries.get(name.as_bytes()).is_some_and(is_file) {
                entries.remove(name.as_bytes());
            }
        }
        for (name, folder) in self.folders {
            let below = format!("{path}{name}/");
            let there = entries.get(name.as_bytes()).copied();
            if there.as_ref().is_some_and(|entry| !is_folder(entry)) && folder.writes() {
                return Err(in_the_way(&below));
            }
            let base = there.filter(is_folder).map(|entry| entry.id);
            match folder.apply(odb, base, &below, objects)? {
                Some(id) => {
                    let entry = TreeEntry {
                        mode: FOLDER_MODE,
                        name: name.as_bytes(),
                        id,
                    };
                    entries.insert(entry.name, entry);
                }
                None if base.is_some() => {
                    entries.remove(name.as_bytes());
                }
                None => {}
            }
        }
        for (name, blob) in written {
            let Some(blob) = blob else { continue };
            let there = entries.get(name.as_bytes());
            if there.is_some_and(|entry| !is_file(entry)) {
                return Err(in_the_way(&format!("{path}{name}")));
            }
            let entry = TreeEntry {
                mode: FILE_MODE,
                name: name.as_bytes(),
                id: blob.id,
            };
            // What the tip has is in the repository already.
            if there.is_none_or(|there| there.id != blob.id) {
                objects.push(blob);
            }
            entries.insert(entry.name, entry);
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let tree = object::tree(entries.into_values().collect())?;
        let id = tree.id;
        if base != Some(id) {
            objects.push(tree);
        }
        Ok(Some(id))
    }

    fn writes(&self) -> bool {
        self.files.values().any(Option::is_some) || self.folders.values().any(Folder::writes)
    }
}

fn is_folder(entry: &TreeEntry<'_>) -> bool {
    entry.kind() == EntryKind::Folder
}

fn is_file(entry: &TreeEntry<'_>) -> bool {
    matches!(entry.kind(), EntryKind::File | EntryKind::Link)
}

/// Names that git refuses, and that would lead a checkout out of its folder.
fn check_name(path: &str, part: &str) -> Result<(), Failure> {
    let refused = matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git") || part.contains('\0');
    if refused {
        return Err(Failure::new(
            FailureKind::Repository,
            format!("git cannot hold the path `{}`", path.escape_debug()),
        ));
    }
    Ok(())
}

fn in_the_way(path: &str) -> Failure {
    Failure::new(
        FailureKind::Repository,
        format!("something that is not ours stands at `{path}` on the branch"),
    )
    .hint("look at it with `git ls-tree -r <branch>` and remove it from the branch")
}
