//! Values that may be there. What takes an expression rather than a value is a macro.

use super::{Answer, Value, bool_answer, failure};

pub(super) fn none<'a>(_: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(Value::Optional(None)))
}

pub(super) fn of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(Value::optional(Some(arguments[0].clone()))))
}

pub(super) fn of_non_zero_value<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let is_zero = match &arguments[0] {
        Value::Null | Value::Bool(false) | Value::Int(0) | Value::Uint(0) | Value::Duration(0) => true,
        Value::Double(double) => *double == 0.0,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Optional(value) => value.is_none(),
        _ => false,
    };
    Some(Ok(Value::optional((!is_zero).then(|| arguments[0].clone()))))
}

pub(super) fn has_value<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        Value::Optional(value) => bool_answer(value.is_some()),
        _ => None,
    }
}

pub(super) fn value<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        Value::Optional(Some(value)) => Some(Ok((**value).clone())),
        Value::Optional(None) => failure("the optional has no value"),
        _ => None,
    }
}
