//! Prompts read, rendered and judged, in memory.

mod assertions;
mod contracts;
mod files;
mod numbers;
mod rendering;
mod scrubbing;
