//! What comparing promises.

mod apply;
mod fields;
mod laws;
mod objects;
