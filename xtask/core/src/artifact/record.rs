//! `.lockstep/<unit>/tuple.json`: the tuple that a unit runs, and what differs between two of them.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{AgentName, ComponentChange, Digest, EnvironmentName, FileComponent, Overrides, Tuple, Version};

/// The tuple of a unit as recorded beside its manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Tuple record")]
pub struct TupleRecord {
    /// The environment.
    pub environment: EnvironmentName,
    /// The agent.
    pub agent: AgentName,
    /// The label of the release.
    pub version: Version,
    /// The tuple's id.
    pub id: Digest,
    /// SHA-256 of everything that the unit was rendered from.
    pub input_digest: Digest,
    /// The tuple.
    pub tuple: Tuple,
    /// What the environment replaces in it.
    pub overrides: Overrides,
    /// The prompts that run in place of the tuple's, by name, where the environment takes the latest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub latest: BTreeMap<String, FileComponent>,
}

impl TupleRecord {
    /// The prompts that run, by name: the tuple's, or what the environment takes in their place.
    pub fn prompts(&self) -> impl Iterator<Item = (&String, &FileComponent)> {
        let tuple = self.tuple.prompts.iter();
        tuple.map(|(name, part)| (name, self.latest.get(name).unwrap_or(part)))
    }
}

/// What differs between two releases of an agent, component by component, field by field.
pub fn component_changes(before: Option<&TupleRecord>, after: Option<&TupleRecord>) -> Vec<ComponentChange> {
    let (before, after) = (
        before.map(components).unwrap_or_default(),
        after.map(components).unwrap_or_default(),
    );
    let keys: BTreeSet<&(String, String)> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| ComponentChange {
            component: key.0.clone(),
            field: key.1.clone(),
            before: before.get(key).cloned(),
            after: after.get(key).cloned(),
        })
        .collect()
}

/// The scalars of a release by component and field.
fn components(record: &TupleRecord) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    found.insert(("version".to_owned(), String::new()), record.version.to_string());
    let parts = serde_json::to_value(&record.tuple).unwrap_or_default();
    for (component, value) in parts
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "agent")
    {
        flatten(component, value, &mut String::new(), &mut found);
    }
    let overrides = serde_json::to_value(&record.overrides).unwrap_or_default();
    flatten("overrides", &overrides, &mut String::new(), &mut found);
    let latest = serde_json::to_value(&record.latest).unwrap_or_default();
    flatten("overrides", &latest, &mut "prompts".to_owned(), &mut found);
    found
}

fn flatten(component: &str, value: &Value, path: &mut String, found: &mut BTreeMap<(String, String), String>) {
    match value {
        Value::Object(map) => flatten_map(component, map, path, found),
        Value::String(text) => {
            found.insert((component.to_owned(), path.clone()), text.clone());
        }
        other => {
            found.insert((component.to_owned(), path.clone()), other.to_string());
        }
    }
}

fn flatten_map(
    component: &str,
    map: &Map<String, Value>,
    path: &mut String,
    found: &mut BTreeMap<(String, String), String>,
) {
    for (key, value) in map {
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        flatten(component, value, path, found);
        path.truncate(length);
    }
}
