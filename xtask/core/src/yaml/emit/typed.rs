//! serde_yaml's values as trees to write: what our own types become, with their fields in order.

use std::borrow::Cow;

use serde_yaml::{Number, Value};

use super::{Key, Shape, Tree, document, float};

impl Tree for Value {
    fn shape(&self) -> Shape<'_, Value, impl Iterator<Item = (Key<'_>, &Value)>> {
        match self {
            Value::Null => Shape::Word(Cow::Borrowed("null")),
            Value::Bool(true) => Shape::Word(Cow::Borrowed("true")),
            Value::Bool(false) => Shape::Word(Cow::Borrowed("false")),
            Value::Number(number) => Shape::Word(number_text(number)),
            Value::String(text) => Shape::Text(text),
            Value::Sequence(items) if items.is_empty() => Shape::Word(Cow::Borrowed("[]")),
            Value::Sequence(items) => Shape::List(items),
            Value::Mapping(entries) if entries.is_empty() => Shape::Word(Cow::Borrowed("{}")),
            Value::Mapping(entries) => Shape::Map(entries.iter().map(|(key, value)| (key_of(key), value))),
            Value::Tagged(tagged) => Shape::Tagged(tagged.tag.to_string(), &tagged.value),
        }
    }
}

fn number_text(number: &Number) -> Cow<'static, str> {
    match (number.is_f64(), number.as_f64()) {
        (true, Some(number)) => float(number),
        _ => Cow::Owned(number.to_string()),
    }
}

fn key_of(key: &Value) -> Key<'_> {
    match key {
        Value::String(text) => Key::Text(text),
        Value::Number(number) => Key::Word(number_text(number).into_owned()),
        Value::Bool(bool) => Key::Word(bool.to_string()),
        Value::Null => Key::Word("null".to_owned()),
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
            // An explicit key, which may be a block of its own.
            let mut text = String::from("? ");
            document(key, &mut text);
            Key::Word(text)
        }
    }
}
