//! What Handlebars makes of a value: whether it holds, how it reads as text, when two are the same.

use serde_json::Value;

/// Whether `{{#if}}` takes a value for true: nothing, `false`, 0, an empty text and an empty list are not.
pub(super) fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// A value as text, as JavaScript writes it.
pub(super) fn text(value: &Value, into: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => into.push_str(&number_text(number)),
        Value::String(value) => into.push_str(value),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                text(item, into);
            }
        }
        Value::Object(_) => into.push_str("[object Object]"),
    }
}

fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

/// Whether two values are the same: of the same type, numbers by their worth.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        _ => left == right,
    }
}
