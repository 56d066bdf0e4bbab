//! The commands: one file a verb, each with its `Args`, whose doc comment is the help, and `run`.

pub mod affected;
pub mod bench;
pub mod branch;
pub mod candidate;
pub mod completions;
pub mod diff;
pub mod doctor;
pub mod e2e;
pub mod explain;
pub mod generate;
pub mod import;
pub mod man;
pub mod new;
pub mod promote;
pub mod prompts;
pub mod release;
pub mod render;
pub mod validate;
pub mod verify;

mod branches;
mod checks;
mod dry;
mod ledger;
mod selection;
mod signing;
mod trust;
