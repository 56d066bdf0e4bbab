//! Notes on commits, in the layouts that `git notes` reads and writes.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use git2::{ObjectType, Odb, Oid};

use super::object::{
    self, Author, EntryKind, FILE_MODE, FOLDER_MODE, NewObject, TreeEntry, git_id, parse_id, parse_tree,
};
use super::open::GitRepository;
use super::read::{odb, root_tree, unreadable};
use super::tip::target;
use super::{refs, store};
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;

/// Above this many notes in one folder they go into folders by two digits, so that a further note stays a small change.
const MOST_IN_ONE_FOLDER: usize = 256;
/// How often to begin again when others write notes at the same moment.
const ATTEMPTS: u32 = 20;

/// Sets notes in one notes commit, on top of whatever the reference holds by then.
pub(super) fn set(
    repository: &GitRepository,
    reference: &str,
    notes: &BTreeMap<GitId, String>,
    author: &str,
    seconds: i64,
) -> Result<(), Failure> {
    let author = Author {
        identity: author,
        seconds,
        offset_minutes: 0,
    };
    let mut attempt = 1;
    loop {
        match set_once(repository, reference, notes, author) {
            // Notes are keyed by commit, so ours fit on top of anybody's: no need to trouble the caller.
            Err(failure) if failure.kind == FailureKind::Race && attempt < ATTEMPTS => {
                thread::sleep(Duration::from_millis(u64::from(attempt)));
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// The note on a commit.
pub(super) fn get(repository: &GitRepository, reference: &str, commit: &GitId) -> Result<Option<String>, Failure> {
    let commit = parse_id(commit)?;
    let lease = repository.lease()?;
    let Some(tip) = target(&lease, reference)? else {
        return Ok(None);
    };
    let mut tree = root_tree(repository, &git_id(tip))?;
    let lease = Ok(lease);
    let odb = odb(&lease)?;
    let hex = commit.to_string();
    let mut rest = hex.as_str();
    loop {
        let stored = odb.read(tree).map_err(|error| unreadable(tree, &error))?;
        let entries = parse_tree(tree, stored.data())?;
        let named = |name: &str, kind: EntryKind| {
            entries
                .iter()
                .find(|entry| entry.name == name.as_bytes() && entry.kind() == kind)
                .map(|entry| entry.id)
        };
        if let Some(note) = named(rest, EntryKind::File) {
            let note = odb.read(note).map_err(|error| unreadable(note, &error))?;
            return Ok(Some(String::from_utf8_lossy(note.data()).into_owned()));
        }
        let (start, end) = rest.split_at(2);
        match named(start, EntryKind::Folder) {
            Some(folder) if !end.is_empty() => (tree, rest) = (folder, end),
            _ => return Ok(None),
        }
    }
}

fn set_once(
    repository: &GitRepository,
    reference: &str,
    notes: &BTreeMap<GitId, String>,
    author: Author<'_>,
) -> Result<(), Failure> {
    let lease = repository.lease();
    let expected = target(lease.as_ref().map_err(Failure::clone)?, reference)?;
    let base = expected.map(|tip| root_tree(repository, &git_id(tip))).transpose()?;
    let mut objects = Vec::new();
    let mut new = BTreeMap::new();
    for (commit, note) in notes {
        let note = NewObject::new(ObjectType::Blob, note.as_bytes())?;
        new.insert(parse_id(commit)?.to_string(), note.id);
        objects.push(note);
    }
    let new: Vec<New<'_>> = new.iter().map(|(hex, id)| (hex.as_str(), *id)).collect();
    let tree = place(&odb(&lease)?, base, &new, &mut objects)?;
    if base == Some(tree) {
        return Ok(());
    }
    let commit = object::commit(tree, expected, author, "Notes added by Lockstep\n")?;
    let step = refs::Step {
        reference: reference.to_owned(),
        expected,
        to: commit.id,
        author_line: author.line(),
        reason: "notes: added by Lockstep".to_owned(),
    };
    objects.push(commit);
    store::store(repository, objects)?;
    refs::step(repository, vec![step])
}

/// A note: the digits of its commit that are left at this depth, and the id of its text.
type New<'a> = (&'a str, Oid);

/// Puts notes into a notes tree. Git reads any mixture of notes and folders by two digits; where there are such
/// folders, or too many notes for one, new notes go into folders.
fn place(odb: &Odb<'_>, base: Option<Oid>, new: &[New<'_>], objects: &mut Vec<NewObject>) -> Result<Oid, Failure> {
    let stored = base
        .map(|id| odb.read(id).map_err(|error| unreadable(id, &error)))
        .transpose()?;
    let mut entries: BTreeMap<&[u8], TreeEntry<'_>> = BTreeMap::new();
    if let (Some(id), Some(stored)) = (base, &stored) {
        let parsed = parse_tree(id, stored.data())?;
        entries.extend(parsed.into_iter().map(|entry| (entry.name, entry)));
    }
    // The note that is replaced may stand here or, in a mixture, further below.
    for (digits, _) in new {
        entries.remove(digits.as_bytes());
    }
    let digits_left = new.first().map_or(0, |(digits, _)| digits.len());
    let is_note = |entry: &TreeEntry<'_>| {
        entry.kind() == EntryKind::File && entry.name.len() == digits_left && is_hex(entry.name)
    };
    let is_fan =
        |entry: &TreeEntry<'_>| entry.kind() == EntryKind::Folder && entry.name.len() == 2 && is_hex(entry.name);
    let fanned = entries.values().any(is_fan);
    let here: Vec<TreeEntry<'_>> = entries.values().copied().filter(is_note).collect();
    let mut below: Vec<New<'_>> = new.to_vec();
    if !fanned && (here.len() + new.len() <= MOST_IN_ONE_FOLDER || digits_left <= 2) {
        for (digits, id) in below.drain(..) {
            entries.insert(digits.as_bytes(), entry(FILE_MODE, digits, id));
        }
    } else if !fanned {
        for note in &here {
            entries.remove(note.name);
            below.extend(std::str::from_utf8(note.name).map(|digits| (digits, note.id)));
        }
        below.sort_unstable();
    }
    for group in below.chunk_by(|one, other| one.0.get(..2) == other.0.get(..2)) {
        let Some((start, _)) = group.first().and_then(|(digits, _)| digits.split_at_checked(2)) else {
            continue;
        };
        let folder = entries.get(start.as_bytes()).map(|entry| entry.id);
        let shorter: Vec<New<'_>> = group.iter().map(|(digits, id)| (&digits[start.len()..], *id)).collect();
        let id = place(odb, folder, &shorter, objects)?;
        entries.insert(start.as_bytes(), entry(FOLDER_MODE, start, id));
    }
    let tree = object::tree(entries.into_values().collect())?;
    let id = tree.id;
    if base != Some(id) {
        objects.push(tree);
    }
    Ok(id)
}

fn entry<'a>(mode: &'a [u8], name: &'a str, id: Oid) -> TreeEntry<'a> {
    TreeEntry {
        mode,
        name: name.as_bytes(),
        id,
    }
}

fn is_hex(name: &[u8]) -> bool {
    name.iter()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
}
