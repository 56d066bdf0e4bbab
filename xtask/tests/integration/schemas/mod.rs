//! What the schemas of this repository say of what it renders, and how new kinds are taught.

mod fleet;
mod import;
