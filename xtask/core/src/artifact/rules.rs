//! The rules about what is signed, and by whom.

use crate::model::Rule;

/// The rules about signatures, statements and trust, by id.
pub const RULES: &[Rule] = &[];
