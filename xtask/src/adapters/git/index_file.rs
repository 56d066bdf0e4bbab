//! Reads git's index (gitformat-index(5)), with the tree ids cached in it, which libgit2 does not hand out.
#![expect(
    clippy::disallowed_methods,
    reason = "the index is read here, in a tenth of libgit2's time"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use git2::Oid;

use super::super::failing;
use crate::failure::{Failure, FailureKind};

const ID_BYTES: usize = 20;
/// What stands before the path of each entry and is as long in all of them.
const FIXED_BYTES: usize = 62;
const EXTENDED: u16 = 0x4000;
const ASSUME_VALID: u16 = 0x8000;
const NAME_LENGTH: u16 = 0x0fff;
const SKIP_WORK_TREE: u16 = 0x4000;

/// A moment as file systems keep it: seconds since 1970 UTC cut to 32 bits as in the index, and nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub seconds: u32,
    pub nanoseconds: u32,
}

impl Moment {
    /// From what the system says of a file; git keeps the low 32 bits.
    pub fn new(seconds: i64, nanoseconds: i64) -> Moment {
        Moment {
            seconds: low_half(seconds),
            nanoseconds: low_half(nanoseconds),
        }
    }
}

/// A tracked file, and how it was on disk when git last looked.
#[derive(Clone, Debug)]
pub(super) struct IndexEntry {
    pub path: Vec<u8>,
    pub id: Oid,
    pub mode: u32,
    /// Bytes; 0 also where git wants the file to be looked at again.
    pub size: u32,
    pub changed: Moment,
    pub modified: Moment,
    /// Not 0 in an unfinished merge.
    pub stage: u16,
    /// The user asked not to look at the file on disk, or not to have it there.
    pub unwatched: bool,
}

/// The index of one work tree.
#[derive(Debug, Default)]
pub(super) struct IndexFile {
    /// Ordered by path.
    pub entries: Vec<IndexEntry>,
    pub trees: CachedTrees,
    /// When the index was written.
    pub written: Moment,
}

/// The trees that folders would be committed as, as far as git remembers them. Read where they are wanted; of what cannot
/// be read nothing is remembered.
#[derive(Debug, Default)]
pub(super) struct CachedTrees(Vec<u8>);

impl CachedTrees {
    /// The tree of the root.
    pub fn root(&self) -> Option<Oid> {
        cached_tree(&mut Reader::of(&self.0)).ok()?.id
    }

    /// The trees of all folders by path: `""` is the root, else with a final `/`.
    pub fn all(&self) -> BTreeMap<Vec<u8>, Oid> {
        cached_trees(&self.0).unwrap_or_default()
    }
}

/// Reads the index; one that is not there is empty.
pub(super) fn read(path: &Path) -> Result<IndexFile, Failure> {
    let failed = |error: io::Error| failing::disk(format!("could not read `{}`", path.display()), &error);
    // The time first: were it taken after reading, a write in between would make old entries look settled.
    let written = match fs::metadata(path) {
        Ok(metadata) => Moment::new(metadata.mtime(), metadata.mtime_nsec()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(IndexFile::default()),
        Err(error) => return Err(failed(error)),
    };
    let bytes = fs::read(path).map_err(failed)?;
    let mut index = parse(&bytes).map_err(|problem| match problem {
        Problem::Damaged => Failure::new(
            FailureKind::Repository,
            format!("the index `{}` is damaged", path.display()),
        )
        .hint("make it anew: `git read-tree HEAD`"),
        Problem::Unknown(what) => Failure::new(
            FailureKind::Repository,
            format!("the index `{}` uses {what}, which is not read", path.display()),
        )
        .hint("make it a plain one: `git update-index --no-split-index` or `git sparse-checkout reapply --no-sparse-index`"),
    })?;
    index.written = written;
    Ok(index)
}

enum Problem {
    Damaged,
    Unknown(String),
}

fn parse(bytes: &[u8]) -> Result<IndexFile, Problem> {
    let body = bytes.len().checked_sub(ID_BYTES).ok_or(Problem::Damaged)?;
    let mut reader = Reader::of(&bytes[..body]);
    if reader.take(4)? != b"DIRC" {
        return Err(Problem::Damaged);
    }
    let version = reader.number()?;
    if !(2..=4).contains(&version) {
        return Err(Problem::Unknown(format!("format {version}")));
    }
    let count = reader.number()?;
    let mut index = IndexFile::default();
    for _ in 0..count {
        let before = index.entries.last().map_or(&[][..], |entry| &entry.path);
        let entry = entry(&mut reader, version, before)?;
        if entry.path.as_slice() < before {
            return Err(Problem::Damaged);
        }
        index.entries.push(entry);
    }
    while reader.at < body {
        let name = reader.take(4)?;
        let size = reader.number()? as usize;
        let content = reader.take(size)?;
        match name {
            b"TREE" => index.trees = CachedTrees(content.to_vec()),
            // Git's rule: what starts with a capital letter may be left out.
            [b'A'..=b'Z', ..] => {}
            _ => {
                let name = String::from_utf8_lossy(name).into_owned();
                return Err(Problem::Unknown(format!("`{}`", name.escape_debug())));
            }
        }
    }
    Ok(index)
}

fn entry(reader: &mut Reader<'_>, version: u32, before: &[u8]) -> Result<IndexEntry, Problem> {
    let start = reader.at;
    // all at once, since there may be ten thousand of them: times, device, inode, mode, user, group, size, id and flags
    let fixed: &[u8; FIXED_BYTES] = reader.take(FIXED_BYTES)?.try_into().map_err(|_| Problem::Damaged)?;
    let number = |at: usize| u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let moment = |at: usize| Moment {
        seconds: number(at),
        nanoseconds: number(at + 4),
    };
    let id = Oid::from_bytes(&fixed[40..60]).map_err(|_| Problem::Damaged)?;
    let flags = u16::from_be_bytes([fixed[60], fixed[61]]);
    let extended = if flags & EXTENDED == 0 { 0 } else { reader.short()? };
    let path = if version == 4 {
        let keep = before.len().checked_sub(reader.varint()?).ok_or(Problem::Damaged)?;
        [&before[..keep], reader.until_zero()?].concat()
    } else {
        let path = match flags & NAME_LENGTH {
            NAME_LENGTH => reader.peek_until_zero()?.to_vec(),
            length => reader.peek(usize::from(length))?.to_vec(),
        };
        // Filled with one to eight zeros to a multiple of eight.
        let length = reader.at - start + path.len();
        reader.take(path.len() + 8 - length % 8)?;
        path
    };
    Ok(IndexEntry {
        path,
        id,
        mode: number(24),
        size: number(36),
        changed: moment(0),
        modified: moment(8),
        stage: (flags >> 12) & 3,
        unwatched: flags & ASSUME_VALID != 0 || extended & SKIP_WORK_TREE != 0,
    })
}

/// Each folder is followed by those in it.
fn cached_trees(content: &[u8]) -> Result<BTreeMap<Vec<u8>, Oid>, Problem> {
    let mut reader = Reader::of(content);
    let mut trees = BTreeMap::new();
    let mut open: Vec<(Vec<u8>, usize)> = Vec::new();
    while reader.at < content.len() {
        let cached = cached_tree(&mut reader)?;
        let mut path = match open.last_mut() {
            None => Vec::new(),
            Some((path, left)) => {
                *left = left.checked_sub(1).ok_or(Problem::Damaged)?;
                path.clone()
            }
        };
        if !cached.name.is_empty() {
            path.extend(cached.name);
            path.push(b'/');
        }
        if let Some(id) = cached.id {
            trees.insert(path.clone(), id);
        }
        open.push((path, cached.folders));
        while open.last().is_some_and(|(_, left)| *left == 0) {
            open.pop();
        }
    }
    Ok(trees)
}

/// The tree of one folder.
struct CachedTree<'a> {
    name: &'a [u8],
    /// `None` where the folder changed since.
    id: Option<Oid>,
    folders: usize,
}

fn cached_tree<'a>(reader: &mut Reader<'a>) -> Result<CachedTree<'a>, Problem> {
    let name = reader.until_zero()?;
    let entries: i64 = reader.decimal(b' ')?;
    let folders = reader.decimal(b'\n')?;
    let id = match entries {
        ..0 => None,
        _ => Some(Oid::from_bytes(reader.take(ID_BYTES)?).map_err(|_| Problem::Damaged)?),
    };
    Ok(CachedTree { name, id, folders })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn of(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    fn peek(&self, length: usize) -> Result<&'a [u8], Problem> {
        let end = self.at.checked_add(length).ok_or(Problem::Damaged)?;
        self.bytes.get(self.at..end).ok_or(Problem::Damaged)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let taken = self.peek(length)?;
        self.at += length;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, Problem> {
        let bytes = self.take(4)?.try_into().map_err(|_| Problem::Damaged)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn short(&mut self) -> Result<u16, Problem> {
        let bytes = self.take(2)?.try_into().map_err(|_| Problem::Damaged)?;
        Ok(u16::from_be_bytes(bytes))
    }

    fn peek_until_zero(&self) -> Result<&'a [u8], Problem> {
        let rest = self.bytes.get(self.at..).ok_or(Problem::Damaged)?;
        let end = rest.iter().position(|byte| *byte == 0);
        Ok(&rest[..end.ok_or(Problem::Damaged)?])
    }

    fn until_zero(&mut self) -> Result<&'a [u8], Problem> {
        let text = self.peek_until_zero()?;
        self.at += text.len() + 1;
        Ok(text)
    }

    fn decimal<T: std::str::FromStr>(&mut self, end: u8) -> Result<T, Problem> {
        let rest = self.bytes.get(self.at..).ok_or(Problem::Damaged)?;
        let length = rest.iter().position(|byte| *byte == end);
        let text = self.take(length.ok_or(Problem::Damaged)?)?;
        self.at += 1;
        let text = std::str::from_utf8(text).map_err(|_| Problem::Damaged)?;
        text.parse().map_err(|_| Problem::Damaged)
    }

    /// Git's variable-length number: seven bits a byte, the highest first, each further byte adding one.
    fn varint(&mut self) -> Result<usize, Problem> {
        let mut byte = self.take(1)?[0];
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value = value
                .checked_add(1)
                .and_then(|value| value.checked_mul(128))
                .ok_or(Problem::Damaged)?
                | usize::from(byte & 0x7f);
        }
        Ok(value)
    }
}

fn low_half(value: i64) -> u32 {
    u32::try_from(value & i64::from(u32::MAX)).expect("masked to 32 bits")
}
