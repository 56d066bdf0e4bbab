//! Where merged values come from: each with the file, line and column that set it, and what it overrode.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::{FileTree, Location, suggestion};
use crate::values::{Contribution, Layer, Leaf, deleted, leaves};
use crate::yaml::{Positions, Segment, dotted};

/// A value, or a deleted key, with everything that the layers said about it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// Its keys from the root of the values, dotted.
    pub path: String,
    /// The value; absent where a layer deleted the key with `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Who set or deleted it; the first one holds, each later one was overridden by the one before.
    pub origins: Vec<Origin>,
}

/// What one layer said about a value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The layer's name.
    pub layer: &'static str,
    /// Where it says so.
    pub location: Location,
    /// What it set; absent where it deleted the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A path under which no layer has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPath {
    /// The path that was meant, as far as one can tell.
    pub near: Option<String>,
    /// The keys that exist where the path leaves the known ones.
    pub known: Vec<String>,
}

/// Everything at and below a path, or everything where none is given, by path.
pub fn explain(layers: &[Layer<'_>], tree: &FileTree, path: Option<&str>) -> Result<Vec<Explained>, UnknownPath> {
    let mut all = leaves(layers, &[]);
    all.extend(deleted(layers));
    all.sort_by(|left, right| left.path.cmp(&right.path));
    let prefix = match path {
        None => Vec::new(),
        Some(typed) => resolve(&all, typed)?,
    };
    let positions: Vec<Option<Positions>> = layers.iter().map(|layer| positions(tree, layer)).collect();
    let below = all.into_iter().filter(|leaf| leaf.path.starts_with(&prefix));
    Ok(below.map(|leaf| explained(layers, &positions, leaf)).collect())
}

fn positions(tree: &FileTree, layer: &Layer<'_>) -> Option<Positions> {
    let text = std::str::from_utf8(tree.get(&layer.file)?).ok()?;
    Positions::of(text).ok()
}

fn explained(layers: &[Layer<'_>], positions: &[Option<Positions>], leaf: Leaf) -> Explained {
    let origin = |contribution: &Contribution| {
        let layer = &layers[contribution.layer];
        let (line, column) = positions[contribution.layer]
            .as_ref()
            .map_or((0, 0), |positions| place(positions, layer, &leaf.path));
        Origin {
            layer: layer.name,
            location: Location {
                file: layer.file.clone(),
                line,
                column,
            },
            value: contribution.value.clone(),
        }
    };
    let origins: Vec<Origin> = leaf.contributions.iter().rev().map(origin).collect();
    Explained {
        path: shown(&leaf.path),
        value: origins.first().and_then(|origin| origin.value.clone()),
        origins,
    }
}

fn place(positions: &Positions, layer: &Layer<'_>, path: &[String]) -> (usize, usize) {
    let keys = layer.base.into_iter().chain(path.iter().map(String::as_str));
    positions.nearest(&keys.map(|key| Segment::Key(key.to_owned())).collect::<Vec<_>>())
}

fn shown(path: &[String]) -> String {
    dotted(&path.iter().map(|key| Segment::Key(key.clone())).collect::<Vec<_>>())
}

/// The keys that a typed path means: joined by dots, or as they are shown, with unusual keys in brackets.
fn resolve(leaves: &[Leaf], typed: &str) -> Result<Vec<String>, UnknownPath> {
    let mut known: BTreeMap<String, &[String]> = BTreeMap::new();
    for leaf in leaves {
        for length in 1..=leaf.path.len() {
            let path = &leaf.path[..length];
            known.insert(path.join("."), path);
            known.insert(shown(path), path);
        }
    }
    if let Some(path) = known.get(typed) {
        return Ok(path.to_vec());
    }
    let holds = |parent: &str| {
        typed
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let parent = known.iter().rev().find(|(path, _)| holds(path)).map(|(_, path)| *path);
    let parent = parent.unwrap_or_default();
    let mut children: Vec<String> = leaves
        .iter()
        .filter(|leaf| leaf.path.starts_with(parent))
        .filter_map(|leaf| leaf.path.get(parent.len()).cloned())
        .collect();
    children.dedup();
    let inside: Vec<String> = children
        .iter()
        .map(|child| shown(&[parent, std::slice::from_ref(child)].concat()))
        .collect();
    let near = suggestion(typed, inside.iter().map(String::as_str))
        .or_else(|| suggestion(typed, known.keys().map(String::as_str)))
        .map(str::to_owned);
    Err(UnknownPath { near, known: inside })
}
