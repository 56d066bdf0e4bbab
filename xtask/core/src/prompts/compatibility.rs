//! What in a new version of a contract breaks those who rely on the old one.

use serde_json::{Map, Value};

/// A change that breaks somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// JSON pointer into the schema.
    pub pointer: String,
    /// What changed, in a few words.
    pub message: String,
}

/// Every change of a JSON Schema after which an answer that fitted does not fit, or a field that readers had is gone.
pub fn breaks(before: &Value, after: &Value) -> Vec<Break> {
    let mut found = Vec::new();
    compare(before, after, "", &mut found);
    found
}

fn push(found: &mut Vec<Break>, pointer: &str, message: String) {
    found.push(Break {
        pointer: if pointer.is_empty() {
            "/".to_owned()
        } else {
            pointer.to_owned()
        },
        message,
    });
}

fn compare(before: &Value, after: &Value, pointer: &str, found: &mut Vec<Break>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            push(found, pointer, format!("`{}` admits something else", shown(pointer)));
        }
        return;
    };
    types(old, new, pointer, found);
    values(old, new, pointer, found);
    bounds(old, new, pointer, found);
    properties(old, new, pointer, found);
    match (old.get("items"), new.get("items")) {
        (Some(old), Some(new)) => compare(old, new, &format!("{pointer}/items"), found),
        (None, Some(_)) => push(
            found,
            pointer,
            format!("the items of `{}` are restricted", shown(pointer)),
        ),
        _ => {}
    }
    for keyword in [
        "allOf", "anyOf", "oneOf", "if", "then", "else", "not", "$ref", "pattern", "format", "const",
    ] {
        let added_or_changed = new.get(keyword).is_some() && old.get(keyword) != new.get(keyword);
        if added_or_changed || (old.get(keyword).is_some() && new.get(keyword).is_none() && keyword == "then") {
            push(
                found,
                pointer,
                format!("`{keyword}` of `{}` has changed", shown(pointer)),
            );
        }
    }
}

fn shown(pointer: &str) -> String {
    let parts: Vec<&str> = pointer
        .split('/')
        .filter(|part| !part.is_empty() && *part != "properties")
        .map(|part| if part == "items" { "[]" } else { part })
        .collect();
    if parts.is_empty() {
        "the answer".to_owned()
    } else {
        parts.join(".").replace(".[]", "[]")
    }
}

fn types(old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str, found: &mut Vec<Break>) {
    let list = |map: &Map<String, Value>| -> Option<Vec<String>> {
        match map.get("type")? {
            Value::String(name) => Some(vec![name.clone()]),
            Value::Array(names) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => None,
        }
    };
    let Some(after) = list(new) else { return };
    let admits = |name: &String| after.contains(name) || (name == "integer" && after.contains(&"number".to_owned()));
    match list(old) {
        None => push(found, pointer, format!("`{}` has a type now", shown(pointer))),
        Some(before) => {
            if let Some(gone) = before.iter().find(|name| !admits(name)) {
                push(
                    found,
                    pointer,
                    format!("`{}` may no longer be `{gone}`", shown(pointer)),
                );
            }
        }
    }
}

fn values(old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str, found: &mut Vec<Break>) {
    let Some(after) = new.get("enum").and_then(Value::as_array) else {
        return;
    };
    match old.get("enum").and_then(Value::as_array) {
        None => push(
            found,
            pointer,
            format!("`{}` is restricted to certain values", shown(pointer)),
        ),
        Some(before) => {
            for gone in before.iter().filter(|value| !after.contains(value)) {
                push(
                    found,
                    pointer,
                    format!("`{}` may no longer be `{gone}`", shown(pointer)),
                );
            }
        }
    }
}

fn bounds(old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str, found: &mut Vec<Break>) {
    let number = |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_f64);
    for key in [
        "minimum",
        "exclusiveMinimum",
        "minLength",
        "minItems",
        "minProperties",
        "minContains",
    ] {
        if let Some(after) = number(new, key)
            && number(old, key).is_none_or(|before| after > before)
            && (after > 0.0 || key.ends_with("imum"))
        {
            push(found, pointer, format!("`{key}` of `{}` is higher", shown(pointer)));
        }
    }
    for key in ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"] {
        if let Some(after) = number(new, key)
            && number(old, key).is_none_or(|before| after < before)
        {
            push(found, pointer, format!("`{key}` of `{}` is lower", shown(pointer)));
        }
    }
    if new.get("uniqueItems") == Some(&Value::Bool(true)) && old.get("uniqueItems") != Some(&Value::Bool(true)) {
        push(
            found,
            pointer,
            format!("`{}` must be without twins now", shown(pointer)),
        );
    }
}

fn properties(old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str, found: &mut Vec<Break>) {
    let required = |map: &Map<String, Value>| -> Vec<String> {
        let names = map.get("required").and_then(Value::as_array);
        names
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let (before, after) = (required(old), required(new));
    let inside = |name: &str| shown(&format!("{pointer}/{name}"));
    for name in after.iter().filter(|name| !before.contains(name)) {
        push(found, pointer, format!("`{}` is required now", inside(name)));
    }
    for name in before.iter().filter(|name| !after.contains(name)) {
        push(found, pointer, format!("`{}` may be missing now", inside(name)));
    }
    let none = Map::new();
    let fields = |map: &Map<String, Value>| map.get("properties").and_then(Value::as_object).cloned();
    let (was, is) = (fields(old).unwrap_or_else(|| none.clone()), fields(new).unwrap_or(none));
    for (name, schema) in &was {
        match is.get(name) {
            Some(after) => compare(schema, after, &format!("{pointer}/properties/{name}"), found),
            None => push(found, pointer, format!("`{}` is gone", inside(name))),
        }
    }
    let closed = |map: &Map<String, Value>| map.get("additionalProperties") == Some(&Value::Bool(false));
    if closed(new) && !closed(old) {
        push(
            found,
            pointer,
            format!("`{}` may no longer have other fields", shown(pointer)),
        );
    }
}
