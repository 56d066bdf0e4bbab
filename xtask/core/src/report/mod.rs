//! Reports: what a command has to say, as text for people and as JSON for machines.

mod changes;
mod findings;
mod lines;
mod style;
mod table;
mod values;

pub use changes::{Detail, changes_text};
pub use findings::{Sources, findings_text, tally};
pub use lines::{Line, compare_lines};
pub use style::Style;
pub use table::Table;
pub use values::line;
