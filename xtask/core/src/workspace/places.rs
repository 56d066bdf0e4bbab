//! Where in a file of the fleet something stands.

use crate::model::{FileTree, Finding, Location};
use crate::yaml::{Positions, Segment};

/// A path of keys.
pub(super) fn keys(names: &[&str]) -> Vec<Segment> {
    names.iter().map(|name| Segment::Key((*name).to_owned())).collect()
}

/// Where a path stands in a text, or the nearest that exists of it; the file as a whole where that cannot be known.
pub(super) fn location(file: &str, bytes: Option<&[u8]>, path: &[Segment]) -> Location {
    let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let positions = text.and_then(|text| Positions::of(text).ok());
    let (line, column) = positions.map_or((0, 0), |positions| positions.nearest(path));
    Location {
        file: file.to_owned(),
        line,
        column,
    }
}

/// A finding at a path in a file of a tree.
pub(super) fn placed(finding: Finding, tree: &FileTree, file: &str, names: &[&str]) -> Finding {
    placed_at(finding, tree, file, &keys(names))
}

/// The same for a path that leads through lists.
pub(super) fn placed_at(finding: Finding, tree: &FileTree, file: &str, path: &[Segment]) -> Finding {
    let Location { file, line, column } = location_in(tree, file, path);
    finding.at(file, line, column)
}

/// Where a path stands in a file of a tree, or the nearest that exists of it.
pub(super) fn location_in(tree: &FileTree, file: &str, path: &[Segment]) -> Location {
    location(file, bytes(tree, file), path)
}

/// Where a file of a tree has a key, if it has one.
pub(crate) fn key(tree: &FileTree, file: &str, names: &[&str]) -> Option<Location> {
    let positions = Positions::of(std::str::from_utf8(bytes(tree, file)?).ok()?).ok()?;
    let (line, column) = positions.key(&keys(names))?;
    Some(Location {
        file: file.to_owned(),
        line,
        column,
    })
}

fn bytes<'a>(tree: &'a FileTree, file: &str) -> Option<&'a [u8]> {
    tree.get(file).map(|bytes| &bytes[..])
}
