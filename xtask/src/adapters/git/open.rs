//! Opens a repository, and lends libgit2's handles of it to threads.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use git2::{ErrorCode, Oid, RepositoryOpenFlags};

use super::super::failing;
use super::settled::SETTLING;
use crate::failure::{Failure, FailureKind};

/// How long one fetch or push may take, unless told otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// A git repository on disk, with or without a work tree.
pub struct GitRepository {
    /// What `git --git-dir` takes: in a linked work tree that one's own folder.
    pub(super) own_folder: PathBuf,
    /// The folder with the objects and the branches, the same for all linked work trees.
    pub(super) common_folder: PathBuf,
    pub(super) work_folder: Option<PathBuf>,
    /// How long one fetch or push may take.
    pub(super) timeout: Duration,
    /// Where to remember which folders need not be listed again.
    pub(super) settled: Option<PathBuf>,
    /// How long a folder must have been left alone for that.
    pub(super) settling: Duration,
    // A handle of libgit2 serves one thread at a time and costs a millisecond to open, so handles are kept and lent.
    idle: Mutex<Vec<git2::Repository>>,
    /// Root trees of commits that were read: the message before the id may be long, and commits do not change.
    pub(super) roots: Mutex<BTreeMap<Oid, Oid>>,
}

impl GitRepository {
    /// Finds the repository that a folder belongs to.
    pub fn discover(folder: &Path) -> Result<GitRepository, Failure> {
        settings();
        let nowhere: [&Path; 0] = [];
        git2::Repository::open_ext(folder, RepositoryOpenFlags::empty(), nowhere)
            .map(GitRepository::of)
            .map_err(|error| not_opened(folder, &error))
    }

    /// Opens a git folder (`.git`, or a bare repository) without searching.
    pub fn open(git_folder: &Path) -> Result<GitRepository, Failure> {
        settings();
        git2::Repository::open(git_folder)
            .map(GitRepository::of)
            .map_err(|error| not_opened(git_folder, &error))
    }

    /// Makes a bare repository, or opens the one that is there.
    pub fn init_bare(folder: &Path) -> Result<GitRepository, Failure> {
        settings();
        git2::Repository::init_bare(folder)
            .map(GitRepository::of)
            .map_err(|error| failing::git(format!("could not make a repository in `{}`", folder.display()), &error))
    }

    /// With this address for a remote.
    pub fn with_remote(self, name: &str, address: &str) -> Result<GitRepository, Failure> {
        let lease = self.lease()?;
        let known = lease.find_remote(name).is_ok();
        let set = if known {
            lease.remote_set_url(name, address)
        } else {
            lease.remote(name, address).map(|_| ())
        };
        let failed = |error: git2::Error| {
            Failure::new(
                FailureKind::Disk,
                format!("could not set the remote `{name}`: {}", error.message()),
            )
        };
        set.map_err(failed)?;
        drop(lease);
        Ok(self)
    }

    /// Lets a fetch or push take this long instead of [`TIMEOUT`].
    pub fn with_timeout(mut self, timeout: Duration) -> GitRepository {
        self.timeout = timeout;
        self
    }

    /// Neither uses nor writes what earlier runs remembered of the work tree.
    pub fn without_cache(mut self) -> GitRepository {
        self.settled = None;
        self
    }

    /// Takes folders for settled after this time. Shorter than the default only where no change can come so soon.
    pub fn with_settling(mut self, settling: Duration) -> GitRepository {
        self.settling = settling;
        self
    }

    /// A handle for this thread, which goes back when it is dropped.
    pub(super) fn lease(&self) -> Result<Lease<'_>, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = match idle {
            Some(handle) => handle,
            None => git2::Repository::open(&self.own_folder).map_err(|error| not_opened(&self.own_folder, &error))?,
        };
        Ok(Lease {
            handle: Some(handle),
            owner: self,
        })
    }

    /// Drops idle handles: another program changed what they may have in memory (settings, shallow boundaries).
    pub(super) fn forget_handles(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn of(handle: git2::Repository) -> GitRepository {
        GitRepository {
            own_folder: handle.path().to_owned(),
            common_folder: handle.commondir().to_owned(),
            work_folder: handle.workdir().map(Path::to_owned),
            timeout: TIMEOUT,
            settled: Some(handle.path().join("lockstep/settled-folders")),
            settling: SETTLING,
            idle: Mutex::new(vec![handle]),
            roots: Mutex::default(),
        }
    }
}

/// A handle of libgit2, lent to one thread.
pub(super) struct Lease<'a> {
    handle: Option<git2::Repository>,
    owner: &'a GitRepository,
}

impl Deref for Lease<'_> {
    type Target = git2::Repository;

    fn deref(&self) -> &git2::Repository {
        self.handle
            .as_ref()
            .expect("a lease holds its handle until it is dropped")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut idle = self.owner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.handle.take());
    }
}

fn settings() {
    static ONCE: Once = Once::new();
    // Hashing every object again on reading doubles its cost; what matters is checked by SHA-256 above this layer.
    ONCE.call_once(|| git2::opts::strict_hash_verification(false));
}

fn not_opened(folder: &Path, error: &git2::Error) -> Failure {
    if error.code() == ErrorCode::NotFound {
        return Failure::new(
            FailureKind::Repository,
            format!("`{}` is not in a git repository", folder.display()),
        )
        .hint("change into a clone, or make a repository here: `git init`");
    }
    failing::git(
        format!("could not open the repository of `{}`", folder.display()),
        error,
    )
}
