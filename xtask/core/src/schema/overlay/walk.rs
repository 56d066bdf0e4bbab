//! One walk over an object: what the shape knows of a place is checked there. Good objects allocate nothing.

use serde_json::{Map, Value};

use super::check::apply;
use super::shape::Shape;
use crate::model::{Path, Problem};

/// Where problems go; a law says where below the place that it looks at.
pub(super) struct Problems<'a> {
    place: &'a Path<'a>,
    found: &'a mut Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(place: &'a Path<'a>, found: &'a mut Vec<Problem>) -> Problems<'a> {
        Problems { place, found }
    }

    /// Adds one whose pointer begins at the place that is looked at.
    pub(super) fn add(&mut self, mut problem: Problem) {
        problem.pointer.insert_str(0, &self.place.pointer());
        self.found.push(problem);
    }

    /// The place as people write it.
    pub(super) fn place(&self) -> String {
        self.place.dotted()
    }
}

/// Checks a value and everything below it that the shape knows. Nulls count as missing, as they do for the server.
pub(super) fn walk(shape: &Shape, value: &Value, path: &Path<'_>, found: &mut Vec<Problem>) {
    for check in &shape.checks {
        apply(*check, value, &mut Problems::new(path, found));
    }
    match value {
        Value::Object(map) => {
            fields(shape, map, path, found);
            if let Some(below) = &shape.values {
                for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    walk(below, value, &Path::Key(path, key), found);
                }
            }
        }
        Value::Array(items) => {
            if let Some(below) = &shape.items {
                for (index, value) in items.iter().enumerate().filter(|(_, value)| !value.is_null()) {
                    walk(below, value, &Path::Index(path, index), found);
                }
            }
        }
        _ => {}
    }
}

/// Goes down where map and shape have the same key: both are sorted, so one pass meets them all.
fn fields(shape: &Shape, map: &Map<String, Value>, path: &Path<'_>, found: &mut Vec<Problem>) {
    let mut known = shape.fields.iter().peekable();
    for (key, value) in map {
        while known.next_if(|(name, _)| *name < key.as_str()).is_some() {}
        let Some((name, below)) = known.peek() else { return };
        if *name == key.as_str() && !value.is_null() {
            walk(below, value, &Path::Key(path, key), found);
        }
    }
}
