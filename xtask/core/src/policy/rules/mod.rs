//! Rules over several objects, over time and over the files of the fleet, one file each.
//!
//! Rules of a unit see what it renders to, rules of an environment small facts about each of its units, rules of the
//! fleet its files. Add one: a file with a `RULE` and a function, and a line in the table of its scope.

pub mod environment;
pub mod fleet;
pub mod unit;

#[cfg(test)]
mod tests;

use crate::model::Rule;

/// Every rule of the three scopes, by id.
pub const RULES: &[&[Rule]] = &[environment::RULES, fleet::RULES, unit::RULES];
