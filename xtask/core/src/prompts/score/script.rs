//! Texts and numbers as JavaScript sees them, since promptfoo's assertions are defined by what it does with them.

use serde_json::{Number, Value};

/// White space there: the byte order mark is some, and U+0085 is none.
pub(super) fn is_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// A text without the white space around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// What stands between white space: one empty word where there is nothing else.
pub(super) fn split(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { vec![""] } else { words }
}

/// A number as a text: `5.0` is `5`.
pub(super) fn number(number: &Number) -> String {
    let value = Value::Number(number.clone());
    serde_json_canonicalizer::to_string(&value).unwrap_or_else(|_| number.to_string())
}

/// A value as a text, where its text says what it is.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(own) => Some(number(own)),
        Value::Bool(own) => Some(own.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
