//! Stores single objects as git's loose objects, durably.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "objects are written here, since libgit2 does not sync them to the disk"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::super::{failing, faults};
use super::object::NewObject;
use super::pack::{Deflater, temporary_file};
use crate::failure::Failure;

/// Writes the objects below `objects/` and waits until they are on the disk.
pub(super) fn write(folder: &Path, objects: &[NewObject]) -> Result<(), Failure> {
    let failed = |error: io::Error| failing::disk(format!("could not write to `{}`", folder.display()), &error);
    let written: BTreeSet<PathBuf> = objects
        .par_iter()
        .map_init(Deflater::new, |deflater, object| write_one(folder, object, deflater))
        .collect::<io::Result<_>>()
        .map_err(failed)?;
    // The files are safe; now their names.
    written
        .par_iter()
        .try_for_each(|folder| File::open(folder)?.sync_all())
        .map_err(failed)
}

/// Writes one object and returns the folder that its name is in.
fn write_one(folder: &Path, object: &NewObject, deflater: &mut Deflater) -> io::Result<PathBuf> {
    let hex = object.id.to_string();
    let (start, end) = hex.split_at(2);
    let folder = folder.join(start);
    let target = folder.join(end);
    if target.exists() {
        return Ok(folder);
    }
    let header = format!("{} {}\0", object.kind.str(), object.bytes.len());
    let deflated = deflater.deflate(&[header.as_bytes(), &object.bytes])?;
    fs::create_dir_all(&folder)?;
    let (temporary, mut file) = temporary_file(&folder, "tmp_obj")?;
    faults::moment();
    let result = io::Write::write_all(&mut file, &deflated)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, &target));
    if result.is_err() {
        // Best effort: `git gc` removes files of this name too.
        let _ = fs::remove_file(&temporary);
    }
    result.map(|()| folder)
}
