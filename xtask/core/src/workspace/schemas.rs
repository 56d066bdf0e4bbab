//! The JSON Schema of every kind of file, generated from its Rust type.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{ValidationOptions, Validator};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::faults::{Fault, faults};
use super::files::{
    AgentFile, BlueprintFile, EnvironmentFile, EnvironmentValues, FleetFile, HoldFile, ModelsFile, ReleaseFile,
    RetrievalFile, ToolsFile, TrustFile, Values, WaiverFile,
};
use super::forms::{self, OfForm};
use super::lazy::{Definition, Definitions};
use super::shares::{self, TrafficShares};
use crate::prompts::cases::Suite;
use crate::prompts::evaluation::Evaluation;
use crate::prompts::run::MockFile;

/// Every schema by its kind: the file is `schemas/<kind>.schema.json`.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("agent", of::<AgentFile>()),
        ("blueprint", of::<BlueprintFile>()),
        ("environment", of::<EnvironmentFile>()),
        ("environment-values", of::<EnvironmentValues>()),
        ("evaluation", of::<Evaluation>()),
        ("fleet", of::<FleetFile>()),
        ("hold", of::<HoldFile>()),
        ("mock", of::<MockFile>()),
        ("models", of::<ModelsFile>()),
        ("release", of::<ReleaseFile>()),
        ("retrieval", of::<RetrievalFile>()),
        ("suite", of::<Suite>()),
        ("tools", of::<ToolsFile>()),
        ("trust", of::<TrustFile>()),
        ("values", of::<Values>()),
        ("waiver", of::<WaiverFile>()),
    ]
}

/// The schema of a kind of file, compiled as far as the files reach into it.
pub(super) struct Compiled {
    schema: Arc<Value>,
    root: Arc<Definition>,
    /// Kept for its definitions, which are found by name.
    _definitions: Arc<Definitions>,
    whole: OnceLock<Validator>,
}

/// The name by which the schema itself is found among its definitions.
const ROOT: &str = "";

/// The compiled schema of a type; each is compiled once in a process, and different ones at the same time.
pub(super) fn compiled<T: JsonSchema>() -> &'static Compiled {
    static COMPILED: Mutex<BTreeMap<String, &'static OnceLock<Compiled>>> = Mutex::new(BTreeMap::new());
    let place = *COMPILED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(T::schema_id().into_owned())
        .or_insert_with(|| Box::leak(Box::default()));
    place.get_or_init(|| Compiled::new(of::<T>()))
}

impl Compiled {
    fn new(schema: Value) -> Compiled {
        let schema = Arc::new(schema);
        let shared = Arc::clone(&schema);
        let definitions = Definitions::new(move |name| part(&shared, name), options);
        Compiled {
            root: definitions.named(ROOT),
            schema,
            _definitions: definitions,
            whole: OnceLock::new(),
        }
    }

    /// Whether a file's value is what the schema says.
    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.root.is_valid(value) || self.whole().is_valid(value)
    }

    /// Every fault of a file's value.
    pub(super) fn faults(&self, value: &Value) -> Vec<Fault> {
        if self.root.is_valid(value) {
            return Vec::new();
        }
        faults(self.whole(), &self.schema, value)
    }

    /// All of it, for what has a fault: messages are made of where in a schema that stands.
    fn whole(&self) -> &Validator {
        let compile = || options().build(&self.schema);
        self.whole
            .get_or_init(|| compile().expect("schemas generated from our types are schemas"))
    }
}

/// A definition of a schema, or the schema without them.
fn part(schema: &Value, name: &str) -> Option<Value> {
    if name != ROOT {
        return schema.get("$defs")?.get(name).cloned();
    }
    let keywords = schema.as_object()?.iter().filter(|(keyword, _)| *keyword != "$defs");
    Some(
        keywords
            .map(|(keyword, value)| (keyword.clone(), value.clone()))
            .collect(),
    )
}

fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_keyword(shares::KEYWORD, |_, _, _| Ok(Box::new(TrafficShares)))
        .with_keyword(forms::KEYWORD, |_, form, _| Ok(Box::new(OfForm::named(form))))
}

/// The JSON Schema of a type, as an editor reads it.
pub fn of<T: JsonSchema>() -> Value {
    let schema: Schema = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    allow_deletions(&mut schema);
    bound_integers(&mut schema);
    schema
}

/// Says how large an integer of 32 bits may be, which its format says to nobody.
fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let most = match map.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("int32") => Some(u64::from(i32::MAX.unsigned_abs())),
                _ => None,
            };
            if let Some(most) = most {
                map.entry("maximum").or_insert_with(|| most.into());
            }
            map.values_mut().for_each(bound_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The JSON Schema of what the tool passes on itself: as it comes out, with nothing to delete.
pub fn seen<T: JsonSchema>() -> Value {
    let schema: Schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    forget_required(&mut schema);
    schema
}

/// Values are merged of layers that may each leave out, or delete, any key.
fn forget_required(root: &mut Value) {
    let mut pending = vec!["Values".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let is_root = root.get("title").and_then(Value::as_str) == Some(&name);
        let pointer = if is_root {
            String::new()
        } else {
            format!("/$defs/{name}")
        };
        let Some(schema) = root.pointer_mut(&pointer).and_then(Value::as_object_mut) else {
            continue;
        };
        schema.remove("required");
        let properties = schema.get("properties").and_then(Value::as_object);
        let references = properties.into_iter().flat_map(|properties| properties.values());
        pending.extend(
            references
                .filter_map(|property| property.get("$ref")?.as_str()?.strip_prefix("#/$defs/"))
                .map(str::to_owned),
        );
    }
}

/// In a layer of values, `null` takes away what an earlier layer set: every key of `Values` and below may be null.
fn allow_deletions(root: &mut Value) {
    let mut pending = vec!["Values".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        let place = if root.get("title").and_then(Value::as_str) == Some(&name) {
            ""
        } else {
            "/$defs/"
        };
        let pointer = if place.is_empty() {
            String::new()
        } else {
            format!("{place}{name}")
        };
        if !seen.insert(name) {
            continue;
        }
        let Some(properties) = root
            .pointer_mut(&format!("{pointer}/properties"))
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        for property in properties.values_mut() {
            let target = property
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.strip_prefix("#/$defs/"));
            pending.extend(target.map(str::to_owned));
            // a map of the user's own keys loses an entry in the same way
            if let Some(entry) = property
                .get_mut("additionalProperties")
                .filter(|entry| entry.is_object())
            {
                *entry = nullable(entry.take());
            }
            *property = nullable(property.take());
        }
    }
}

/// The same, or null; what describes it stays outside, where an editor shows it.
fn nullable(mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut either = json!({ "anyOf": [schema, { "type": "null" }] });
    if let Some(description) = description {
        either["description"] = description;
    }
    either
}

/// The properties that an object may have at a path in an instance of the schema; empty where the schema leaves it open.
pub(super) fn properties_at(root: &Value, path: &[String]) -> Vec<String> {
    let mut places = vec![root];
    for part in path {
        let wider: Vec<&Value> = places
            .into_iter()
            .flat_map(|schema| alternatives(root, schema))
            .collect();
        places = wider.into_iter().filter_map(|schema| child(schema, part)).collect();
    }
    let mut names: Vec<String> = places
        .into_iter()
        .flat_map(|schema| alternatives(root, schema))
        .filter_map(|schema| schema.get("properties")?.as_object())
        .flat_map(|properties| properties.keys().cloned())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Where a path leaves what a schema knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathProblem {
    /// Index of the first part that is not there.
    pub at: usize,
    /// What is there instead.
    pub names: Vec<String>,
}

/// Where a path leaves what a schema knows; nothing where it leads to something, or to where anything may stand.
pub fn path_problem(root: &Value, path: &[String]) -> Option<PathProblem> {
    let mut places = vec![root];
    for (at, part) in path.iter().enumerate() {
        let wider: Vec<&Value> = places
            .into_iter()
            .flat_map(|schema| alternatives(root, schema))
            .collect();
        places = wider.iter().filter_map(|schema| child(schema, part)).collect();
        if places.is_empty() {
            let names = properties_at(root, &path[..at]);
            // without names anything may stand there: a map of the user's own, or a scalar's attribute that Tera refuses
            return (!names.is_empty()).then_some(PathProblem { at, names });
        }
    }
    None
}

/// The schema itself, what it refers to, and each way in which it may hold.
fn alternatives<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![schema];
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && let Some(target) = root.pointer(reference.trim_start_matches('#'))
    {
        found.extend(alternatives(root, target));
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let parts = schema.get(keyword).and_then(Value::as_array);
        found.extend(parts.into_iter().flatten().flat_map(|part| alternatives(root, part)));
    }
    found
}

fn child<'a>(schema: &'a Value, part: &str) -> Option<&'a Value> {
    let property = schema.get("properties").and_then(|properties| properties.get(part));
    let element = || part.parse::<usize>().ok().and_then(|_| schema.get("items"));
    property
        .or_else(element)
        .or_else(|| schema.get("additionalProperties"))
        .filter(|schema| schema.is_object())
}
