//! The lines of the files that findings are about.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::model::{FileTree, Location};

/// Where excerpts come from.
#[derive(Clone, Copy)]
pub struct Sources<'a>(&'a FileTree);

impl<'a> Sources<'a> {
    /// Excerpts from the files of a tree.
    pub fn of(tree: &'a FileTree) -> Sources<'a> {
        Sources(tree)
    }

    /// The lines of many locations: each file is taken apart once.
    pub(super) fn lines(&self) -> Lines<'a> {
        Lines {
            tree: self.0,
            files: BTreeMap::new(),
        }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, file: &str) -> bool {
        self.0.get(file).is_some()
    }
}

/// The lines of files that were asked for.
pub(super) struct Lines<'a> {
    tree: &'a FileTree,
    files: BTreeMap<String, Vec<&'a [u8]>>,
}

impl<'a> Lines<'a> {
    /// The line that a location is about, without its end.
    pub(super) fn line(&mut self, location: &Location) -> Option<Cow<'a, str>> {
        let index = location.line.checked_sub(1)?;
        if !self.files.contains_key(&location.file) {
            let lines = self.tree.get(&location.file)?.split(|byte| *byte == b'\n').collect();
            self.files.insert(location.file.clone(), lines);
        }
        let line = *self.files[&location.file].get(index)?;
        Some(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}
