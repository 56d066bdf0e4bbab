//! The lock file of a reference, as git knows it: whoever makes it may replace the reference with it.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "references are written here, since libgit2 does not sync them to the disk"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use git2::Oid;

use super::super::{failing, faults};
use super::open::GitRepository;
use super::refs::short;
use crate::failure::{Failure, FailureKind};

/// How long somebody else's lock is waited for.
const LONGEST_HELD: Duration = Duration::from_secs(2);
/// How long to wait before the next look at it.
const PAUSE: Duration = Duration::from_millis(5);

/// A new value of a reference, safe on the disk before anything is locked. Syncing takes nearly all the time, and a
/// process that is killed while it holds a lock leaves it behind, for a person to remove.
pub(super) struct Value {
    path: PathBuf,
    id: Oid,
}

impl Value {
    pub fn write(repository: &GitRepository, reference: &str, id: Oid) -> Result<Value, Failure> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let folder = repository.common_folder.join("lockstep");
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let value = Value {
            path: folder.join(format!("reference-{}-{number}", std::process::id())),
            id,
        };
        // Left by a killed process of the same number, it may be another name of a reference that is in use: it is
        // taken away, never written to.
        let _ = fs::remove_file(&value.path);
        fs::create_dir_all(&folder)
            .and_then(|()| File::create_new(&value.path))
            .and_then(|file| value.fill(file))
            .map_err(|error| not_moved(reference, &error))?;
        Ok(value)
    }

    fn fill(&self, mut file: File) -> io::Result<()> {
        faults::moment();
        writeln!(file, "{}", self.id)?;
        file.sync_all()
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A lock that holds the new value already; released when dropped.
pub(super) struct Lock {
    reference: String,
    target: PathBuf,
    path: PathBuf,
    held: bool,
}

impl Lock {
    pub fn take(repository: &GitRepository, reference: &str, value: &Value) -> Result<Lock, Failure> {
        let target = repository.common_folder.join(reference);
        let mut path = target.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let folder = target.parent().unwrap_or(&repository.common_folder);
        faults::moment();
        let made = fs::create_dir_all(folder).and_then(|()| {
            remove_empty_folders(&target);
            make_in_time(&path, value)
        });
        match made {
            Ok(()) => Ok(Lock {
                reference: reference.to_owned(),
                target,
                path,
                held: true,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::new(
                FailureKind::Repository,
                format!("`{}` stays locked by another process", short(reference)),
            )
            .hint(left(&path))),
            Err(error) => Err(not_moved(reference, &error)),
        }
    }

    /// Replaces the reference.
    pub fn put_into_place(&mut self) -> Result<(), Failure> {
        faults::moment();
        fs::rename(&self.path, &self.target).map_err(|error| not_moved(&self.reference, &error))?;
        self.held = false;
        Ok(())
    }

    /// Waits until the replacement is on the disk.
    pub fn sync_name(&self) -> Result<(), Failure> {
        faults::moment();
        let folder = self.target.parent().unwrap_or(&self.target);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| not_moved(&self.reference, &error))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only while it is ours: after the rename, a file of that name is somebody else's lock.
        if self.held {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the lock file, as soon as others are done with theirs: they hold it for the time of a rename.
fn make_in_time(path: &Path, value: &Value) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match make(path, value) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && start.elapsed() < LONGEST_HELD => {
                thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}

/// Makes the lock file in one step, with its content; fails where it exists.
fn make(path: &Path, value: &Value) -> io::Result<()> {
    match fs::hard_link(&value.path, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // A file system without hard links: the content follows.
            let file = OpenOptions::new().write(true).create_new(true).open(path)?;
            value.fill(file).inspect_err(|_| {
                let _ = fs::remove_file(path);
            })
        }
        result => result,
    }
}

/// Deleted references leave their folders behind, which may bear the name of the new one.
fn remove_empty_folders(path: &Path) {
    if !path.is_dir() {
        return;
    }
    for below in fs::read_dir(path).into_iter().flatten().flatten() {
        remove_empty_folders(&below.path());
    }
    // Fails, as it should, where something is in it; taking the lock's place then fails in turn.
    let _ = fs::remove_dir(path);
}

fn not_moved(reference: &str, error: &io::Error) -> Failure {
    failing::disk(format!("could not move `{}`", short(reference)), error)
}

/// What to do about a lock file that stays.
pub(super) fn left(path: &Path) -> String {
    let path = path.display();
    format!("if no git or Lockstep process runs any more, one was killed: `rm '{path}'`, then run it again")
}
