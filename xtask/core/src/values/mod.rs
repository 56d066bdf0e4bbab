//! Values: layers merged into one, and where each leaf came from.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// One layer of values and the file that it stands in.
#[derive(Clone, Debug)]
pub struct Layer<'a> {
    /// What the layer is: `blueprint`, `fleet`, `agent`, `environment`, `environment/agent` or `--set`.
    pub name: &'static str,
    /// The file; `--set` for the command line.
    pub file: String,
    /// The key in the file under which the values stand; a blueprint's defaults are the whole file.
    pub base: Option<&'static str>,
    /// What it says.
    pub values: &'a Map<String, Value>,
}

/// What one layer had to say about a leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Index of the layer.
    pub layer: usize,
    /// What it set; nothing means that it deleted what was there.
    pub value: Option<Value>,
}

/// A leaf of the merged values, and every layer that set or deleted it, in the order of merging: the last one holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Keys from the root of the values.
    pub path: Vec<String>,
    /// What the layers said.
    pub contributions: Vec<Contribution>,
}

/// Merges layers, the weakest first: maps merge deep, lists and scalars replace, `null` deletes.
pub fn merge<'a>(layers: impl IntoIterator<Item = &'a Map<String, Value>>) -> Map<String, Value> {
    let mut merged = Map::new();
    for layer in layers {
        merge_into(&mut merged, layer);
    }
    merged
}

/// Merges one stronger layer into what is there.
pub fn merge_into(merged: &mut Map<String, Value>, layer: &Map<String, Value>) {
    for (key, value) in layer {
        match (merged.get_mut(key), value) {
            (_, Value::Null) => {
                merged.remove(key);
            }
            (Some(Value::Object(below)), Value::Object(above)) => merge_into(below, above),
            (_, Value::Object(above)) => {
                // through the merge as well, so that no `null` of a new map survives
                let mut fresh = Map::new();
                merge_into(&mut fresh, above);
                merged.insert(key.clone(), Value::Object(fresh));
            }
            (_, other) => {
                merged.insert(key.clone(), other.clone());
            }
        }
    }
}

/// What a path holds after merging, without merging everything else.
pub fn lookup<'a>(layers: &[Layer<'a>], path: &[&str]) -> Option<&'a Value> {
    for layer in layers.iter().rev() {
        let mut map = layer.values;
        for (depth, key) in path.iter().enumerate() {
            match map.get(*key) {
                None => break,
                Some(Value::Object(below)) if depth + 1 < path.len() => map = below,
                // set or deleted here, or replaced together with the map that held it
                Some(value) => return (depth + 1 == path.len() && !value.is_null()).then_some(value),
            }
        }
    }
    None
}

/// Every leaf below a path with all that the layers said about it; a leaf is a scalar, a list, or an empty map.
pub fn leaves(layers: &[Layer<'_>], path: &[String]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let merged = Value::Object(merge(layers.iter().map(|layer| layer.values)));
    if let Some(value) = find(&merged, path) {
        collect(layers, value, &mut path.to_vec(), &mut leaves);
    }
    leaves
}

/// Keys that some layer deleted with `null` and that no later one set again.
pub fn deleted(layers: &[Layer<'_>]) -> Vec<Leaf> {
    let merged = Value::Object(merge(layers.iter().map(|layer| layer.values)));
    let mut nulls = BTreeSet::new();
    for layer in layers {
        collect_nulls(layer.values, &mut Vec::new(), &mut nulls);
    }
    let gone = nulls.into_iter().filter(|path| find(&merged, path).is_none());
    gone.map(|path| Leaf {
        contributions: contributions(layers, &path),
        path,
    })
    // below a key that was deleted or replaced as a whole, a `null` deletes nothing
    .filter(|leaf| leaf.contributions.last().is_some_and(|last| last.value.is_none()))
    .collect()
}

fn collect_nulls(map: &Map<String, Value>, path: &mut Vec<String>, nulls: &mut BTreeSet<Vec<String>>) {
    for (key, value) in map {
        path.push(key.clone());
        match value {
            Value::Null => {
                nulls.insert(path.clone());
            }
            Value::Object(below) => collect_nulls(below, path, nulls),
            _ => {}
        }
        path.pop();
    }
}

fn collect(layers: &[Layer<'_>], value: &Value, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(key.clone());
                collect(layers, value, path, leaves);
                path.pop();
            }
        }
        _ => leaves.push(Leaf {
            path: path.clone(),
            contributions: contributions(layers, path),
        }),
    }
}

fn contributions(layers: &[Layer<'_>], path: &[String]) -> Vec<Contribution> {
    let mut found = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let mut map = layer.values;
        for (depth, key) in path.iter().enumerate() {
            match map.get(key) {
                None => break,
                Some(Value::Object(below)) if depth + 1 < path.len() => map = below,
                // set here, or replaced together with the map that held it
                Some(Value::Null) => {
                    found.push(Contribution {
                        layer: index,
                        value: None,
                    });
                    break;
                }
                Some(value) => {
                    found.push(Contribution {
                        layer: index,
                        value: Some(value.clone()),
                    });
                    break;
                }
            }
        }
    }
    found
}

fn find<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}
