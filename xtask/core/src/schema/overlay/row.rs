//! What the tables are made of: a path below an object, and what must hold there.

use serde_json::Value;

use super::forms::Form;
use super::walk::Problems;

/// One line of a table.
pub(super) enum Row {
    /// What must hold at a path.
    At(&'static str, &'static [Check]),
    /// Another table, which begins at a path.
    Table(&'static str, &'static [Row]),
}

/// What must hold at a place. A value of another type is the schema's affair: it passes here.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// The text is one of these words.
    Words(&'static [&'static str]),
    /// The text has this form.
    Text(Form),
    /// Every key of the map has this form.
    Keys(Form),
    /// The number is at least and at most this.
    Within(i64, i64),
    /// The quantity is not negative.
    Amount,
    /// The quantity is more than nothing.
    Positive,
    /// A number from zero, or a percentage.
    Share,
    /// A number from zero, or a percentage up to 100 %.
    Part,
    /// The number of a port, or the name of one.
    Port,
    /// The map has all of these.
    Needs(&'static [&'static str]),
    /// The map has none of these: the server sets them, or they do not belong here.
    Lacks(&'static [&'static str], &'static str),
    /// The list, map or text has something in it.
    Something,
    /// The list is no longer.
    Longest(usize),
    /// The map has exactly one of these.
    One(&'static [&'static str]),
    /// The map has exactly one key, whatever it is, beside these.
    OneBeside(&'static [&'static str]),
    /// The map has at most one of these.
    AtMostOne(&'static [&'static str]),
    /// Items of the list differ in these keys taken together; the second word is what the server takes for a missing one.
    Distinct(&'static [(&'static str, &'static str)]),
    /// Items of the list differ.
    Different,
    /// Whatever takes several fields to see.
    Law(Law),
}

/// What takes several fields to see: it looks at a value and reports at paths below it.
pub(super) type Law = fn(&Value, &mut Problems<'_>);

/// Largest number of a signed 32-bit field.
pub(super) const INT32: i64 = i32::MAX as i64;

/// A line that says what must hold at a path: names with dots between them, `[]` after a list, `{}` after a map with
/// free keys.
pub(super) const fn at(path: &'static str, checks: &'static [Check]) -> Row {
    Row::At(path, checks)
}

/// A line that mounts another table at a path.
pub(super) const fn table(path: &'static str, rows: &'static [Row]) -> Row {
    Row::Table(path, rows)
}
