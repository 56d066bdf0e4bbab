//! A table compiled into what the walk follows: for each place its checks and the places below it.

use super::row::{Check, Row};

/// What must hold at a place and below it.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) checks: Vec<Check>,
    /// Keys that something must hold below, sorted.
    pub(super) fields: Vec<(&'static str, Shape)>,
    /// What must hold of every item of the list.
    pub(super) items: Option<Box<Shape>>,
    /// What must hold of every value of the map.
    pub(super) values: Option<Box<Shape>>,
}

impl Shape {
    /// The shape that several tables make together.
    pub(super) fn of(tables: &[&'static [Row]]) -> Shape {
        let mut shape = Shape::default();
        for rows in tables {
            shape.add(rows);
        }
        shape
    }

    fn add(&mut self, rows: &'static [Row]) {
        for row in rows {
            match row {
                Row::At(path, checks) => self.place(path).checks.extend_from_slice(checks),
                Row::Table(path, rows) => self.place(path).add(rows),
            }
        }
    }

    /// The place at a path, made where it is not there yet.
    fn place(&mut self, path: &'static str) -> &mut Shape {
        path.split('.')
            .filter(|part| !part.is_empty())
            .fold(self, |shape, part| shape.below(part))
    }

    fn below(&mut self, part: &'static str) -> &mut Shape {
        if let Some(name) = part.strip_suffix("[]") {
            return self.below(name).items.get_or_insert_default();
        }
        if let Some(name) = part.strip_suffix("{}") {
            return self.below(name).values.get_or_insert_default();
        }
        let at = match self.fields.binary_search_by_key(&part, |(name, _)| name) {
            Ok(at) => at,
            Err(at) => {
                self.fields.insert(at, (part, Shape::default()));
                at
            }
        };
        &mut self.fields[at].1
    }
}
