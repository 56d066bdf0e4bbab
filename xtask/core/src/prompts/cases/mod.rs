//! Cases: what is asked, and what an answer must be.

mod append;
mod assertion;
mod mark;
pub mod promptfoo;
mod standard;
mod suite;

pub use append::with_case;
pub use assertion::{Assertion, MOST_WEIGHT, UNSUPPORTED, lacking, support};
pub use mark::{Marker, is_same_case};
pub use standard::Standard;
pub use suite::{Case, DRAFT, ExpectedTool, Judge, Order, Suite, Turn, TurnRole};
