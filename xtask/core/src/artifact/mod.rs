//! Artifacts: what a release records of a unit, and what is hashed.

mod inventory;
mod record;

pub use inventory::{Inventory, InventoryObject};
pub use record::{TupleRecord, component_changes};

pub use crate::model::ComponentChange;
