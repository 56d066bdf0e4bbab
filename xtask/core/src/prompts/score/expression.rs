//! Regular expressions as JavaScript reads them: what means something else to another engine is written in its words, and
//! what JavaScript does not take is refused.

mod class;
mod groups;
mod sample;
mod set;
mod syntax;

use std::borrow::Cow;

use fancy_regex::Regex;

use super::Ungraded;

/// A regular expression without flags, which looks at UTF-16 units, as JavaScript's do.
#[derive(Debug)]
pub(super) struct Expression {
    compiled: Regex,
}

impl Expression {
    /// Compiles one. Flags may stand in front, as in `(?i)yes`: promptfoo takes none.
    pub(super) fn of(pattern: &str) -> Result<Expression, Ungraded> {
        let refused = |error: &dyn std::fmt::Display| format!("`{pattern}` is no regular expression: {error}");
        let translated = syntax::translated(pattern).map_err(|error| refused(&error))?;
        let compiled = Regex::new(&translated).map_err(|error| refused(&error))?;
        Ok(Expression { compiled })
    }

    /// Whether it matches somewhere.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, Ungraded> {
        let found = self.compiled.is_match(&*in_units(text));
        found.map_err(|error| error.to_string())
    }
}

/// Whether flags stand in front of an expression, which promptfoo does not take.
pub(in crate::prompts) fn has_flags(pattern: &str) -> bool {
    syntax::flags(pattern).is_some()
}

/// The first of the characters that stand for the halves of a pair of UTF-16 units. Nothing else does: a character of that
/// plane is a pair itself.
const HALVES: u32 = 0x10_0000;

/// A text in which every UTF-16 unit is a character.
fn in_units(text: &str) -> Cow<'_, str> {
    match text.chars().all(|character| character.len_utf16() == 1) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.encode_utf16().map(unit).collect()),
    }
}

/// The character that stands for a unit.
fn unit(unit: u16) -> char {
    let code = u32::from(unit);
    char::from_u32(code)
        .or_else(|| char::from_u32(HALVES + code))
        .expect("a unit is a character or half a pair, and halves have characters of their own")
}
