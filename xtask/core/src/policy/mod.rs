//! What is allowed, and what a cluster would admit: the judge of everything that is rendered.

mod judge;
mod place;

pub use judge::{Fleet, Judge};
