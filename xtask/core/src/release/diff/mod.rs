//! What differs between two states of the fleet: tuples first, then objects, field by field.

mod branches;
mod components;
mod fields;
mod folding;
mod lists;
mod meanings;
mod objects;
mod pairing;
mod secrets;
mod trees;
mod unit;

#[cfg(test)]
mod tests;

pub use branches::{against_branches, between_environments};
pub use fields::field_changes;
pub use folding::Consequence;
pub use objects::{ObjectChanges, object_changes};
pub use pairing::{Names, Naming};
pub use trees::{Compared, TreeSide, between_trees};
pub use unit::UnitState;
