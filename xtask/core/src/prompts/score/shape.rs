//! What the value of an assertion may look like: what is not understood is refused, and never ignored.

use serde_json::{Map, Value};

use super::{Ungraded, script};

/// A value as a person reads it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => script::number(number),
        other => other.to_string(),
    }
}

pub(super) fn lacks(kind: &str, what: &str) -> String {
    format!("`{kind}` needs {what} as its value")
}

/// A text that is not empty: every answer has the empty one.
pub(super) fn text<'a>(kind: &str, value: &'a Value) -> Result<&'a str, Ungraded> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        _ => Err(lacks(kind, "a text that is not empty")),
    }
}

/// A text that is not empty, or a number.
pub(super) fn word(kind: &str, value: &Value) -> Result<String, Ungraded> {
    match value {
        Value::Number(number) => Ok(script::number(number)),
        other => text(kind, other).map(str::to_owned),
    }
}

/// Texts that are not empty: a list of them, or one alone.
pub(super) fn texts(kind: &str, value: &Value) -> Result<Vec<String>, Ungraded> {
    let items = match value {
        Value::Array(items) if items.is_empty() => return Err(lacks(kind, "a list of texts")),
        Value::Array(items) => &items[..],
        one => std::slice::from_ref(one),
    };
    items.iter().map(|item| text(kind, item).map(str::to_owned)).collect()
}

/// What a judge reads: a text, or the `goal` of a map.
pub(super) fn goal<'a>(kind: &str, value: &'a Value) -> Result<&'a str, Ungraded> {
    match value {
        Value::Object(map) if kind == "trajectory:goal-success" => {
            only(kind, map, &["goal"])?;
            text(kind, map.get("goal").unwrap_or(&Value::Null))
        }
        other => text(kind, other),
    }
}

/// A list of words; a text is one separated by commas, in which quotes keep a comma.
pub(super) fn words(kind: &str, value: &Value) -> Result<Vec<String>, Ungraded> {
    let words = match value {
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::Bool(own) => Ok(own.to_string()),
                other => word(kind, other),
            })
            .collect::<Result<Vec<_>, _>>()?,
        Value::String(text) => separated(kind, text)?,
        _ => Vec::new(),
    };
    if words.is_empty() || words.iter().any(String::is_empty) {
        return Err(lacks(kind, "a list of texts that are not empty"));
    }
    Ok(words)
}

/// The fields of a text between commas. A field in double quotes may have commas; `""` and `\"` are a quote in it.
fn separated(kind: &str, text: &str) -> Result<Vec<String>, Ungraded> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c == ',' || script::is_space(c));
        let Some(quoted) = rest.strip_prefix('"') else {
            if rest.is_empty() {
                return Ok(fields);
            }
            let (field, after) = rest.split_once(',').unwrap_or((rest, ""));
            fields.push(script::trimmed(field).to_owned());
            rest = after;
            continue;
        };
        let (field, after) = quoted_field(quoted).ok_or_else(|| format!("`{kind}`: a quote in `{text}` has no end"))?;
        rest = after.trim_start_matches(script::is_space);
        if !(rest.is_empty() || rest.starts_with(',')) {
            return Err(format!("`{kind}`: a comma is missing after a quote in `{text}`"));
        }
        fields.push(field);
    }
}

/// A field up to its closing quote, and what comes after that.
fn quoted_field(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match (character, next) {
            ('\\', Some(next @ ('"' | '\\'))) | ('"', Some(next @ '"')) => {
                field.push(next);
                characters.next();
            }
            ('"', _) => return Some((field, &text[at + 1..])),
            _ => field.push(character),
        }
    }
    None
}

/// Refuses keys that mean nothing to a type.
pub(super) fn only(kind: &str, map: &Map<String, Value>, known: &[&str]) -> Result<(), Ungraded> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("`{key}` in the value of `{kind}` is not supported")),
        None => Ok(()),
    }
}

/// `min` and `max` of a value, which are counts.
pub(super) fn bounds(kind: &str, map: &Map<String, Value>) -> Result<(Option<u64>, Option<u64>), Ungraded> {
    let bound = |name: &str| match map.get(name) {
        None => Ok(None),
        Some(value) => match count(value) {
            Some(count) => Ok(Some(count)),
            None => Err(format!("`{name}` of `{kind}` is `{value}`, which is no count")),
        },
    };
    let (least, most) = (bound("min")?, bound("max")?);
    match (least, most) {
        (Some(least), Some(most)) if least > most => Err(format!("`min` of `{kind}` is above its `max`")),
        bounds => Ok(bounds),
    }
}

/// A number that is a count; `2.0` is one.
pub(super) fn count(value: &Value) -> Option<u64> {
    script::text(value).filter(|_| value.is_number())?.parse().ok()
}

/// Whether a count is within bounds.
pub(super) fn within(count: u64, (least, most): (Option<u64>, Option<u64>)) -> bool {
    least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most)
}

/// Whether two values are the same; 1 and 1.0 are.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
