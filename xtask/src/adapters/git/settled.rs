//! Remembers folders that hold exactly what is tracked in them, so that they need not be listed again. Deleting the
//! memory costs time, never a different answer.
#![expect(
    clippy::disallowed_methods,
    reason = "the memory is a file in the git folder, and trusts no folder that changed just now"
)]

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lockstep::model::Digest;

use super::tracked::Folder;

/// A folder that changed less than this ago may change again without its time telling: some file systems count in
/// steps of two seconds.
pub(super) const SETTLING: Duration = Duration::from_secs(3);
/// Above this many, only the folders of the last run are kept.
const MOST: usize = 100_000;
const KEY_BYTES: usize = 16;

/// Stands for a folder's path, identity, time of change and tracked names, all at once: when any of them changes, so
/// does the key, and nothing is found under it.
type Key = [u8; KEY_BYTES];

/// The folders that were found to hold exactly what is tracked in them.
pub(super) struct Settled {
    file: Option<PathBuf>,
    settling: Duration,
    /// Of earlier runs, in order.
    known: Vec<Key>,
    found: Mutex<Vec<Key>>,
}

impl Settled {
    /// What earlier runs remembered in this file; without a file, nothing is remembered.
    pub fn read(file: Option<PathBuf>, settling: Duration) -> Settled {
        let bytes = file.as_ref().and_then(|file| fs::read(file).ok());
        let mut known: Vec<Key> = bytes
            .as_deref()
            .unwrap_or_default()
            .chunks_exact(KEY_BYTES)
            .filter_map(|key| key.try_into().ok())
            .collect();
        known.sort_unstable();
        Settled {
            file,
            settling,
            known,
            found: Mutex::default(),
        }
    }

    /// Whether the folder, which has these attributes now, still holds exactly these tracked files and folders.
    pub fn holds_only(&self, path: &[u8], metadata: &Metadata, tracked: Folder<'_>) -> bool {
        !self.known.is_empty() && self.known.binary_search(&key(path, metadata, tracked)).is_ok()
    }

    /// Remembers that the folder held exactly these when it was listed, which was after its attributes were read.
    pub fn remember(&self, path: &[u8], metadata: &Metadata, tracked: Folder<'_>) {
        let changed = u64::try_from(metadata.ctime()).map(Duration::from_secs);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        if let (Some(_), Ok(changed), Ok(now)) = (&self.file, changed, now)
            && changed + self.settling < now
        {
            self.found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(key(path, metadata, tracked));
        }
    }

    /// Writes down what is new. Best effort: a repository that cannot be written is only slower.
    pub fn write(self) {
        let mut keys = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = self.file.filter(|_| !keys.is_empty()) else {
            return;
        };
        if self.known.len() < MOST {
            keys.extend(self.known);
        }
        keys.sort_unstable();
        keys.dedup();
        let _ = replace(&file, &keys.concat());
    }
}

fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)?;
    let temporary = file.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, file)
}

fn key(path: &[u8], metadata: &Metadata, tracked: Folder<'_>) -> Key {
    let mut identity = Vec::new();
    for number in [metadata.dev(), metadata.ino(), path.len() as u64] {
        identity.extend_from_slice(&number.to_le_bytes());
    }
    for number in [metadata.ctime(), metadata.ctime_nsec()] {
        identity.extend_from_slice(&number.to_le_bytes());
    }
    identity.extend_from_slice(path);
    // Names hold neither `/` nor a zero byte.
    for entry in tracked.files() {
        identity.extend_from_slice(&entry.path[tracked.path().len()..]);
        identity.push(0);
    }
    for (name, _) in tracked.folders() {
        identity.extend_from_slice(name);
        identity.push(b'/');
    }
    let mut key = [0; KEY_BYTES];
    key.copy_from_slice(&Digest::of(&identity).bytes()[..KEY_BYTES]);
    key
}
