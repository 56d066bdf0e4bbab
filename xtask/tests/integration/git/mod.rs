//! Git through libgit2, on repositories that each test makes for itself.

mod commits;
mod dirty;
mod fixture;
mod moves;
mod notes;
mod reading;
mod tips;
