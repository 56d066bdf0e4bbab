//! Picoschema, the short form of JSON Schema that prompts describe their input and output with.

use serde_json::{Map, Value, json};

use crate::model::escaped;

/// Types that a word names.
const SCALARS: &[&str] = &["any", "boolean", "integer", "null", "number", "string"];

/// Schemas that others refer to, by name.
pub type NamedSchemas = Map<String, Value>;

/// Something that is no schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// JSON pointer into the schema.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

/// The JSON Schema that a schema in either form stands for.
pub fn json_schema(schema: &Value, named: &NamedSchemas) -> Result<Value, SchemaFault> {
    match schema {
        Value::Object(map) if is_json_schema(map) => Ok(schema.clone()),
        Value::Object(map) if map.get("properties").is_some_and(Value::is_object) => {
            let mut map = map.clone();
            map.insert("type".to_owned(), json!("object"));
            Ok(Value::Object(map))
        }
        _ => expand(schema, "", named),
    }
}

fn is_json_schema(map: &Map<String, Value>) -> bool {
    let known = |name: &str| SCALARS.contains(&name) || name == "object" || name == "array";
    map.get("type").and_then(Value::as_str).is_some_and(known)
}

fn fault<T>(pointer: &str, message: impl Into<String>) -> Result<T, SchemaFault> {
    Err(SchemaFault {
        pointer: pointer.to_owned(),
        message: message.into(),
    })
}

fn expand(schema: &Value, pointer: &str, named: &NamedSchemas) -> Result<Value, SchemaFault> {
    match schema {
        Value::String(text) => scalar(text, pointer, named),
        Value::Object(map) => object(map, pointer, named),
        _ => fault(
            pointer,
            "a schema is the name of a type, or a map of fields, each with its type",
        ),
    }
}

/// `type, description`
fn scalar(text: &str, pointer: &str, named: &NamedSchemas) -> Result<Value, SchemaFault> {
    let (name, description) = described(text);
    let mut schema = match name {
        "any" => Map::new(),
        name if SCALARS.contains(&name) => Map::from_iter([("type".to_owned(), json!(name))]),
        name => match named.get(name).and_then(Value::as_object) {
            Some(schema) => schema.clone(),
            None => return fault(pointer, format!("`{name}` is no type")),
        },
    };
    describe(&mut schema, description);
    Ok(Value::Object(schema))
}

fn described(text: &str) -> (&str, Option<&str>) {
    match text.split_once(',') {
        Some((name, description)) => (name.trim(), Some(description.trim())),
        None => (text.trim(), None),
    }
}

fn describe(schema: &mut Map<String, Value>, description: Option<&str>) {
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        schema.insert("description".to_owned(), json!(description));
    }
}

fn object(map: &Map<String, Value>, pointer: &str, named: &NamedSchemas) -> Result<Value, SchemaFault> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut additional = json!(false);
    for (key, value) in map {
        let place = format!("{pointer}/{}", escaped(key));
        let (name, kind) = match key.split_once('(') {
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(kind) => (name.trim(), Some(kind)),
                None => return fault(&place, "the parenthesis is never closed"),
            },
            None => (key.trim(), None),
        };
        if name.is_empty() && kind == Some("*") {
            additional = expand(value, &place, named)?;
            continue;
        }
        let optional = name.ends_with('?');
        let name = name.trim_end_matches('?');
        let mut schema = field(value, kind, &place, named)?;
        if optional {
            admit_null(&mut schema);
        } else {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), additional);
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    Ok(Value::Object(schema))
}

/// A field, whose key may say `(array, …)`, `(object, …)` or `(enum, …)`.
fn field(
    value: &Value,
    kind: Option<&str>,
    place: &str,
    named: &NamedSchemas,
) -> Result<Map<String, Value>, SchemaFault> {
    let into_map = |schema| match schema {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let Some(kind) = kind else {
        return Ok(into_map(expand(value, place, named)?));
    };
    let (kind, description) = described(kind);
    let mut schema = match kind {
        "array" => {
            let items = expand(value, place, named)?;
            Map::from_iter([("type".to_owned(), json!("array")), ("items".to_owned(), items)])
        }
        "object" => match value {
            Value::Object(_) => into_map(expand(value, place, named)?),
            _ => return fault(place, "an object is a map of fields, each with its type"),
        },
        "enum" => match value {
            Value::Array(values) if values.is_empty() => {
                return fault(place, "an enum without values admits nothing");
            }
            Value::Array(values) => Map::from_iter([("enum".to_owned(), json!(values))]),
            _ => return fault(place, "an enum is a list of values"),
        },
        other => {
            return fault(
                place,
                format!("`({other})` is none of `(array)`, `(object)`, `(enum)` and `(*)`"),
            );
        }
    };
    describe(&mut schema, description);
    Ok(schema)
}

/// An optional field may also be null.
fn admit_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        if !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        return;
    }
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(name @ Value::String(_)) => *name = json!([name.clone(), "null"]),
        _ => {}
    }
}
