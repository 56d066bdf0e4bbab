//! Values as the schema types them: what is a moment, a span of time, a fraction or a list without order is a string, an
//! integer or a list in JSON.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cel::{Key, Map, Text, Value};
use crate::schema::validator::LIST_KEYS;

/// Whether a value of the schema means in an expression what it is in JSON.
pub(super) fn is_plain<'a>(root: &'a Json, schema: &'a Json) -> bool {
    let mut seen: Vec<&'a Json> = Vec::new();
    let mut pending = vec![schema];
    while let Some(schema) = pending.pop() {
        if seen.iter().any(|other| std::ptr::eq(*other, schema)) {
            continue;
        }
        if is_number(schema) || format(schema).is_some() || identity(schema).is_some() {
            return false;
        }
        seen.push(schema);
        pending.extend(referred(root, schema));
        pending.extend(
            schema
                .get("properties")
                .and_then(Json::as_object)
                .into_iter()
                .flat_map(|map| map.values()),
        );
        pending.extend(
            ["items", "additionalProperties"]
                .into_iter()
                .filter_map(|key| schema.get(key)),
        );
    }
    true
}

/// The value of an expression that a value of the schema is.
pub(super) fn typed<'a>(root: &Json, schema: &Json, json: &'a Json) -> Value<'a> {
    if let Some(schema) = referred(root, schema) {
        return typed(root, schema, json);
    }
    match json {
        Json::String(text) => time(format(schema), text).unwrap_or(Value::from(json)),
        Json::Number(number) if is_number(schema) => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
        Json::Array(list) => {
            let of_items = schema.get("items").unwrap_or(&Json::Null);
            let items = || list.iter().map(|item| typed(root, of_items, item)).collect();
            match identity(schema) {
                Some(keys) => Value::unordered(items(), keys),
                None if of_items.is_object() => Value::list(items()),
                None => Value::from(json),
            }
        }
        Json::Object(map) => {
            let entry = |(name, value): (&'a String, &'a Json)| {
                let own = schema.get("properties").and_then(|fields| fields.get(name));
                let schema = own
                    .or_else(|| schema.get("additionalProperties"))
                    .unwrap_or(&Json::Null);
                (Key::String(Text::Borrowed(name)), typed(root, schema, value))
            };
            Value::Map(Map::shared(map.iter().map(entry).collect::<BTreeMap<_, _>>()))
        }
        _ => Value::from(json),
    }
}

/// The keys by which items of a list are told apart, where its order does not count; none for a set.
fn identity(schema: &Json) -> Option<Vec<String>> {
    if let Some(keys) = schema.get(LIST_KEYS).and_then(Json::as_array) {
        return Some(keys.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    // that is how a set is imported; a definition may not say it of anything else
    (schema.get("uniqueItems") == Some(&Json::Bool(true))).then(Vec::new)
}

fn time<'a>(format: Option<&str>, text: &str) -> Option<Value<'a>> {
    match format? {
        "date" => Value::timestamp(&format!("{text}T00:00:00Z")),
        "date-time" => Value::timestamp(text),
        _ => Value::duration(text),
    }
}

fn format(schema: &Json) -> Option<&str> {
    let format = schema.get("format")?.as_str()?;
    ["date", "date-time", "duration"].contains(&format).then_some(format)
}

fn is_number(schema: &Json) -> bool {
    match schema.get("type") {
        Some(Json::Array(types)) => types.iter().any(|word| word == "number"),
        word => word.is_some_and(|word| word == "number"),
    }
}

fn referred<'a>(root: &'a Json, schema: &Json) -> Option<&'a Json> {
    root.pointer(schema.get("$ref")?.as_str()?.trim_start_matches('#'))
}
