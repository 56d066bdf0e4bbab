//! Generations of ConfigMaps: named by the hash of their data, the last few kept for pods that still read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::model::{Digest, Manifest};

/// A template sets this annotation on a ConfigMap whose name shall end in the hash of its data.
const HASHED: &str = "lockstep.dev/hashed";
/// The name without the hash: what the generations have in common.
pub const STEM: &str = "lockstep.dev/stem";
/// Marks a generation that no current object reads any more.
pub const RETAINED: &str = "lockstep.dev/retained";
/// The number of the environment commit that replaced a retained generation.
const RETAINED_SINCE: &str = "lockstep.dev/retained-since";

/// Gives the ConfigMaps that ask for it the hash of their data in their name, and every reference the new name.
pub(super) fn name(objects: &mut [Manifest]) {
    let mut names = BTreeMap::new();
    for manifest in objects.iter_mut() {
        let Some(annotations) = annotations(&mut manifest.object) else {
            continue;
        };
        if manifest.id.kind != "ConfigMap" || annotations.remove(HASHED) != Some("true".into()) {
            continue;
        }
        let stem = manifest.id.name.clone();
        annotations.insert(STEM.to_owned(), stem.as_str().into());
        let data = |key: &str| manifest.object.get(key).cloned().unwrap_or_default();
        let hash = Digest::of_canonical(&[data("data"), data("binaryData")]).short();
        manifest.id.name = format!("{stem}-{hash}");
        manifest.object["metadata"]["name"] = manifest.id.name.as_str().into();
        names.insert(stem, manifest.id.name.clone());
    }
    if !names.is_empty() {
        objects
            .iter_mut()
            .for_each(|manifest| rename(&mut manifest.object, &names));
    }
}

/// Follows the fields by which Kubernetes objects name a ConfigMap.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if matches!(key.as_str(), "configMap" | "configMapRef" | "configMapKeyRef")
                    && let Some(name) = value.get_mut("name")
                    && let Some(new) = name.as_str().and_then(|old| names.get(old))
                {
                    *name = new.as_str().into();
                }
                rename(value, names);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

/// The generations of an earlier release that stay beside the current ones: for each stem the newest `keep`, marked.
/// `sequence` is the number of the environment commit that replaces them.
pub fn retained(current: &[Manifest], previous: &[Manifest], keep: usize, sequence: u64) -> Vec<Manifest> {
    let names: BTreeSet<&str> = current
        .iter()
        .filter(|object| stem(object).is_some())
        .map(|object| object.id.name.as_str())
        .collect();
    let mut stems: BTreeMap<&str, Vec<(u64, &Manifest)>> = BTreeMap::new();
    for manifest in previous {
        if let Some(stem) = stem(manifest)
            && !names.contains(manifest.id.name.as_str())
        {
            stems
                .entry(stem)
                .or_default()
                .push((retained_since(manifest).unwrap_or(sequence), manifest));
        }
    }
    let mut kept = Vec::new();
    for generations in stems.values_mut() {
        generations.sort_by(|(left, a), (right, b)| right.cmp(left).then_with(|| a.id.cmp(&b.id)));
        for (since, manifest) in generations.iter().take(keep) {
            kept.push(marked((*manifest).clone(), *since));
        }
    }
    kept
}

/// The stem of a hash-named ConfigMap.
pub fn stem(manifest: &Manifest) -> Option<&str> {
    if manifest.id.kind != "ConfigMap" {
        return None;
    }
    manifest.object.get("metadata")?.get("annotations")?.get(STEM)?.as_str()
}

/// Whether a ConfigMap is a generation that no current object reads.
pub fn is_retained(manifest: &Manifest) -> bool {
    manifest
        .object
        .pointer("/metadata/labels")
        .and_then(|labels| labels.get(RETAINED))
        .is_some()
}

fn retained_since(manifest: &Manifest) -> Option<u64> {
    manifest
        .object
        .get("metadata")?
        .get("annotations")?
        .get(RETAINED_SINCE)?
        .as_str()?
        .parse()
        .ok()
}

fn marked(mut manifest: Manifest, since: u64) -> Manifest {
    if let Some(annotations) = annotations(&mut manifest.object) {
        annotations.insert(RETAINED_SINCE.to_owned(), since.to_string().into());
    }
    let labels = &mut manifest.object["metadata"]["labels"];
    if !labels.is_object() {
        // somebody else wrote the branch: an index into a text would end the program
        *labels = Value::Object(Map::new());
    }
    labels[RETAINED] = "true".into();
    manifest
}

fn annotations(object: &mut Value) -> Option<&mut Map<String, Value>> {
    object.get_mut("metadata")?.get_mut("annotations")?.as_object_mut()
}
