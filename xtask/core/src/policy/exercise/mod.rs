//! Tests of policies: every rule has objects that it lets pass and objects that it stops.

mod cases;
mod mutants;
mod mutate;

pub use cases::{Exercised, exercise};
pub use mutate::{Mutated, Survivor, mutate};
