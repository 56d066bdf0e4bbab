//! What is allowed, and what a cluster would admit: the judge of everything that is rendered.

pub mod admission;
mod judge;
mod place;
pub mod rules;

pub use admission::RULES;
pub use judge::{Fleet, Judge};
