//! The Kubernetes dialect of the Common Expression Language: expressions compiled once, evaluated over JSON in place.
//!
//! Crate `cel` parses what `fast.rs` declines. Names, macros and functions are resolved here while an expression is
//! compiled, so that a misspelt one is found when a file is read and not when the first object meets it; the evaluator is
//! our own, since it borrows from the parsed object, counts its steps, and gives the same answer in the same order every
//! time.

mod arithmetic;
mod budget;
mod error;
mod escape;
mod evaluate;
mod expression;
mod fast;
mod fold;
mod functions;
mod literals;
mod lower;
mod macros;
mod node;
mod ordering;
mod path;
mod reference;
mod types;
mod unordered;
mod value;

#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use error::{CompileError, Error};
pub(crate) use escape::RESERVED;
pub use evaluate::{Evaluation, Scope};
pub use expression::Expression;
pub use unordered::Unordered;
pub use value::{Key, List, Map, Text, Value};

/// What an expression of an admission policy may name; variables come after.
pub const ADMISSION_NAMES: [&str; 6] = [
    "object",
    "oldObject",
    "request",
    "params",
    "namespaceObject",
    "authorizer",
];

/// What an expression may spend, in steps (kubernetes/apiserver `pkg/apis/cel/config.go`).
pub const EXPRESSION_BUDGET: u64 = 1_000_000;
/// What all expressions of a binding, or all rules of a custom resource, may spend on one object, in steps.
pub const BINDING_BUDGET: u64 = 10_000_000;
/// What the match conditions of a policy may spend on one object, in steps.
pub const MATCH_BUDGET: u64 = 2_500_000;
