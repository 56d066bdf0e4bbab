//! Prompts: their files, the cases that judge them, the verdict on a run and its comparison with another.

pub mod cases;
pub mod conformance;
pub mod drafts;
pub mod evaluation;
pub mod retro;
pub mod run;
pub mod score;
pub mod statistics;
pub mod template;

mod compatibility;
mod header;
mod lint;
mod messages;
mod metric;
mod picoschema;
mod prompt;
mod rules;
mod source;

#[cfg(test)]
mod tests;

pub use compatibility::{Break, breaks, unknown_dialect, wider};
pub use header::{InputHeader, OutputHeader, PromptHeader};
pub use lint::{Certainty, Misnamed, Others, ROLES, Words, misnamed, partial_faults};
pub use messages::{Content, Media, Message, messages};
pub use metric::{Beside, Better, COUNTED, HEADS, HIGHER, LOWER, MILD, Metric, PLAIN, TURNING, UNCLEAR};
pub use picoschema::{SchemaFault, json_schema};
pub use prompt::{Prompt, header_text, read};
pub use rules::RULES;
pub use source::{Source, split};
