//! Prompts read, rendered and judged, in memory.

mod assertions;
mod completions;
mod contracts;
mod files;
mod numbers;
mod rendering;
mod scrubbing;
