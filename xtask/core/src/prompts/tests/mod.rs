//! Prompts read, rendered and judged, in memory.

mod assertions;
mod completions;
mod contracts;
mod files;
mod marks;
mod metrics;
mod numbers;
mod rendering;
mod scrubbing;
mod time;
