//! How schemas are compiled: offline, patterns in linear time, the formats and lists of Kubernetes.

use std::collections::BTreeSet;

use jsonschema::paths::Location;
use jsonschema::{Draft, Keyword, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};

use super::formats;

/// The keys that tell the items of a list apart.
pub(super) const LIST_KEYS: &str = "x-kubernetes-list-map-keys";
/// What a key is that an item leaves out.
pub(super) const KEY_DEFAULTS: &str = "x-lockstep-key-defaults";

/// The validator of a schema that stands alone, or why it is none.
pub(super) fn of(schema: &Value) -> Result<Validator, String> {
    self_contained(schema)?;
    options()
        .build(schema)
        .map_err(|error| format!("it is no JSON Schema: {error}"))
}

/// How a schema of a cluster is compiled.
pub(super) fn options() -> ValidationOptions<'static> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_keyword(LIST_KEYS, list_keys);
    for (name, check) in formats::ALL {
        options = options.with_format(*name, check);
    }
    options
}

/// Every reference leads to a definition of the same file, and following references alone comes to an end.
fn self_contained(schema: &Value) -> Result<(), String> {
    let mut pending = vec![schema];
    while let Some(value) = pending.pop() {
        if let Some(reference) = reference(value) {
            resolve(schema, reference)?;
            ends(schema, value)?;
        }
        match value {
            Value::Object(map) => {
                let data = ["const", "default", "enum"];
                let schemas = map.iter().filter(|(keyword, _)| !data.contains(&keyword.as_str()));
                pending.extend(schemas.map(|(_, schema)| schema));
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    Ok(())
}

/// What a schema refers to; a property that is called `$ref` is an object.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()
}

fn resolve<'a>(root: &'a Value, reference: &str) -> Result<&'a Value, String> {
    let target = reference.strip_prefix("#/$defs/");
    target.and_then(|name| root.get("$defs")?.get(name)).ok_or_else(|| {
        format!("it refers to `{reference}`, which is no definition of the same file, and nothing is ever fetched")
    })
}

/// Refuses definitions that are made of nothing but each other.
fn ends(root: &Value, start: &Value) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let mut pending = vec![start];
    while let Some(schema) = pending.pop() {
        if let Some(reference) = reference(schema) {
            let target = resolve(root, reference)?;
            if std::ptr::eq(target, start) {
                return Err(format!("the definition `{reference}` is made of itself"));
            }
            if seen.insert(reference) {
                pending.push(target);
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            pending.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
        }
        pending.extend(schema.get("not"));
    }
    Ok(())
}

/// The items of a list that is a map: no two have the same keys.
pub(super) struct ListKeys {
    keys: Vec<String>,
    defaults: Map<String, Value>,
}

#[expect(clippy::unnecessary_wraps, reason = "the library's signature")]
fn list_keys<'a>(
    parent: &'a Map<String, Value>,
    _: &'a Value,
    _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    Ok(Box::new(ListKeys::of_map(parent)))
}

impl ListKeys {
    /// The keys that a schema names.
    pub(super) fn of(schema: &Value) -> ListKeys {
        schema
            .as_object()
            .map_or_else(|| ListKeys::of_map(&Map::new()), ListKeys::of_map)
    }

    fn of_map(schema: &Map<String, Value>) -> ListKeys {
        let keys = schema.get(LIST_KEYS).and_then(Value::as_array).into_iter().flatten();
        let defaults = schema.get(KEY_DEFAULTS).and_then(Value::as_object);
        ListKeys {
            keys: keys.filter_map(Value::as_str).map(str::to_owned).collect(),
            defaults: defaults.cloned().unwrap_or_default(),
        }
    }

    /// The names of the keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    fn are_unique(&self, instance: &Value) -> bool {
        let items = instance.as_array().map_or(&[][..], Vec::as_slice);
        // pairs are faster than a set as long as there are few
        if items.len() <= 8 {
            return (1..items.len()).all(|at| items[..at].iter().all(|other| self.id(other) != self.id(&items[at])));
        }
        let mut seen = BTreeSet::new();
        items.iter().all(|item| seen.insert(format!("{:?}", self.id(item))))
    }

    /// What tells an item apart.
    pub(super) fn id<'a>(&'a self, item: &'a Value) -> Vec<Option<&'a Value>> {
        let key = |key: &'a String| item.get(key).or_else(|| self.defaults.get(key));
        self.keys.iter().map(key).collect()
    }
}

impl<'i> Keyword<'i> for ListKeys {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.are_unique(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("two items have the same keys"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.are_unique(instance)
    }
}
