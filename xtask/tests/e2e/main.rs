//! Against real programs: what `cargo xtask e2e` runs.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run real programs on folders that they lay out themselves"
)]

mod builds;
mod cel;
mod docs;
mod fleet;
mod git;
mod line_ends;
mod pipelines;
mod progress;
mod proposals;
mod readers;
mod rego;
mod schemas;
#[path = "../integration/evaluation/server.rs"]
#[expect(dead_code, reason = "here it only has to be slow")]
mod server;
mod shell;
mod sql;
mod surfaces;
