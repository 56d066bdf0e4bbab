//! The edge against real folders and repositories, without any program but this one.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests lay out folders and repositories themselves"
)]

mod answers;
mod base;
mod bench;
mod builds;
mod check;
mod checkouts;
mod comparing;
mod completions;
mod doctor;
mod evaluation;
mod explain;
mod exporting;
mod files;
mod fleet;
mod generate;
mod git;
mod guarded;
mod importing;
mod input;
mod laws;
mod leaks;
mod ledger;
mod mistakes;
mod moving_in;
mod new;
mod outputs;
mod pipelines;
mod release;
mod render;
mod rules;
mod schemas;
mod tidy;
mod translation;
mod verify;
mod workbench;
