//! Tests of the tests: every rule has objects that it lets pass and objects that it stops, and what is broken is noticed.

mod cases;
pub mod manifests;
mod mutants;
mod mutate;

pub use cases::{Exercised, exercise};
pub use mutate::{Mutated, Survivor, mutate};
