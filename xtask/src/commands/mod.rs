//! The commands: one file a verb, each with its `Args`, whose doc comment is the help, and `run`.

pub mod affected;
pub mod bench;
pub mod completions;
pub mod diff;
pub mod e2e;
pub mod evaluate;
pub mod explain;
pub mod generate;
pub mod new;
pub mod prompts;
pub mod release;
pub mod render;
pub mod retro;

mod branches;
mod selection;
