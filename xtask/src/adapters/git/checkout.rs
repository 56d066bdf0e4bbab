//! What a checkout has not of its commit: repositories in it, and what it leaves out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::super::failing;
use super::dirty::{KIND, SUBMODULE};
use super::index_file;
use super::open::GitRepository;
use crate::failure::Failure;
use crate::ports::Checkout;

/// See `Repository::checkout`. The index is read only where git says that there is something to find.
pub(super) fn checkout(repository: &GitRepository) -> Result<Checkout, Failure> {
    let mut found = Checkout::default();
    let Some(work) = &repository.work_folder else {
        return Ok(found);
    };
    let is_sparse = is_sparse(repository)?;
    if !is_sparse && !work.join(".gitmodules").exists() {
        return Ok(found);
    }
    let index = index_file::read(&repository.own_folder.join("index"))?;
    for entry in &index.entries {
        let path = || String::from_utf8_lossy(&entry.path).into_owned();
        if entry.mode & KIND == SUBMODULE {
            found.submodules.push(path());
        } else if is_sparse && entry.unwatched && !is_there(work, &entry.path) {
            found.left_out.push(path());
        }
    }
    Ok(found)
}

fn is_sparse(repository: &GitRepository) -> Result<bool, Failure> {
    let lease = repository.lease()?;
    let config = lease
        .config()
        .map_err(|error| failing::git("could not read git's settings", &error))?;
    Ok(config.get_bool("core.sparseCheckout").unwrap_or(false))
}

fn is_there(work: &Path, path: &[u8]) -> bool {
    fs::symlink_metadata(work.join(OsStr::from_bytes(path))).is_ok()
}
