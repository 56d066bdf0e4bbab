//! The JSON Schema of an assertion, as promptfoo's validator reads it: draft 7, and nothing that it does not know.

use std::sync::LazyLock;

use fancy_regex::Regex;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::Ungraded;
use super::expression::Expression;
use crate::model::is_day;

/// Why nothing can be held to a schema: where in it, as a JSON pointer, and what is wrong there.
pub fn schema_fault(schema: &Value) -> Option<(String, String)> {
    let error = jsonschema::options().build(schema).err()?;
    Some((
        error.instance_path().to_string(),
        format!("this is no JSON Schema: {error}"),
    ))
}

/// Keywords that hold one schema.
const ONE: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
];

/// Those that hold a list of them, or a map.
const SEVERAL: &[&str] = &[
    "$defs",
    "allOf",
    "anyOf",
    "definitions",
    "dependencies",
    "items",
    "oneOf",
    "patternProperties",
    "properties",
];

/// Those that hold values.
const PLAIN: &[&str] = &[
    "$comment",
    "$id",
    "$ref",
    "$schema",
    "const",
    "default",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "nullable",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// Those that say nothing of a value.
const NOTES: &[&str] = &["$comment", "$defs", "definitions", "deprecated", "description", "title"];

/// Those that are known and checked by nobody.
const UNCHECKED: &[&str] = &["contentEncoding", "contentMediaType"];

/// The formats that mean the same here and there.
const FORMATS: &[&str] = &["date", "date-time", "email", "ipv4", "time", "uuid"];

/// Makes the schema of an assertion ready.
pub(super) fn compiled(schema: &Value) -> Result<Validator, Ungraded> {
    let schema = read(schema).map_err(|reason| format!("the value of the assertion is no JSON Schema: {reason}"))?;
    let options = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .with_format("date", is_day)
        .with_format("date-time", is_date_time)
        .with_format("email", |text| EMAIL.is_match(text).unwrap_or(false))
        .with_format("ipv4", |text| IPV4.is_match(text).unwrap_or(false))
        .with_format("time", is_time)
        .with_format("uuid", |text| UUID.is_match(text).unwrap_or(false));
    let compiled = options.build(&schema);
    compiled.map_err(|error| format!("the value of the assertion is no JSON Schema: {error}"))
}

/// The schema with everything in it known, and `nullable` said as a type.
fn read(schema: &Value) -> Result<Value, String> {
    let map = match schema {
        Value::Bool(own) => return Ok(json!(own)),
        Value::Object(map) => map,
        other => return Err(format!("`{other}` is no schema")),
    };
    let mut written = Map::new();
    for (name, value) in map.iter().filter(|(name, _)| !UNCHECKED.contains(&name.as_str())) {
        let own = name.as_str();
        let value = match value {
            Value::Object(inside) if SEVERAL.contains(&own) && own != "items" => {
                let inside = inside.iter().map(|(name, value)| match value {
                    Value::Array(_) if own == "dependencies" => Ok((name.clone(), value.clone())),
                    _ => Ok((name.clone(), read(value)?)),
                });
                Value::Object(inside.collect::<Result<_, String>>()?)
            }
            Value::Array(items) if SEVERAL.contains(&own) => {
                Value::Array(items.iter().map(read).collect::<Result<_, _>>()?)
            }
            other if ONE.contains(&own) => read(other)?,
            other if PLAIN.contains(&own) || SEVERAL.contains(&own) => other.clone(),
            _ => return Err(format!("the keyword `{own}` is unknown in draft 7")),
        };
        written.insert(name.clone(), value);
    }
    alone(map)?;
    if let Some(Value::Bool(nullable)) = written.remove("nullable") {
        let kind = written.get("type").cloned().ok_or("`nullable` needs a `type`")?;
        let mut kinds = match kind {
            Value::Array(kinds) => kinds,
            one => vec![one],
        };
        if nullable && !kinds.contains(&json!("null")) {
            kinds.push(json!("null"));
        }
        written.insert("type".to_owned(), Value::Array(kinds));
    }
    Ok(Value::Object(written))
}

/// Refuses what would mean something else to promptfoo's validator.
fn alone(map: &Map<String, Value>) -> Result<(), String> {
    let has = |name: &str| map.contains_key(name);
    if let Some(other) = map.get("$schema").filter(|uri| {
        let uri = uri.as_str().unwrap_or_default();
        uri.trim_end_matches('#') != "http://json-schema.org/draft-07/schema"
    }) {
        return Err(format!("`$schema` is {other}, and only draft 7 is read"));
    }
    if has("$ref") && map.keys().any(|name| name != "$ref" && !NOTES.contains(&name.as_str())) {
        return Err("readers disagree about keywords beside `$ref`".to_owned());
    }
    if map.get("enum").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        return Err("an `enum` needs a value".to_owned());
    }
    if (has("then") || has("else")) && !has("if") {
        return Err("`then` and `else` need an `if`".to_owned());
    }
    if has("if") && !has("then") && !has("else") {
        return Err("an `if` needs a `then` or an `else`".to_owned());
    }
    if has("additionalItems") && !map.get("items").is_some_and(Value::is_array) {
        return Err("`additionalItems` needs a list of `items`".to_owned());
    }
    if let Some(format) = map.get("format").filter(|format| {
        let format = format.as_str().unwrap_or_default();
        !FORMATS.contains(&format)
    }) {
        return Err(format!("the format {format} is not checked here"));
    }
    if map.get("multipleOf").is_some_and(|step| step.as_u64().is_none()) {
        return Err("readers disagree about a `multipleOf` that is no whole number".to_owned());
    }
    let patterns = map.get("patternProperties").and_then(Value::as_object);
    let patterns = patterns.into_iter().flat_map(|map| map.keys().map(String::as_str));
    let names = map.get("properties").and_then(Value::as_object);
    for pattern in patterns {
        let expression = Expression::of(pattern)?;
        for name in names.into_iter().flat_map(Map::keys) {
            if expression.is_match(name)? {
                return Err(format!("the property `{name}` fits the pattern `{pattern}`, too"));
            }
        }
    }
    let own = map.get("pattern").and_then(Value::as_str);
    own.map_or(Ok(()), |pattern| Expression::of(pattern).map(|_| ()))
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let word = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
    let label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
    regex(&format!(r"(?i)\A{word}(?:\.{word})*@(?:{label}\.)+{label}\z"))
});

static IPV4: LazyLock<Regex> = LazyLock::new(|| {
    let part = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    regex(&format!(r"\A{part}(?:\.{part}){{3}}\z"))
});

static UUID: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\A(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\z"));

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\A([0-9]{2}):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)(z|([+-])([0-9]{2})(?::?([0-9]{2}))?)\z")
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are regular expressions")
}

/// The groups of a match as numbers; what is not there counts as 0.
fn numbers<const N: usize>(regex: &Regex, text: &str, groups: [usize; N]) -> Option<[f64; N]> {
    let found = regex.captures(text).ok()??;
    Some(groups.map(|group| found.get(group).map_or(0.0, |one| one.as_str().parse().unwrap_or(0.0))))
}

fn is_time(text: &str) -> bool {
    let Some([hour, minute, second, zone_hour, zone_minute]) = numbers(&TIME, text, [1, 2, 3, 6, 7]) else {
        return false;
    };
    if zone_hour > 23.0 || zone_minute > 59.0 {
        return false;
    }
    if hour <= 23.0 && minute <= 59.0 && second < 60.0 {
        return true;
    }
    // a leap second, at the end of a day in UTC
    let sign = if text.contains('-') { -1.0 } else { 1.0 };
    let minute = minute - zone_minute * sign;
    let hour = hour - zone_hour * sign - if minute < 0.0 { 1.0 } else { 0.0 };
    (hour == 23.0 || hour == -1.0) && (minute == 59.0 || minute == -1.0) && second < 61.0
}

fn is_date_time(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(|c: char| c == 't' || c == 'T' || super::script::is_space(c))
        .collect();
    matches!(&parts[..], [date, time] if is_day(date) && is_time(time))
}
