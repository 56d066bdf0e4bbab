//! Moving in: manifests that somebody else rendered become an agent, values and a blueprint that render to the same.

mod compare;
mod image;
mod lists;
mod namespaces;
mod node;
mod objects;
mod parameters;
mod plan;

pub use compare::{Comparison, Renamed, compare};
pub use image::Code;
pub use namespaces::former_namespaces;
pub use objects::{LeftOut, Side, Source, all_left_out, drop_prefixes};
pub use plan::{Import, Imported, import};
