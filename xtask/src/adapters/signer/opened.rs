//! The keys and the certificate that a run has opened: a passphrase and a certificate are asked for once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LocalKey;
use crate::failure::Failure;
use crate::ports::Signer;

/// Whatever a run has signed with.
#[derive(Default)]
pub struct Opened {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: BTreeMap<PathBuf, Arc<LocalKey>>,
    certified: Option<Arc<dyn Signer>>,
}

impl Opened {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of a file, if it was opened.
    pub fn key(&self, path: &Path) -> Option<Arc<LocalKey>> {
        self.kept().keys.get(path).cloned()
    }

    /// The key of a file, opened now if it was not.
    pub fn key_or(
        &self,
        path: &Path,
        open: impl FnOnce() -> Result<LocalKey, Failure>,
    ) -> Result<Arc<LocalKey>, Failure> {
        if let Some(key) = self.key(path) {
            return Ok(key);
        }
        let key = Arc::new(open()?);
        self.kept().keys.insert(path.to_owned(), Arc::clone(&key));
        Ok(key)
    }

    /// The certificate of the run, which has one identity, if it has one yet.
    pub fn certified(&self) -> Option<Arc<dyn Signer>> {
        self.kept().certified.clone()
    }

    /// The certificate of the run, made now if it has none.
    pub fn certified_or(
        &self,
        open: impl FnOnce() -> Result<Arc<dyn Signer>, Failure>,
    ) -> Result<Arc<dyn Signer>, Failure> {
        if let Some(signer) = self.certified() {
            return Ok(signer);
        }
        let signer = open()?;
        self.kept().certified = Some(Arc::clone(&signer));
        Ok(signer)
    }
}
