//! The files of the disk.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is where files are read and written"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lockstep::model::{Entry, FileTree, MAX_FILE_BYTES};
use lockstep::prompts::run::Tape;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::{failing, faults};
use crate::failure::{Failure, FailureKind};
use crate::ports::{Files, Wanted};

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn tree_up_to(&self, root: &Path, wanted: Wanted<'_>, most: u64) -> Result<FileTree, Failure> {
        let Walked {
            files, repositories, ..
        } = walk(root, wanted)?;
        let entries: BTreeMap<String, Entry> = files
            .into_par_iter()
            .filter_map(|found| entry(found, most).transpose())
            .collect::<Result<_, _>>()?;
        let mut tree = FileTree::new(entries);
        for path in repositories {
            tree.insert_submodule(&path);
        }
        Ok(tree)
    }

    fn strange(&self, root: &Path, wanted: Wanted<'_>) -> Result<BTreeMap<String, &'static str>, Failure> {
        Ok(walk(root, wanted)?.strange)
    }

    fn executables(&self, root: &Path) -> Result<BTreeSet<String>, Failure> {
        let mut files = walk(root, &|_| true)?.files;
        files.retain(|found| !found.link);
        let total = files.len();
        files.retain(|found| is_executable(&found.path));
        if files.len() == total {
            files.clear();
        }
        Ok(files.into_iter().map(|found| found.name).collect())
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        match waits(path) {
            true => Ok(None),
            false => self.read_named(path),
        }
    }

    fn read_named(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        match bytes(path, MAX_FILE_BYTES) {
            Ok(Bounded::Whole(bytes)) => Ok(Some(bytes)),
            Ok(Bounded::Over(size)) => Err(Failure::new(
                FailureKind::Disk,
                format!(
                    "`{}` has {size} bytes, more than the {MAX_FILE_BYTES} that are read",
                    path.display()
                ),
            )),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(could_not("read", path, &error)),
        }
    }

    fn read_own(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(could_not("read", path, &error)),
        }
    }

    fn open_own(&self, path: &Path) -> Result<Option<Box<dyn Tape>>, Failure> {
        if waits(path) {
            return Ok(None);
        }
        match File::open(path) {
            Ok(file) => Ok(Some(Box::new(Opened {
                path: path.to_owned(),
                file: Mutex::new(file),
            }))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(could_not("read", path, &error)),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        // A file that stays as it is keeps its time, which editors, git and build tools look at.
        if holds(path, bytes) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| could_not("make", folder, &error))?;
        }
        replace(path, bytes).map_err(|error| could_not("write", path, &error))
    }

    fn write_private(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| could_not("make", folder, &error))?;
        }
        replace_with(path, |temporary| fill_private(temporary, bytes)).map_err(|error| could_not("write", path, &error))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| could_not("make", folder, &error))?;
        }
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).open(path);
        // one write, so that lines of two runs do not mix
        file.and_then(|mut file| file.write_all(bytes))
            .map_err(|error| could_not("write", path, &error))
    }

    fn turn(&self, folder: &Path) -> Box<dyn Send> {
        Box::new(File::open(folder).ok().filter(|folder| folder.lock().is_ok()))
    }

    fn turn_now(&self, folder: &Path) -> Option<Box<dyn Send>> {
        let folder = File::open(folder).ok();
        match folder.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => None,
            _ => Some(Box::new(folder)),
        }
    }

    fn remove(&self, root: &Path, path: &Path) -> Result<(), Failure> {
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(could_not("remove", path, &error)),
        }
        for folder in path.ancestors().skip(1) {
            // The system refuses to remove a folder that holds something, which is the end of the way up.
            if folder == root || !folder.starts_with(root) || fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// A file that is read in parts.
struct Opened {
    path: PathBuf,
    file: Mutex<File>,
}

impl Tape for Opened {
    fn read(&self, at: u64, buffer: &mut [u8]) -> Result<usize, String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fill = || -> io::Result<usize> {
            file.seek(SeekFrom::Start(at))?;
            let mut count = 0;
            while count < buffer.len() {
                match file.read(&mut buffer[count..]) {
                    Ok(0) => break,
                    Ok(more) => count += more,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(count)
        };
        fill().map_err(|error| could_not("read", &self.path, &error).message)
    }
}

/// A wanted file, not read yet.
struct Found {
    name: String,
    path: PathBuf,
    link: bool,
}

/// What a walk came across.
#[derive(Default)]
struct Walked {
    files: Vec<Found>,
    /// The folders below the root that are repositories of their own.
    repositories: Vec<String>,
    /// What is neither file, link nor folder.
    strange: BTreeMap<String, &'static str>,
}

fn walk(root: &Path, wanted: Wanted<'_>) -> Result<Walked, Failure> {
    let mut walked = Walked::default();
    let repositories = &mut walked.repositories;
    let entries = WalkDir::new(root).min_depth(1).into_iter().filter_entry(|entry| {
        if entry.file_name() == ".git" {
            let folder = entry.path().parent().filter(|folder| *folder != root);
            repositories.extend(folder.map(|folder| relative_name(root, folder)));
            return false;
        }
        !entry.file_type().is_dir() || wanted(&format!("{}/", relative_name(root, entry.path())))
    });
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                match error.io_error() {
                    // Gone since its folder was listed: as if it had never been there.
                    Some(io) if is_absent(io) && path != root => continue,
                    Some(io) => return Err(could_not("read", &path, io)),
                    None => return Err(could_not("read", &path, &io::Error::other(error))),
                }
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        let name = relative_name(root, entry.path());
        // Pipes, sockets and devices are no files: reading one could wait for ever.
        if !kind.is_file() && !kind.is_symlink() {
            if wanted(&name) {
                walked.strange.insert(name, what(kind));
            }
            continue;
        }
        // a folder that is linked is not walked: whoever wants its files is told of the link
        let is_wanted_folder = || kind.is_symlink() && entry.path().is_dir() && wanted(&format!("{name}/"));
        if wanted(&name) || is_wanted_folder() {
            walked.files.push(Found {
                name,
                link: kind.is_symlink(),
                path: entry.into_path(),
            });
        }
    }
    Ok(walked)
}

/// The path below `root`; what is not Unicode becomes U+FFFD, which the core reports.
fn relative_name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn entry(found: Found, most: u64) -> Result<Option<(String, Entry)>, Failure> {
    if found.link {
        return Ok(Some((found.name, Entry::Link)));
    }
    match bytes(&found.path, most) {
        Ok(Bounded::Whole(bytes)) => Ok(Some((found.name, Entry::File(Arc::from(bytes))))),
        Ok(Bounded::Over(size)) => Ok(Some((found.name, Entry::Oversized { size, most }))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(could_not("read", &found.path, &error)),
    }
}

#[cfg(unix)]
fn what(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match (kind.is_fifo(), kind.is_socket()) {
        (true, _) => "a pipe",
        (_, true) => "a socket",
        (false, false) => "a device",
    }
}

#[cfg(not(unix))]
fn what(_kind: FileType) -> &'static str {
    "something else"
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    false
}

enum Bounded {
    Whole(Vec<u8>),
    Over(u64),
}

fn bytes(path: &Path, most: u64) -> io::Result<Bounded> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > most {
        return Ok(Bounded::Over(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // One byte more than allowed, so that a file that grows meanwhile is noticed and has an end.
    file.take(most + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size > most => Ok(Bounded::Over(size)),
        _ => Ok(Bounded::Whole(bytes)),
    }
}

/// Whether a pipe, a socket or a device stands there: who opens one may wait without end.
fn waits(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|there| there == bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, |temporary| fill(temporary, path, bytes))
}

fn replace_with(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(
        ".{name}.lockstep-{}-{}",
        std::process::id(),
        COUNTER.fetch_add(1, Ordering::Relaxed)
    ));
    faults::moment();
    let result = fill(&temporary).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    result
}

fn fill(temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(temporary)?;
    file.write_all(bytes)?;
    if let Ok(metadata) = fs::symlink_metadata(target)
        && metadata.is_file()
    {
        file.set_permissions(metadata.permissions())?;
    }
    Ok(())
}

/// A file that its owner alone may read, from its first byte on.
fn fill_private(temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(temporary)?.write_all(bytes)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn could_not(verb: &str, path: &Path, error: &io::Error) -> Failure {
    failing::disk(format!("could not {verb} `{}`", path.display()), error)
}
