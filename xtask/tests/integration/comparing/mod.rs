//! `diff`, `affected` and `explain values` on a small fleet in a repository of its own.

mod affected;
mod diff;
mod explain;
mod fixture;
mod released;
