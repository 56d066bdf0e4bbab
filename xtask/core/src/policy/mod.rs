//! What is allowed, and what a cluster would admit: the judge of everything that is rendered.

pub mod admission;
pub mod catalogue;
mod controls;
pub mod exercise;
mod facts;
mod judge;
mod made;
mod namespaces;
mod place;
pub mod rego;
pub mod rules;
mod shared;
mod stray;
mod upkeep;
pub mod waivers;

pub use facts::{Facts, asking, facts};
pub use judge::{By, Case, GoesOn, Judge, Judged, Layer, Released, Session};
pub use namespaces::{Namespaces, namespace};
pub use place::Fleet;
pub use shared::{shared_object, told_once};
pub use upkeep::RULES;
