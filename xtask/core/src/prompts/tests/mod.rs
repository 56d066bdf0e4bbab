//! Prompts read, rendered and judged, in memory.

mod assertions;
mod cassettes;
mod completions;
mod contracts;
mod files;
mod marks;
mod mentions;
mod metrics;
mod numbers;
mod placeholders;
mod rendering;
mod samples;
mod scrubbing;
#[cfg(feature = "sql")]
mod sql;
mod standards;
mod time;
