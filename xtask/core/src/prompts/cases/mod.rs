//! Cases: what is asked, and what an answer must be.

mod assertion;
pub mod promptfoo;
mod suite;

pub use assertion::{Assertion, UNSUPPORTED, support};
pub use suite::{Case, ExpectedTool, Judge, Order, Suite, Turn, TurnRole};
