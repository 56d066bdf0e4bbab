//! The edge against real folders and repositories, without any program but this one.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests lay out folders and repositories themselves"
)]

mod comparing;
mod completions;
mod evaluation;
mod files;
mod fleet;
mod generate;
mod git;
mod input;
mod laws;
mod new;
mod release;
mod render;
mod tidy;
mod workbench;
