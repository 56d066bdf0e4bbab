//! Reports: what a command has to say, as text for people and in the forms that other programs read.

mod alike;
mod changes;
mod columns;
mod findings;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod lines;
mod markdown;
mod results;
mod sarif;
mod sources;
mod style;
mod table;
mod values;

#[cfg(test)]
mod tests;

pub use changes::{Detail, changes_text};
pub use columns::within;
pub use findings::{Screen, findings_text, tally};
pub use fingerprint::forget_known;
pub use github::{MOST_ANNOTATIONS, github};
pub use gitlab::gitlab;
pub use json::pretty_json;
pub use junit::junit;
pub use lines::{Line, compare_lines};
pub use markdown::{Room, markdown};
pub use results::{Described, Results, Tally, TestOutcome, TestedCase, counted, older};
pub use sarif::{MOST_RESULTS, sarif};
pub use sources::Sources;
pub use style::Style;
pub use table::Table;
pub use values::line;
