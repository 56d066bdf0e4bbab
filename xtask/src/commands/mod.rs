//! The commands: one file a verb, each with its `Args`, whose doc comment is the help, and `run`.

pub mod affected;
pub mod diff;
pub mod explain;
pub mod release;
pub mod render;

mod branches;
mod selection;
