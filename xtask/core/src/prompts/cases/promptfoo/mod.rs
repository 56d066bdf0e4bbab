//! promptfoo files, in and out.

mod assertions;
mod export;
mod file;
mod import;
mod listed;
mod own;

pub use export::export;
pub use import::{Imported, import};
