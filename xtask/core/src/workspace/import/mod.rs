//! Moving in: manifests that somebody else rendered become an agent, values and a blueprint that render to the same.

mod compare;
mod node;
mod objects;
mod parameters;
mod plan;

pub use compare::differences;
pub use objects::{LeftOut, Side, Source};
pub use plan::{Import, Imported, import};
