//! Against real programs: what `cargo xtask e2e` runs.

mod git;
