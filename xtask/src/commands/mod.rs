//! The commands: one file a verb, each with its `Args`, whose doc comment is the help, and `run`.

pub mod bench;
pub mod e2e;
pub mod release;
pub mod render;

mod selection;
