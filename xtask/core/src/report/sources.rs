//! The lines of the files that findings are about.

use std::borrow::Cow;
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

    /// The line that a location is about, without its end.
    pub(super) fn line(&self, location: &Location) -> Option<Cow<'a, str>> {
        let index = location.line.checked_sub(1)?;
        let line = self.0.get(&location.file)?.split(|byte| *byte == b'\n').nth(index)?;
        Some(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}
