//! Which items of two lists are the same item: by a key where the items have one, else by content and place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::common;

/// Fields that tell the items of a Kubernetes list apart, the first that fits; an item is labelled with those it has.
const KEYS: [&[&str]; 11] = [
    &["name"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["mountPath"],
    &["devicePath"],
    &["key"],
    &["ip"],
    &["host"],
    &["topologyKey"],
    &["alert", "record"],
    &["kind", "group"],
];

/// An item on one side or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// What tells the item from the others: its key, or its index.
    pub(super) label: String,
    /// Its index before.
    pub(super) before: Option<usize>,
    /// Its index after.
    pub(super) after: Option<usize>,
}

/// The items of two lists: those that are after, in that order, then those that are gone.
pub(super) fn pair(before: &[Value], after: &[Value]) -> Vec<Pair> {
    keyed(before, after).unwrap_or_else(|| placed(before, after))
}

fn keyed(before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
    let (old, new) = KEYS
        .iter()
        .find_map(|fields| Some((labels(before, fields)?, labels(after, fields)?)))?;
    let index: BTreeMap<&str, usize> = old.iter().enumerate().map(|(at, label)| (label.as_str(), at)).collect();
    let known: BTreeSet<&str> = new.iter().map(String::as_str).collect();
    let staying = new.iter().enumerate().map(|(at, label)| Pair {
        label: label.clone(),
        before: index.get(label.as_str()).copied(),
        after: Some(at),
    });
    let gone = old
        .iter()
        .enumerate()
        .filter(|(_, label)| !known.contains(label.as_str()))
        .map(|(at, label)| Pair {
            label: label.clone(),
            before: Some(at),
            after: None,
        });
    Some(staying.chain(gone).collect())
}

/// The label of every item; none where one of them has none, or two have the same.
fn labels(items: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut labels = Vec::with_capacity(items.len());
    for item in items {
        let map = item.as_object()?;
        let parts: Vec<String> = fields.iter().filter_map(|field| scalar(map.get(*field)?)).collect();
        let label = parts.join("/");
        if parts.is_empty() || !seen.insert(label.clone()) {
            return None;
        }
        labels.push(label);
    }
    Some(labels)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Equal items are the same; what stands between two of them is matched in order, as far as it goes.
fn placed(before: &[Value], after: &[Value]) -> Vec<Pair> {
    let mut staying = Vec::new();
    let mut gone = Vec::new();
    let (mut old, mut new) = (0, 0);
    let end = (before.len(), after.len());
    for (same_old, same_new) in common(before, after).into_iter().chain([end]) {
        while old < same_old || new < same_new {
            let pair = |before: Option<usize>, after: Option<usize>| Pair {
                label: after.or(before).unwrap_or_default().to_string(),
                before,
                after,
            };
            match (old < same_old, new < same_new) {
                (true, true) => staying.push(pair(Some(old), Some(new))),
                (true, false) => gone.push(pair(Some(old), None)),
                _ => staying.push(pair(None, Some(new))),
            }
            old += usize::from(old < same_old);
            new += usize::from(new < same_new);
        }
        if (same_old, same_new) != end {
            staying.push(Pair {
                label: same_new.to_string(),
                before: Some(same_old),
                after: Some(same_new),
            });
            (old, new) = (same_old + 1, same_new + 1);
        }
    }
    staying.extend(gone);
    staying
}
