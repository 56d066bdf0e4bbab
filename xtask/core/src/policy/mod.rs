//! What is allowed: admission policies, rules over several objects, and waivers.

pub mod admission;

/// The rules of this room, by id.
pub const RULES: &[&[crate::model::Rule]] = &[admission::RULES];
