//! JSON values as trees to write.

use std::borrow::Cow;

use serde_json::Value;

use super::{Key, Shape, Tree, float};

impl Tree for Value {
    fn shape(&self) -> Shape<'_, Value, impl Iterator<Item = (Key<'_>, &Value)>> {
        match self {
            Value::Null => Shape::Word(Cow::Borrowed("null")),
            Value::Bool(true) => Shape::Word(Cow::Borrowed("true")),
            Value::Bool(false) => Shape::Word(Cow::Borrowed("false")),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(magnitude), _, _) => Shape::Integer(false, magnitude),
                (None, Some(number), _) => Shape::Integer(true, number.unsigned_abs()),
                (None, None, Some(number)) => Shape::Word(float(number)),
                (None, None, None) => Shape::Word(Cow::Owned(number.to_string())),
            },
            Value::String(text) => Shape::Text(text),
            Value::Array(items) if items.is_empty() => Shape::Word(Cow::Borrowed("[]")),
            Value::Array(items) => Shape::List(items),
            Value::Object(entries) if entries.is_empty() => Shape::Word(Cow::Borrowed("{}")),
            Value::Object(entries) => Shape::Map(entries.iter().map(|(key, value)| (Key::Text(key), value))),
        }
    }
}
