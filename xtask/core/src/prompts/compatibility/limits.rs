//! Types, listed values and bounds of a schema, compared with those it had; `{}` stands for the place.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A schema whose listed values are all that their types have, with these types alone: `enum: [true, false]` is
/// `type: boolean`.
pub(super) fn plain(map: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    let listed = match (map.get("const"), map.get("enum")) {
        (Some(value), None) => std::slice::from_ref(value),
        (None, Some(Value::Array(values))) => values,
        _ => return Cow::Borrowed(map),
    };
    let name = |value: &Value| match value {
        Value::Null => Some("null"),
        Value::Bool(_) => Some("boolean"),
        _ => None,
    };
    let admitted = |name: &str| match map.get("type") {
        None => true,
        Some(Value::Array(names)) => names.iter().any(|own| own == name),
        Some(own) => own == name,
    };
    let names: Option<Vec<&str>> = listed.iter().map(name).collect();
    let names: BTreeSet<&str> = names
        .unwrap_or_default()
        .into_iter()
        .filter(|name| admitted(name))
        .collect();
    let is_half = names.contains("boolean") && [true, false].iter().any(|own| !listed.contains(&Value::Bool(*own)));
    if names.is_empty() || is_half {
        return Cow::Borrowed(map);
    }
    let mut plain = map.clone();
    plain.retain(|key, _| key != "const" && key != "enum");
    plain.insert("type".to_owned(), names.into_iter().collect());
    Cow::Owned(plain)
}

/// What has changed of the types.
pub(super) fn types(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let list = |map: &Map<String, Value>| -> Option<BTreeSet<String>> {
        match map.get("type")? {
            Value::String(name) => Some(BTreeSet::from([name.clone()])),
            Value::Array(names) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => None,
        }
    };
    let counted = |map: &Map<String, Value>| map.contains_key("enum") || map.contains_key("const");
    match (list(old), list(new)) {
        (None, Some(_)) if !counted(old) => vec!["`{}` has a type now".to_owned()],
        (Some(_), None) if !counted(new) => vec!["`{}` may be of any type now".to_owned()],
        (Some(was), Some(is)) => {
            let within = |name: &str, all: &BTreeSet<String>| {
                all.contains(name) || (name == "integer" && all.contains("number"))
            };
            let gone = was.iter().filter(|name| !within(name, &is));
            let gone = gone.map(|name| format!("`{{}}` may no longer be `{name}`"));
            let come = is.iter().filter(|name| !within(name, &was));
            gone.chain(come.map(|name| format!("`{{}}` may be `{name}` now")))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What has changed of the values that are listed one by one.
pub(super) fn values(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let list = |map: &Map<String, Value>| -> Option<Vec<Value>> {
        match map.get("const") {
            Some(value) => Some(vec![value.clone()]),
            None => map.get("enum").and_then(Value::as_array).cloned(),
        }
    };
    match (list(old), list(new)) {
        (None, Some(_)) => vec!["`{}` is restricted to certain values".to_owned()],
        (Some(_), None) => vec!["`{}` is no longer restricted to certain values".to_owned()],
        (Some(was), Some(is)) => {
            let gone = was.iter().filter(|value| !is.contains(value));
            let gone = gone.map(|value| format!("`{{}}` may no longer be `{value}`"));
            let come = is.iter().filter(|value| !was.contains(value));
            gone.chain(come.map(|value| format!("`{{}}` may be `{value}` now")))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A bound that has become tighter.
pub(super) struct Tighter {
    /// What it is now.
    pub(super) now: String,
    /// What it would be of the way back, which loosens it.
    pub(super) back: String,
}

/// What has become tighter of the bounds.
pub(super) fn bounds(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Tighter> {
    let number = |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_f64);
    let told = |key: &str, now: &str, back: &str| Tighter {
        now: format!("`{key}` of `{{}}` is {now}"),
        back: format!("`{key}` of `{{}}` is {back}"),
    };
    let mut found = Vec::new();
    for key in ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"] {
        if let Some(after) = number(new, key)
            && number(old, key).is_none_or(|before| after > before)
            && (after > 0.0 || key.ends_with("imum"))
        {
            found.push(told(key, "higher", "lower"));
        }
    }
    for key in ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"] {
        if let Some(after) = number(new, key)
            && number(old, key).is_none_or(|before| after < before)
        {
            found.push(told(key, "lower", "higher"));
        }
    }
    if new.get("uniqueItems") == Some(&Value::Bool(true)) && old.get("uniqueItems") != Some(&Value::Bool(true)) {
        found.push(Tighter {
            now: "`{}` must be without twins now".to_owned(),
            back: "`{}` may have twins now".to_owned(),
        });
    }
    found
}
