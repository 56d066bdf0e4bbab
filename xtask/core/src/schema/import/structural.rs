//! From the structural schema of a custom resource to a JSON Schema as strict as the API server.
//!
//! Descriptions are left out. Rules in CEL, list keys and defaults stay: what judges and completes objects reads them.

use serde_json::{Map, Value, json};

use crate::schema::custom::About;
use crate::schema::validator::{KEY_DEFAULTS, LIST_KEYS};

/// What JSON Schema and OpenAPI mean the same by.
const SAME: &[&str] = &[
    "enum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "x-kubernetes-validations",
];
/// Formats that the API server checks.
const FORMATS: &[&str] = &[
    "byte",
    "cidr",
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "mac",
    "uri",
    "uuid",
];
/// Metadata of every object.
const METADATA: &str = "#/$defs/meta.v1.ObjectMeta";

/// The schema of a version as a whole.
pub(super) fn root(about: &About, schema: &Value, has_status: bool) -> Value {
    let metadata = schema.pointer("/properties/metadata").map(constraints);
    let mut schema = strict(schema);
    let metadata = match metadata.filter(|own| own.as_object().is_some_and(|own| own.len() > 1)) {
        Some(own) => json!({ "$ref": METADATA, "allOf": [own] }),
        None => json!({ "$ref": METADATA }),
    };
    let root = schema.as_object_mut().expect("a schema is a map");
    let properties = root.entry("properties").or_insert_with(|| Map::new().into());
    properties["apiVersion"] = json!({ "const": about.api_version });
    properties["kind"] = json!({ "const": about.kind });
    properties["metadata"] = metadata;
    if has_status && properties.get("status").is_some() {
        properties["status"] = json!({ "type": "object" });
    }
    let mut required: Vec<String> = names(root.get("required")).map(str::to_owned).collect();
    required.retain(|name| !(has_status && name == "status"));
    required.extend(["apiVersion", "kind", "metadata"].map(str::to_owned));
    required.sort();
    required.dedup();
    root.insert("required".to_owned(), required.into());
    root.insert("type".to_owned(), "object".into());
    schema
}

/// One structural schema and all below it.
fn strict(schema: &Value) -> Value {
    let Some(schema) = schema.as_object() else {
        return json!({});
    };
    let mut out = same(schema);
    set_type(schema, &mut out);
    set_format(schema, &mut out);
    set_children(schema, &mut out);
    set_list(schema, &mut out);
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let ways = schema.get(keyword).and_then(Value::as_array);
        let ways = ways.filter(|ways| !is_true(schema, "x-kubernetes-int-or-string") || !says_int_or_string(ways));
        if let Some(ways) = ways {
            out.insert(keyword.to_owned(), ways.iter().map(constraints).collect());
        }
    }
    if let Some(not) = schema.get("not") {
        out.insert("not".to_owned(), constraints(not));
    }
    if let Some(default) = schema.get("default") {
        out.insert("default".to_owned(), default.clone());
    }
    Value::Object(out)
}

/// What a schema demands of values, below `allOf`, `anyOf`, `oneOf` or `not`: it specifies no fields.
fn constraints(schema: &Value) -> Value {
    let Some(schema) = schema.as_object() else {
        return json!({});
    };
    let mut out = same(schema);
    set_format(schema, &mut out);
    out.extend(
        ["required", "type"]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), schema.get(*key)?.clone()))),
    );
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let properties = properties
            .iter()
            .map(|(name, schema)| (name.clone(), constraints(schema)));
        out.insert("properties".to_owned(), properties.collect());
    }
    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(below) = schema.get(keyword) {
            let below = if below.is_boolean() {
                below.clone()
            } else {
                constraints(below)
            };
            out.insert(keyword.to_owned(), below);
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(ways) = schema.get(keyword).and_then(Value::as_array) {
            out.insert(keyword.to_owned(), ways.iter().map(constraints).collect());
        }
    }
    Value::Object(out)
}

/// What needs no translation; OpenAPI's exclusive limits are flags, JSON Schema's are limits.
fn same(schema: &Map<String, Value>) -> Map<String, Value> {
    let kept = schema.iter().filter(|(key, _)| SAME.contains(&key.as_str()));
    let mut out: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    for (flag, limit) in [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")] {
        if is_true(schema, flag)
            && let Some(limit) = out.remove(limit)
        {
            out.insert(flag.to_owned(), limit);
        }
    }
    if is_true(schema, "uniqueItems") {
        out.insert("uniqueItems".to_owned(), true.into());
    }
    out
}

/// A field that may be null, or whose null the server replaces by its default, has null among its types.
fn set_type(schema: &Map<String, Value>, out: &mut Map<String, Value>) {
    let mut types: Vec<Value> = if is_true(schema, "x-kubernetes-int-or-string") {
        vec!["integer".into(), "string".into()]
    } else if is_true(schema, "x-kubernetes-embedded-resource") {
        vec!["object".into()]
    } else {
        schema.get("type").cloned().into_iter().collect()
    };
    let may_be_null = is_true(schema, "nullable") || schema.get("default").is_some_and(|default| !default.is_null());
    if may_be_null && !types.is_empty() {
        types.push("null".into());
        if let Some(words) = out.get_mut("enum").and_then(Value::as_array_mut)
            && !words.contains(&Value::Null)
        {
            words.push(Value::Null);
        }
    }
    match types.len() {
        0 => None,
        1 => out.insert("type".to_owned(), types.remove(0)),
        _ => out.insert("type".to_owned(), types.into()),
    };
}

fn set_format(schema: &Map<String, Value>, out: &mut Map<String, Value>) {
    let limits = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        Some("datetime") => return drop(out.insert("format".to_owned(), "date-time".into())),
        Some(format) if FORMATS.contains(&format) => return drop(out.insert("format".to_owned(), format.into())),
        _ => return,
    };
    for (key, exclusive, limit) in [
        ("minimum", "exclusiveMinimum", limits.0),
        ("maximum", "exclusiveMaximum", limits.1),
    ] {
        if !out.contains_key(exclusive) {
            out.entry(key).or_insert(limit.into());
        }
    }
}

/// Fields: an object has no others than those that are specified, unless it says that it keeps them.
fn set_children(schema: &Map<String, Value>, out: &mut Map<String, Value>) {
    let is_embedded = is_true(schema, "x-kubernetes-embedded-resource");
    let is_open = is_true(schema, "x-kubernetes-preserve-unknown-fields");
    let own = schema.get("properties").and_then(Value::as_object);
    let mut required: Vec<&str> = names(schema.get("required"))
        .filter(|name| {
            own.and_then(|own| own.get(*name))
                .is_none_or(|field| field.get("default").is_none())
        })
        .collect();
    let mut properties: Map<String, Value> = Map::new();
    properties.extend(
        own.into_iter()
            .flatten()
            .map(|(name, field)| (name.clone(), strict(field))),
    );
    if is_embedded {
        for name in ["apiVersion", "kind"] {
            properties.insert(name.to_owned(), json!({"type": "string", "minLength": 1}));
            required.push(name);
        }
        properties.insert("metadata".to_owned(), json!({ "$ref": METADATA }));
    }
    required.sort_unstable();
    required.dedup();
    if !required.is_empty() {
        out.insert("required".to_owned(), required.into());
    }
    match schema.get("additionalProperties") {
        Some(Value::Bool(is_open)) => drop(out.insert("additionalProperties".to_owned(), (*is_open).into())),
        Some(values) => drop(out.insert("additionalProperties".to_owned(), strict(values))),
        None if !is_open && schema.get("type").is_some_and(|kind| kind == "object") => {
            out.insert("additionalProperties".to_owned(), false.into());
        }
        None => {}
    }
    if !properties.is_empty() {
        out.insert("properties".to_owned(), properties.into());
    }
    if let Some(items) = schema.get("items") {
        out.insert("items".to_owned(), strict(items));
    }
}

/// Lists that are maps or sets hold nothing twice.
fn set_list(schema: &Map<String, Value>, out: &mut Map<String, Value>) {
    match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => drop(out.insert("uniqueItems".to_owned(), true.into())),
        Some("map") => {
            let keys = schema.get(LIST_KEYS).cloned().unwrap_or_else(|| json!([]));
            let default = |name: &str| {
                let fields = schema.get("items")?.get("properties")?;
                Some((name.to_owned(), fields.get(name)?.get("default")?.clone()))
            };
            let defaults: Map<String, Value> = names(Some(&keys)).filter_map(default).collect();
            if !defaults.is_empty() {
                out.insert(KEY_DEFAULTS.to_owned(), defaults.into());
            }
            out.insert(LIST_KEYS.to_owned(), keys);
        }
        _ => {}
    }
}

/// Whether the ways say no more than `x-kubernetes-int-or-string` does.
fn says_int_or_string(ways: &[Value]) -> bool {
    *ways == [json!({"type": "integer"}), json!({"type": "string"})]
}

fn is_true(schema: &Map<String, Value>, key: &str) -> bool {
    schema.get(key).is_some_and(|value| *value == true)
}

fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
