//! Moving in: manifests that somebody else rendered become an agent, values and a blueprint that render to the same.

mod affixes;
mod cluster;
mod compare;
mod image;
mod lists;
mod namespaces;
mod node;
mod objects;
mod parameters;
mod plan;

pub use affixes::{Affixes, drop_affixes};
pub use compare::{Comparison, Renamed, compare};
pub use image::Code;
pub use namespaces::former_namespaces;
pub use objects::{LeftOut, Side, Source, all_left_out};
pub use plan::{Import, Imported, import};
