//! The page of every value with its type, its default and its meaning.

use serde_json::{Map, Value};

use super::cell;
use super::schema::fields;
use crate::workspace::files::Values;
use crate::workspace::{Workspace, schemas};

/// The blueprint whose defaults stand in the table: those for agents extend it.
const BASE: &str = "agent-service";

pub(super) fn page(workspace: &Workspace) -> String {
    let mut text = format!(
        "# Values

What may differ between environments. Layers merge in this order, the last one wins: the blueprint's `values.yaml`,
`values:` in `environments/fleet.yaml`, in `agents/<agent>/agent.yaml`, in
`environments/<environment>/environment.yaml`, in `environments/<environment>/values/<agent>.yaml`. Maps merge deep,
lists replace, `null` deletes. The defaults are those of the blueprint `{BASE}`.

| value | holds | default | meaning |
|---|---|---|---|
"
    );
    let defaults = defaults(workspace, BASE);
    for field in fields(&schemas::seen::<Values>(), &[]) {
        let default = match default(&defaults, &field.path) {
            Some(value) if !field.is_parent || is_empty(value) => format!("`{value}`"),
            _ => String::new(),
        };
        let (kind, meaning) = (cell(&field.kind), cell(&field.description));
        text += &format!("| `{}` | {kind} | {} | {meaning} |\n", field.path, cell(&default));
    }
    for (name, blueprint) in workspace.blueprints.iter().filter(|(name, _)| *name != BASE) {
        let Some((_, own)) = blueprint.values.last() else {
            continue;
        };
        let mut rows = String::new();
        flatten(own, "", &mut rows);
        if !rows.is_empty() {
            text += &format!("\n## Defaults of `{name}`\n\n| value | default |\n|---|---|\n{rows}");
        }
    }
    text
}

fn defaults(workspace: &Workspace, blueprint: &str) -> Value {
    let found = workspace.blueprints.get(blueprint);
    let values = found.and_then(|blueprint| blueprint.values.last());
    Value::Object(values.map(|(_, values)| values.clone()).unwrap_or_default())
}

fn default<'a>(defaults: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(defaults, |value, key| value.get(key))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// One row for every leaf.
fn flatten(values: &Map<String, Value>, path: &str, rows: &mut String) {
    for (key, value) in values {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match value {
            Value::Object(map) if !map.is_empty() => flatten(map, &path, rows),
            _ => rows.push_str(&format!("| `{path}` | {} |\n", cell(&format!("`{value}`")))),
        }
    }
}
