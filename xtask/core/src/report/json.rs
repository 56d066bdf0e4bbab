//! Large answers as JSON text, without a copy of them.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// An object in which another value stands under one of its keys.
struct Whole<'a> {
    outline: &'a Value,
    key: &'a str,
    value: &'a Value,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.outline.as_object().into_iter().flatten();
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in entries {
            map.serialize_entry(key, if key == self.key { self.value } else { value })?;
        }
        map.end()
    }
}

/// An object as indented text and a line end, with this value under one of its keys.
pub fn pretty_json(outline: &Value, key: &str, value: &Value) -> String {
    let whole = Whole { outline, key, value };
    let mut text = serde_json::to_string_pretty(&whole).expect("values have string keys");
    text.push('\n');
    text
}
