//! Files of the work tree that git ignores: no commit has them, so nothing that is made of a commit knows them.

use std::path::Path;

use super::super::failing;
use super::index_file;
use super::open::GitRepository;
use crate::failure::Failure;

/// Of these files those that git ignores and does not track, in their order. A bare repository has none.
pub(super) fn ignored(repository: &GitRepository, paths: &[&str]) -> Result<Vec<String>, Failure> {
    if repository.work_folder.is_none() {
        return Ok(Vec::new());
    }
    let index = index_file::read(&repository.own_folder.join("index"))?;
    // git's rules are asked of the few files alone that it does not track: each answer looks into several folders
    let is_tracked = |path: &str| {
        let entries = &index.entries;
        entries
            .binary_search_by(|entry| entry.path.as_slice().cmp(path.as_bytes()))
            .is_ok()
    };
    let lease = repository.lease()?;
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| !is_tracked(path)) {
        let is_ignored = lease.is_path_ignored(Path::new(path));
        if is_ignored.map_err(|error| failing::git("could not read .gitignore", &error))? {
            found.push((*path).to_owned());
        }
    }
    Ok(found)
}
