//! `evaluate` and what belongs to it: cases judged from cassettes, mocks and a server.

mod again;
mod cases;
mod contracts;
mod count;
mod drafts;
mod exchange;
mod failing;
mod forms;
mod idle;
mod live;
mod mentions;
mod partials;
mod parts;
mod promptfoo;
mod renames;
mod samples;
pub mod server;
mod turns;
mod unsound;
mod unused;
mod verdict;
mod withheld;
