//! Looking into objects without allocating: what is null is not there.

use serde_json::Value;

/// What stands under a key of a map.
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

/// What stands at the end of several keys.
pub(crate) fn deep<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().try_fold(value, |value, name| field(value, name))
}

/// The text under a key, if one stands there and is not empty.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    field(value, name)?.as_str().filter(|text| !text.is_empty())
}

/// The number under a key.
pub(crate) fn number(value: &Value, name: &str) -> Option<i64> {
    field(value, name)?.as_i64()
}

/// The items of the list under a key; none where there is no list.
pub(crate) fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    match field(value, name) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

/// Whether something stands under a key that is not empty text.
pub(crate) fn has(value: &Value, name: &str) -> bool {
    field(value, name).is_some_and(|value| value.as_str() != Some(""))
}
