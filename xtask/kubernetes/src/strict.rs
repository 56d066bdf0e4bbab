//! Makes the schemas of k8s-openapi as strict as the API server: closed objects, ranges, quantities, constants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::required::{ALSO_REQUIRED, NOT_REQUIRED};
use crate::store::Kind;

/// Types by short name.
pub(crate) type Definitions = BTreeMap<String, Value>;
/// Kinds by `apiVersion` and `kind`.
pub(crate) type Kinds = BTreeMap<(String, String), Kind>;

/// What `resource.Quantity` parses as a string: sign, decimal number, suffix or exponent.
const QUANTITY: &str = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";
/// Types that hold whatever their users put in.
const OPEN_OBJECTS: &[&str] = &["meta.v1.FieldsV1", "meta.RawExtension"];

/// The deployable kinds, and the strict definitions that they are made of.
pub(crate) fn bundle(
    kinds: BTreeMap<(&'static str, &'static str), Kind>,
    raw: Map<String, Value>,
) -> (Kinds, Definitions) {
    let mut strict: Definitions = raw
        .into_iter()
        .map(|(name, schema)| (short(&name), schema))
        .map(|(name, schema)| (name.clone(), definition(&name, schema)))
        .collect();
    let mut deployable = Kinds::new();
    for ((api_version, kind), entry) in kinds {
        let schema = strict.get_mut(&entry.definition).expect("every kind has a definition");
        // what the API server answers with, such as APIGroup, has no metadata of an object
        if schema["properties"]["metadata"]["$ref"] == "#/$defs/meta.v1.ObjectMeta" {
            identify(schema, api_version, kind);
            deployable.insert((api_version.to_owned(), kind.to_owned()), entry);
        }
    }
    let reachable = reachable(
        &strict,
        deployable.values().map(|kind| kind.definition.clone()).collect(),
    );
    strict.retain(|name, _| reachable.contains(name));
    (deployable, strict)
}

/// `io.k8s.api.apps.v1.Deployment` as `apps.v1.Deployment`; what the API machinery has of its own as `meta.…`.
pub(crate) fn short(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        ["io", "k8s", "api", group, version, kind] => format!("{group}.{version}.{kind}"),
        [.., "apis", group, version, kind] => format!("{group}.{version}.{kind}"),
        [.., kind] => format!("meta.{kind}"),
        [] => String::new(),
    }
}

fn definition(name: &str, schema: Value) -> Value {
    match name {
        "meta.IntOrString" => json!({"type": ["integer", "string"], "minimum": i32::MIN, "maximum": i32::MAX}),
        "meta.Quantity" => json!({"type": ["string", "number"], "pattern": QUANTITY}),
        "apiextensions.v1.JSON" => json!({}),
        open if OPEN_OBJECTS.contains(&open) => json!({"type": "object"}),
        _ => {
            let mut schema = strict(schema);
            require(name, &mut schema);
            schema
        }
    }
}

/// One schema and all below it.
fn strict(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else {
        return schema;
    };
    schema.remove("description");
    if let Some(Value::String(reference)) = schema.get_mut("$ref") {
        *reference = format!("#/$defs/{}", short(reference.trim_start_matches("#/$defs/")));
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        match format {
            "int32" => range(&mut schema, i64::from(i32::MIN), i64::from(i32::MAX)),
            "int64" => range(&mut schema, i64::MIN, i64::MAX),
            "double" => {
                schema.remove("format");
            }
            _ => {}
        }
    }
    for (key, value) in &mut schema {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties
                    .values_mut()
                    .for_each(|property| *property = strict(property.take()));
            }
            ("items" | "additionalProperties", below) => *below = strict(below.take()),
            ("oneOf", Value::Array(ways)) => ways.iter_mut().for_each(|way| *way = strict(way.take())),
            _ => {}
        }
    }
    if schema.get("type").is_some_and(|kind| kind == "object") && !schema.contains_key("additionalProperties") {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
    Value::Object(schema)
}

/// The range that the format only announces.
fn range(schema: &mut Map<String, Value>, minimum: i64, maximum: i64) {
    schema.remove("format");
    schema.insert("minimum".to_owned(), minimum.into());
    schema.insert("maximum".to_owned(), maximum.into());
}

fn require(name: &str, schema: &mut Value) {
    let named = |table: &[(&str, &str)]| -> BTreeSet<String> {
        let fields = table.iter().filter(|(owner, _)| *owner == name);
        fields.map(|(_, field)| (*field).to_owned()).collect()
    };
    let dispensable = named(NOT_REQUIRED);
    let mut required = named(ALSO_REQUIRED);
    let published = schema["required"].as_array().into_iter().flatten();
    required.extend(published.filter_map(Value::as_str).map(str::to_owned));
    required.retain(|field| !dispensable.contains(field));
    set_required(schema, required);
}

fn set_required(schema: &mut Value, required: BTreeSet<String>) {
    let Some(schema) = schema.as_object_mut() else { return };
    if required.is_empty() {
        schema.remove("required");
    } else {
        schema.insert("required".to_owned(), required.into_iter().collect());
    }
}

/// A kind says what it is, where it says so: an object is looked up by `apiVersion` and `kind`, and a template within
/// another, such as a StatefulSet's claim, goes without. Its status is the cluster's: whatever stands there is not ours to
/// judge.
fn identify(schema: &mut Value, api_version: &str, kind: &str) {
    schema["properties"]["apiVersion"] = json!({ "const": api_version });
    schema["properties"]["kind"] = json!({ "const": kind });
    if schema["properties"].get("status").is_some() {
        schema["properties"]["status"] = json!({"type": "object"});
    }
    let published = schema["required"].as_array().into_iter().flatten();
    let mut required: BTreeSet<String> = published.filter_map(Value::as_str).map(str::to_owned).collect();
    required.insert("metadata".to_owned());
    required.remove("status");
    set_required(schema, required);
}

/// The definitions that these are made of, themselves included.
fn reachable(definitions: &Definitions, mut pending: Vec<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if let Some(schema) = definitions.get(&name)
            && seen.insert(name)
        {
            references(schema, &mut pending);
        }
    }
    seen
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                found.push(name.trim_start_matches("#/$defs/").to_owned());
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
