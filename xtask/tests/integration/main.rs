//! The edge against real folders and repositories, without any program but this one.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests lay out folders and repositories themselves"
)]

mod comparing;
mod files;
mod git;
