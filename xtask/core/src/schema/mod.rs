//! What Kubernetes admits: what its published schemas say, and what its server enforces beyond them.

mod broken;
mod catalogue;
mod custom;
mod defaults;
mod filling;
mod formats;
pub mod import;
mod kind;
mod kubernetes;
mod lifecycle;
mod nulls;
pub mod overlay;
mod problems;
mod rules;
mod stream;
mod validations;
mod validator;

pub use catalogue::Catalogue;
pub use custom::About;
pub use filling::Filling;
pub use kind::Kind;
pub use rules::RULES;
pub use stream::{Streamed, objects};

#[cfg(test)]
mod tests;
