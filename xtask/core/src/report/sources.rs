//! The lines of the files that findings are about.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::model::{FileTree, Finding, Location};
use crate::secrets;

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
            secrets: BTreeMap::new(),
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
    /// Where in files secrets are, in bytes, for files of which a line was shown.
    secrets: BTreeMap<String, Vec<Range<usize>>>,
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

    /// What stands at the places of findings about secrets is shown nowhere, whatever else is wrong in their lines.
    pub(super) fn hide(&mut self, findings: &[Finding]) {
        let places = findings.iter().filter(|finding| finding.is_secret);
        for location in places.filter_map(|finding| finding.location.as_ref()) {
            let Some(line) = self.line(location) else { continue };
            let start = self.start(location);
            let at = bytes_before(&line, location.column);
            let places = self.secrets(&location.file);
            for value in secrets::told(&line) {
                cover(places, start + value.start..start + value.end);
            }
            let is_known = places.iter().any(|place| place.contains(&(start + at)));
            if let Some(value) = secrets::value_at(&line, at).filter(|_| !is_known) {
                cover(places, start + value.start..start + value.end);
            }
        }
    }

    /// The line that a location is about as it may be shown, and how many characters of it stand before the column.
    pub(super) fn shown(&mut self, location: &Location) -> Option<(String, usize)> {
        let line = self.line(location)?;
        let start = self.start(location);
        let before = bytes_before(&line, location.column);
        let places = self.secrets(&location.file);
        let column = secrets::without(&line[..before], start, places).chars().count();
        Some((secrets::without(&line, start, places), column))
    }

    /// Where secrets are in a file.
    fn secrets(&mut self, file: &str) -> &mut Vec<Range<usize>> {
        let text = || std::str::from_utf8(self.tree.get(file)?).ok();
        let places = || text().map(secrets::places).unwrap_or_default();
        self.secrets.entry(file.to_owned()).or_insert_with(places)
    }

    /// Where the line of a location begins, in bytes.
    fn start(&self, location: &Location) -> usize {
        let lines = &self.files[&location.file][..location.line - 1];
        lines.iter().map(|line| line.len() + 1).sum()
    }
}

/// Adds a place; what it covers is hidden with it.
fn cover(places: &mut Vec<Range<usize>>, value: Range<usize>) {
    places.retain(|place| place.end <= value.start || value.end <= place.start);
    places.push(value);
    places.sort_by_key(|place| place.start);
}

/// How many bytes of a line stand before a column.
fn bytes_before(line: &str, column: usize) -> usize {
    let place = line.char_indices().nth(column.saturating_sub(1));
    place.map_or(line.len(), |(at, _)| at)
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}
