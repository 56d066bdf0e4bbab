//! Prompts read, rendered and judged, in memory.

mod files;
mod rendering;
