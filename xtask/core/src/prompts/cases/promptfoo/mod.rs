//! promptfoo files, in and out.

mod export;
mod import;

pub use export::export;
pub use import::import;
