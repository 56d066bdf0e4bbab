//! Puts new objects into the repository, durably: one by one where they are few, as one pack where they are many.

use git2::{ObjectType, OdbLookupFlags};

use super::super::failing;
use super::object::NewObject;
use super::open::GitRepository;
use super::{loose, pack};
use crate::failure::Failure;

/// Above this many objects a pack is faster; below, packs would pile up, and each one slows every later lookup.
const MOST_LOOSE: usize = 200;

/// Stores the objects, and returns when they are safe on disk.
pub(super) fn store(repository: &GitRepository, mut objects: Vec<NewObject>) -> Result<(), Failure> {
    objects.sort_by_key(|object| object.id);
    objects.dedup_by_key(|object| object.id);
    let folder = repository.common_folder.join("objects");
    if objects.len() > MOST_LOOSE {
        // Commits, then trees, then files: the order in which they are read back.
        objects.sort_by_key(|object| match object.kind {
            ObjectType::Commit => 0,
            ObjectType::Tree => 1,
            _ => 2,
        });
        return pack::write(&folder.join("pack"), &objects);
    }
    let odb = repository.lease()?;
    let odb = odb
        .odb()
        .map_err(|error| failing::git("could not open the objects", &error))?;
    // Without a refresh: a miss would list the packs anew each time, and storing an object twice does no harm.
    objects.retain(|object| !odb.exists_ext(object.id, OdbLookupFlags::NO_REFRESH));
    loose::write(&folder, &objects)
}
