//! Which files differ from the checked-out commit, found by looking at every folder once, in parallel.
#![expect(
    clippy::disallowed_methods,
    reason = "the work tree is compared here, since libgit2 compares it on one thread"
)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Oid, Status};
use lockstep::model::MAX_FILE_BYTES;
use rayon::prelude::*;

use super::super::failing;
use super::index_file::{self, IndexEntry, IndexFile, Moment};
use super::open::GitRepository;
use super::settled::Settled;
use super::staged::{self, is_below};
use super::tracked::{Folder, Tracked};
use crate::failure::Failure;

pub(super) const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
pub(super) const SUBMODULE: u32 = 0o160_000;
const EXECUTABLE: u32 = 0o100;

/// Paths below the roots that differ from the checked-out commit, in order. A bare repository has none.
pub(super) fn dirty(repository: &GitRepository, roots: &[&str]) -> Result<Vec<String>, Failure> {
    let Some(work) = &repository.work_folder else {
        return Ok(Vec::new());
    };
    let (index, settled) = rayon::join(
        || index_file::read(&repository.own_folder.join("index")),
        || Settled::read(repository.settled.clone(), repository.settling),
    );
    let index = index?;
    let head = head_tree(repository)?;
    let tracked = Tracked::new(&index.entries);
    let root = tracked.root();
    let comparison = Comparison {
        repository,
        work,
        index: &index,
        modes_count: modes_count(repository)?,
        settled,
    };
    let (staged, changed) = rayon::join(
        || staged::staged(repository, &index, root, head, roots),
        || {
            roots
                .iter()
                .map(|path| comparison.root(path, root))
                .collect::<Result<Vec<_>, Failure>>()
        },
    );
    comparison.settled.write();
    let below_roots = |path: &Vec<u8>| {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        roots.iter().any(|root| is_below(path, root.as_bytes()))
    };
    let staged = staged?.into_iter().filter(below_roots);
    let paths: BTreeSet<String> = staged
        .chain(changed?.into_iter().flatten())
        .map(|path| String::from_utf8_lossy(&path).into_owned())
        .collect();
    Ok(paths.into_iter().collect())
}

fn head_tree(repository: &GitRepository) -> Result<Option<Oid>, Failure> {
    let lease = repository.lease()?;
    let tree = lease.head().and_then(|head| head.peel_to_tree());
    match tree {
        Ok(tree) => Ok(Some(tree.id())),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
        Err(error) => Err(failing::git("could not read the checked-out commit", &error)),
    }
}

fn modes_count(repository: &GitRepository) -> Result<bool, Failure> {
    let lease = repository.lease()?;
    let config = lease
        .config()
        .map_err(|error| failing::git("could not read git's settings", &error))?;
    Ok(config.get_bool("core.fileMode").unwrap_or(true))
}

/// The work tree against the index.
struct Comparison<'a> {
    repository: &'a GitRepository,
    work: &'a Path,
    index: &'a IndexFile,
    modes_count: bool,
    settled: Settled,
}

impl Comparison<'_> {
    fn root(&self, path: &str, index: Folder<'_>) -> Result<Vec<Vec<u8>>, Failure> {
        let path = path.trim_end_matches('/');
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let file = index.find(folder).and_then(|folder| folder.file(name.as_bytes()));
        let tracked = index.find(path);
        let prefix = match path {
            "" => Vec::new(),
            path => [path.as_bytes(), b"/"].concat(),
        };
        let mut found = Vec::new();
        match self.look(path.as_bytes())? {
            Some(metadata) if metadata.is_dir() => {
                if file.is_some_and(|entry| entry.mode & KIND == SUBMODULE) {
                    return Ok(found);
                }
                found.extend(file.and_then(gone));
                found.extend(self.folder(&prefix, tracked)?);
            }
            Some(metadata) => {
                let differs = match file {
                    Some(entry) => self.differs(entry, &metadata)?,
                    None => !self.is_ignored(path.as_bytes())?,
                };
                found.extend(differs.then(|| path.as_bytes().to_vec()));
                found.extend(tracked.into_iter().flat_map(all_gone));
            }
            None => {
                found.extend(file.and_then(gone));
                found.extend(tracked.into_iter().flat_map(all_gone));
            }
        }
        Ok(found)
    }

    /// Compares a folder, given with a final `/`.
    fn folder(&self, path: &[u8], tracked: Option<Folder<'_>>) -> Result<Vec<Vec<u8>>, Failure> {
        let Some(tracked) = tracked else {
            return self.untracked_folder(path);
        };
        // Before listing: were it looked at afterwards, a change in between would be taken for seen.
        let Some(metadata) = self.look(path)? else {
            return Ok(all_gone(tracked));
        };
        if self.settled.holds_only(path, &metadata, tracked) {
            return self.settled_folder(tracked);
        }
        self.listed_folder(path, tracked, &metadata)
    }

    /// Compares a folder that holds only what is tracked in it: what is settled below it as well, in one go, then the
    /// rest folder by folder.
    fn settled_folder(&self, index: Folder<'_>) -> Result<Vec<Vec<u8>>, Failure> {
        let tree = index.tree();
        let looked = tree.par_iter().map(|(_, folder)| self.if_settled(*folder));
        let looked: Vec<Option<Vec<Vec<u8>>>> = looked.collect::<Result<_, Failure>>()?;
        let mut found = Vec::new();
        let mut reached: Vec<bool> = Vec::with_capacity(tree.len());
        for ((above, folder), files) in tree.iter().zip(looked) {
            // all that is above it is settled, which the first of them was found to be
            let is_reached = reached.get(*above).is_none_or(|above| *above);
            reached.push(is_reached && files.is_some());
            match files {
                Some(files) if is_reached => found.extend(files),
                None if is_reached => found.extend(self.folder(folder.path(), Some(*folder))?),
                _ => {}
            }
        }
        Ok(found)
    }

    /// The files of a folder that differ, where it holds only what is tracked in it.
    fn if_settled(&self, index: Folder<'_>) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let settled = self
            .look(index.path())?
            .is_some_and(|metadata| self.settled.holds_only(index.path(), &metadata, index));
        if !settled {
            return Ok(None);
        }
        let mut found = Vec::new();
        for entry in index.files() {
            let differs = match self.look(&entry.path)? {
                Some(metadata) if entry.mode & KIND != SUBMODULE => self.differs(entry, &metadata)?,
                Some(_) => false,
                None => gone(entry).is_some(),
            };
            found.extend(differs.then(|| entry.path.clone()));
        }
        Ok(Some(found))
    }

    fn listed_folder(&self, path: &[u8], index: Folder<'_>, metadata: &Metadata) -> Result<Vec<Vec<u8>>, Failure> {
        let mut found = Vec::new();
        let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut folders: Vec<Vec<u8>> = Vec::new();
        let mut only_tracked = true;
        for entry in self.list(path)? {
            let name = entry.file_name().into_vec();
            if name == b".git" {
                continue;
            }
            let kind = entry.file_type().map_err(|error| self.unreadable(path, &error))?;
            if kind.is_dir() {
                only_tracked &= index.folder(&name).is_some();
                folders.push(name);
                continue;
            }
            let full = [path, &name].concat();
            let Some(tracked) = index.file(&name) else {
                only_tracked = false;
                if (kind.is_file() || kind.is_symlink()) && !self.is_ignored(&full)? {
                    found.push(full);
                }
                continue;
            };
            match entry.metadata() {
                Ok(metadata) => {
                    if self.differs(tracked, &metadata)? {
                        found.push(full);
                    }
                    seen.insert(name);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.unreadable(&full, &error)),
            }
        }
        let missing = index
            .files()
            .iter()
            .filter(|entry| !seen.contains(&entry.path[path.len()..]));
        found.extend(missing.filter_map(|entry| gone(entry)));
        // Not looked into, even where a link to a folder stands in its place.
        let missing = index
            .folders()
            .filter(|(name, _)| !folders.iter().any(|there| there == name));
        found.extend(missing.flat_map(|(_, folder)| all_gone(folder)));
        found.extend(self.folders(path, index, &folders)?);
        let complete = seen.len() == index.files().len() && folders.len() == index.folders().len();
        if only_tracked && complete && !(seen.is_empty() && folders.is_empty()) {
            self.settled.remember(path, metadata, index);
        }
        Ok(found)
    }

    fn folders(&self, path: &[u8], index: Folder<'_>, names: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        let below: Vec<Vec<Vec<u8>>> = names
            .par_iter()
            .map(|name| {
                let folder = [path, name, b"/"].concat();
                let file = index.file(name);
                if file.is_some_and(|entry| entry.mode & KIND == SUBMODULE) {
                    // A submodule is somebody else's to judge.
                    return Ok(Vec::new());
                }
                self.folder(&folder, index.folder(name))
            })
            .collect::<Result<_, Failure>>()?;
        Ok(below.into_iter().flatten().collect())
    }

    /// The files of a folder without tracked ones; a repository in it counts as one path, as for git.
    fn untracked_folder(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        if self.is_ignored(path)? {
            return Ok(Vec::new());
        }
        if !path.is_empty() && self.look(&[path, b".git"].concat())?.is_some() {
            return Ok(vec![path.to_vec()]);
        }
        let nothing = Tracked::new(&[]);
        self.folder(path, Some(nothing.root()))
    }

    fn differs(&self, entry: &IndexEntry, metadata: &Metadata) -> Result<bool, Failure> {
        if entry.stage != 0 {
            return Ok(true);
        }
        if entry.unwatched {
            return Ok(false);
        }
        let is_link = entry.mode & KIND == LINK;
        let same_kind = metadata.is_symlink() == is_link && (metadata.is_file() || is_link);
        let same_mode = is_link || !self.modes_count || (metadata.mode() ^ entry.mode) & EXECUTABLE == 0;
        if !same_kind || !same_mode {
            return Ok(true);
        }
        let modified = Moment::new(metadata.mtime(), metadata.mtime_nsec());
        let changed = Moment::new(metadata.ctime(), metadata.ctime_nsec());
        let same_size = u64::from(entry.size) == metadata.len() & u64::from(u32::MAX);
        // A file that was written in the same tick as the index could have been written again since.
        let settled = entry.modified < self.index.written;
        if same_size && settled && modified == entry.modified && changed == entry.changed {
            return Ok(false);
        }
        if !same_size && entry.size != 0 && metadata.len() > MAX_FILE_BYTES {
            return Ok(true);
        }
        self.content_differs(entry, is_link)
    }

    fn content_differs(&self, entry: &IndexEntry, is_link: bool) -> Result<bool, Failure> {
        let path = self.place(&entry.path);
        let bytes = if is_link {
            fs::read_link(&path).map(|target| target.into_os_string().into_vec())
        } else {
            fs::read(&path)
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(self.unreadable(&entry.path, &error)),
        };
        let id = Oid::hash_object(ObjectType::Blob, &bytes)
            .map_err(|error| failing::git("could not hash a file", &error))?;
        if id == entry.id {
            return Ok(false);
        }
        // Git may store such a file otherwise than it stands on disk (`text`, `eol` and `ident` in .gitattributes).
        if is_link || !(bytes.contains(&b'\r') || bytes.windows(4).any(|part| part == b"$Id:")) {
            return Ok(true);
        }
        let lease = self.repository.lease()?;
        let status = lease.status_file(Path::new(OsStr::from_bytes(&entry.path)));
        Ok(status.is_ok_and(|status| status.contains(Status::WT_MODIFIED)))
    }

    fn is_ignored(&self, path: &[u8]) -> Result<bool, Failure> {
        if path.is_empty() {
            return Ok(false);
        }
        let lease = self.repository.lease()?;
        lease
            .is_path_ignored(Path::new(OsStr::from_bytes(path)))
            .map_err(|error| failing::git("could not read .gitignore", &error))
    }

    fn list(&self, path: &[u8]) -> Result<Vec<fs::DirEntry>, Failure> {
        let entries = match fs::read_dir(self.place(path)) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(self.unreadable(path, &error)),
        };
        entries
            .collect::<io::Result<_>>()
            .map_err(|error| self.unreadable(path, &error))
    }

    fn look(&self, path: &[u8]) -> Result<Option<Metadata>, Failure> {
        match fs::symlink_metadata(self.place(path)) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.unreadable(path, &error)),
        }
    }

    fn place(&self, path: &[u8]) -> PathBuf {
        self.work.join(OsStr::from_bytes(path))
    }

    fn unreadable(&self, path: &[u8], error: &io::Error) -> Failure {
        let path = String::from_utf8_lossy(path);
        failing::disk(format!("could not read `{path}`"), error)
    }
}

/// The path of a tracked file that is not on disk, unless it need not be.
fn gone(entry: &IndexEntry) -> Option<Vec<u8>> {
    let expected = entry.mode & KIND != SUBMODULE && !entry.unwatched;
    expected.then(|| entry.path.clone())
}

fn all_gone(folder: Folder<'_>) -> Vec<Vec<u8>> {
    folder.all().iter().filter_map(gone).collect()
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
