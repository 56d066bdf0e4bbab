//! The edge against real folders and repositories, without any program but this one.

mod files;
mod git;
