//! Git's objects as bytes: reading and writing trees, writing commits, ids.

use std::sync::Arc;

use git2::{ObjectType, Oid};
use sha1::{Digest, Sha1};

use super::super::failing;
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;

/// Mode of a regular file that this tool writes.
pub(super) const FILE_MODE: &[u8] = b"100644";
/// Mode of a folder.
pub(super) const FOLDER_MODE: &[u8] = b"40000";

const ID_BYTES: usize = 20;

/// An object that is to be stored.
#[derive(Clone, Debug)]
pub(super) struct NewObject {
    pub kind: ObjectType,
    pub id: Oid,
    pub bytes: Arc<[u8]>,
}

impl NewObject {
    pub fn new(kind: ObjectType, bytes: impl Into<Arc<[u8]>>) -> Result<NewObject, Failure> {
        let bytes = bytes.into();
        // by the processor's own instructions, where it has them; libgit2's takes five times as long
        let mut digest = Sha1::new_with_prefix(format!("{} {}\0", kind.str(), bytes.len()));
        digest.update(&bytes);
        let id =
            Oid::from_bytes(&digest.finalize()).map_err(|error| failing::git("could not hash an object", &error))?;
        Ok(NewObject { kind, id, bytes })
    }
}

/// One line of a tree. The mode stays text, so that odd ones of old tools survive a rewrite byte for byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct TreeEntry<'a> {
    pub mode: &'a [u8],
    pub name: &'a [u8],
    pub id: Oid,
}

/// What a tree entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Link,
    Folder,
    Submodule,
}

impl TreeEntry<'_> {
    pub fn kind(&self) -> EntryKind {
        match self.mode {
            b"40000" | b"040000" => EntryKind::Folder,
            b"120000" => EntryKind::Link,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::File,
        }
    }

    /// The name as text; what is not Unicode becomes U+FFFD, which the core reports, and so does a separator: a name that
    /// holds one would stand for a path elsewhere.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.name).replace('/', "\u{fffd}")
    }

    /// Git orders a tree as if the names of folders ended in `/`.
    fn order(&self) -> impl Iterator<Item = u8> + '_ {
        let end = (self.kind() == EntryKind::Folder).then_some(b'/');
        self.name.iter().copied().chain(end)
    }
}

/// The entries of a tree object.
pub(super) fn parse_tree(id: Oid, mut bytes: &[u8]) -> Result<Vec<TreeEntry<'_>>, Failure> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (entry, rest) = parse_entry(bytes).ok_or_else(|| {
            Failure::new(FailureKind::Repository, format!("the tree `{id}` is damaged")).hint("look at it: `git fsck`")
        })?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}

fn parse_entry(bytes: &[u8]) -> Option<(TreeEntry<'_>, &[u8])> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let (mode, rest) = (bytes.get(..space)?, bytes.get(space + 1..)?);
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (name, rest) = (rest.get(..end)?, rest.get(end + 1..)?);
    let id = Oid::from_bytes(rest.get(..ID_BYTES)?).ok()?;
    Some((TreeEntry { mode, name, id }, rest.get(ID_BYTES..)?))
}

/// A tree object of these entries, in git's order.
pub(super) fn tree(mut entries: Vec<TreeEntry<'_>>) -> Result<NewObject, Failure> {
    entries.sort_by(|one, other| one.order().cmp(other.order()));
    let mut bytes = Vec::with_capacity(entries.len() * 48);
    for entry in &entries {
        bytes.extend_from_slice(entry.mode);
        bytes.push(b' ');
        bytes.extend_from_slice(entry.name);
        bytes.push(0);
        bytes.extend_from_slice(entry.id.as_bytes());
    }
    NewObject::new(ObjectType::Tree, bytes)
}

/// Who makes a commit, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Author<'a> {
    /// `Name <email>`.
    pub identity: &'a str,
    /// Seconds since 1970 UTC.
    pub seconds: i64,
    pub offset_minutes: i32,
}

impl Author<'_> {
    /// The line that git writes into commits and reflogs: `Name <email> <seconds> <offset>`.
    pub fn line(&self) -> String {
        let (name, email) = parse_identity(self.identity);
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.unsigned_abs();
        format!(
            "{name} <{email}> {} {sign}{:02}{:02}",
            self.seconds,
            minutes / 60,
            minutes % 60
        )
    }
}

/// A commit object.
pub(super) fn commit(tree: Oid, parent: Option<Oid>, author: Author<'_>, message: &str) -> Result<NewObject, Failure> {
    let parent = parent.map_or_else(String::new, |parent| format!("parent {parent}\n"));
    let line = author.line();
    // A zero byte would end the message for git, and `git fsck` refuses it.
    let message = message.replace('\0', "");
    let text = format!("tree {tree}\n{parent}author {line}\ncommitter {line}\n\n{message}");
    NewObject::new(ObjectType::Commit, text.into_bytes())
}

/// A commit with its signature among its headers, where git puts it.
pub(super) fn with_signature(commit: &NewObject, armour: &str) -> Result<NewObject, Failure> {
    let text = String::from_utf8_lossy(&commit.bytes);
    let (headers, message) = text
        .split_once("\n\n")
        .expect("headers of a commit end with an empty line");
    let lines: Vec<&str> = armour.trim_end().lines().map(str::trim_end).collect();
    // a line that goes on begins with a space
    let signature = lines.join("\n ");
    NewObject::new(
        ObjectType::Commit,
        format!("{headers}\ngpgsig {signature}\n\n{message}").into_bytes(),
    )
}

/// Name and email of `Name <email>`, without the characters that end a field in git's format.
fn parse_identity(identity: &str) -> (String, String) {
    let (name, email) = match identity.split_once('<') {
        Some((name, rest)) => (name, rest.split('>').next().unwrap_or_default()),
        None => (identity, ""),
    };
    let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], "").trim().to_owned();
    (clean(name), clean(email))
}

/// The object id of hexadecimal text.
pub(super) fn parse_id(id: &GitId) -> Result<Oid, Failure> {
    Oid::from_str(&id.0)
        .ok()
        .filter(|_| id.0.len() == 2 * ID_BYTES)
        .ok_or_else(|| {
            Failure::new(
                FailureKind::Repository,
                format!("`{}` is not the full id of a git object", id.0.escape_debug()),
            )
            .hint("write all 40 hexadecimal digits")
        })
}

/// An object id in our words.
pub(super) fn git_id(id: Oid) -> GitId {
    GitId(id.to_string())
}
