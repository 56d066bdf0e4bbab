//! Reports: what a command has to say, as text for people and as JSON for machines.

mod findings;
mod style;
mod table;

pub use findings::{Sources, findings_text, tally};
pub use style::Style;
pub use table::Table;
