//! In-memory twins of the ports, for tests and for trees that are not on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lockstep::model::{Entry, FileTree};
use lockstep::prompts::run::Tape;

use crate::failure::Failure;
use crate::ports::{Clock, Files, Programs, Stream, Wanted};

/// A clock that stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedClock(
    /// Seconds since 1970 UTC.
    pub i64,
);

impl Clock for FixedClock {
    fn now(&self) -> i64 {
        self.0
    }

    fn monotonic(&self) -> f64 {
        0.0
    }

    fn pause(&self, _attempt: u32) {}

    fn stagger(&self, _most: Duration) {}

    fn wait(&self, _time: Duration) {}
}

/// Files in memory, under the paths that they would have on disk.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<PathBuf, Arc<[u8]>>>,
}

impl MemoryFiles {
    /// These files.
    pub fn new<P: Into<PathBuf>, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, B)>) -> MemoryFiles {
        let files = files
            .into_iter()
            .map(|(path, bytes)| (path.into(), Arc::from(bytes.as_ref())))
            .collect();
        MemoryFiles {
            files: Mutex::new(files),
        }
    }

    /// Every path, in order.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Arc<[u8]>>> {
        // The map is whole after every statement, so a panic elsewhere has not spoilt it.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for MemoryFiles {
    fn exists(&self, path: &Path) -> bool {
        self.lock().keys().any(|found| found.starts_with(path))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.lock().keys().any(|found| found != path && found.starts_with(path))
    }

    fn strange(&self, _root: &Path, _wanted: Wanted<'_>) -> Result<BTreeMap<String, &'static str>, Failure> {
        Ok(BTreeMap::new())
    }

    fn executables(&self, _root: &Path) -> Result<BTreeSet<String>, Failure> {
        Ok(BTreeSet::new())
    }

    fn tree_up_to(&self, root: &Path, wanted: Wanted<'_>, most: u64) -> Result<FileTree, Failure> {
        let mut entries = BTreeMap::new();
        for (path, bytes) in self.lock().iter() {
            let Ok(relative) = path.strip_prefix(root) else {
                continue;
            };
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            let name = parts.join("/");
            if name.is_empty() || !wanted(&name) {
                continue;
            }
            let size = bytes.len() as u64;
            let entry = if size > most {
                Entry::Oversized { size, most }
            } else {
                Entry::File(Arc::clone(bytes))
            };
            entries.insert(name, entry);
        }
        Ok(FileTree::new(entries))
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.lock().get(path).map(|bytes| bytes.to_vec()))
    }

    fn read_own(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        self.read(path)
    }

    fn open_own(&self, path: &Path) -> Result<Option<Box<dyn Tape>>, Failure> {
        let bytes = self.lock().get(path).cloned();
        Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn Tape>))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        self.lock().insert(path.to_owned(), Arc::from(bytes));
        Ok(())
    }

    fn write_private(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        self.write(path, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let mut files = self.lock();
        let before = files.get(path).map_or_else(Vec::new, |before| before.to_vec());
        files.insert(path.to_owned(), Arc::from([&before[..], bytes].concat()));
        Ok(())
    }

    fn turn(&self, _folder: &Path) -> Box<dyn Send> {
        Box::new(())
    }

    fn turn_now(&self, _folder: &Path) -> Option<Box<dyn Send>> {
        Some(Box::new(()))
    }

    fn remove(&self, _root: &Path, path: &Path) -> Result<(), Failure> {
        self.lock().remove(path);
        Ok(())
    }
}

/// Programs that do nothing: command lines that end well, and all others, which are missing or fail.
#[derive(Debug, Default)]
pub struct MemoryPrograms {
    well: BTreeSet<String>,
}

impl MemoryPrograms {
    /// These command lines end well.
    pub fn new(lines: impl IntoIterator<Item = String>) -> MemoryPrograms {
        MemoryPrograms {
            well: lines.into_iter().collect(),
        }
    }
}

impl Programs for MemoryPrograms {
    fn succeeds(&self, program: &str, arguments: &[&str]) -> bool {
        let line = [&[program], arguments].concat().join(" ");
        self.well.contains(&line)
    }

    fn run(&self, program: &str, arguments: &[&str], _folder: &Path, _stream: Stream) -> Result<Option<i32>, Failure> {
        Ok(Some(i32::from(!self.succeeds(program, arguments))))
    }
}
