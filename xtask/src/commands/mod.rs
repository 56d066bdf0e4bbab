//! The commands: one file a verb, each with its `Args`, whose doc comment is the help, and `run`.

pub mod affected;
pub mod bench;
pub mod completions;
pub mod diff;
pub mod doctor;
pub mod drill;
pub mod e2e;
pub mod explain;
pub mod generate;
pub mod history;
pub mod hold;
pub mod man;
pub mod mark;
pub mod new;
pub mod promote;
pub mod prompts;
pub mod release;
pub mod render;
pub mod resume;
pub mod rollback;
pub mod stage;
pub mod status;
pub mod trace;
pub mod validate;
pub mod verify;

mod blueprints;
mod branches;
mod checks;
mod dry;
mod ledger;
mod remote;
mod selection;
mod signing;
mod tries;
mod trust;
mod unit;
