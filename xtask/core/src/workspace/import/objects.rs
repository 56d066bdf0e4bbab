//! What an imported set of objects is: which of them move in, under which names, and which stay behind.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::affixes::Affixes;
use super::cluster;
use crate::model::EnvironmentName;

/// Where the objects come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Plain manifests.
    Manifests,
    /// A built overlay of Kustomize, whose generated ConfigMaps carry a hash in their names.
    Kustomize,
    /// A rendered chart of Helm, with the values that it was rendered from.
    Helm,
}

/// What one environment has.
#[derive(Clone, Debug)]
pub struct Side {
    /// The environment.
    pub environment: EnvironmentName,
    /// Its objects.
    pub objects: Vec<Value>,
    /// The values that they were rendered from, where that is known.
    pub values: Option<Value>,
    /// What all names had around them here and other environments had not, and have not any more.
    pub affixes: Affixes,
}

/// Something that does not move in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// What it is.
    pub what: String,
    /// Why, and what to do about it.
    pub why: String,
}

/// What identifies an object within a unit: kind, name without the hash of a generated name, and the kind's group, since
/// two groups may each have a kind of the same name.
pub(super) type Key = (String, String, String);

/// The key of an object as it stands.
pub(super) fn key(object: &Value) -> Key {
    let version = text(object, "/apiVersion");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    (text(object, "/kind"), text(object, "/metadata/name"), group.to_owned())
}

/// The objects of one environment that move in, as they are to be rendered.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub(super) objects: BTreeMap<Key, Value>,
    /// The namespace that they were in.
    pub(super) namespace: Option<String>,
    /// Generated names by their stems.
    pub(super) hashed: BTreeMap<String, String>,
    pub(super) left_out: Vec<LeftOut>,
}

/// The key that holds the hash mark of ConfigMaps whose names get a hash.
pub(super) const HASHED: &str = "lockstep.dev/hashed";

/// What stays behind of an environment of which nothing moves in; none where something does.
pub fn all_left_out(side: &Side, source: Source) -> Option<Vec<LeftOut>> {
    let carried = carried(side, source);
    carried.objects.is_empty().then_some(carried.left_out)
}

/// Takes the objects that move in.
pub(super) fn carried(side: &Side, source: Source) -> Carried {
    let mut carried = Carried::default();
    let mut flat = Vec::new();
    side.objects.iter().for_each(|object| flatten(object, &mut flat));
    flat.iter_mut().for_each(drop_nulls);
    let all = flat.clone();
    let (mut kept, mut written) = (Vec::new(), BTreeSet::new());
    for mut object in flat {
        let mut of_object = cluster::Written::default();
        cluster::take(&mut object, &mut of_object);
        let (kind, name) = (text(&object, "/kind"), text(&object, "/metadata/name"));
        match reason(&object, &kind).or_else(|| cluster::made(&object, &all)) {
            Some(why) => carried.left_out.push(LeftOut {
                what: format!("{kind} `{name}{}`", text(&object, "/metadata/generateName")),
                why: why.to_owned(),
            }),
            None => {
                kept.push(object);
                written.append(&mut of_object.names);
                carried.left_out.append(&mut of_object.told);
            }
        }
    }
    let stems = match source {
        Source::Kustomize => stems(&kept),
        Source::Manifests | Source::Helm => BTreeMap::new(),
    };
    for mut object in kept {
        let name = text(&object, "/metadata/name");
        rename(&mut object, &stems);
        if let Some(namespace) = object.pointer("/metadata/namespace").and_then(Value::as_str) {
            carried.namespace.get_or_insert_with(|| namespace.to_owned());
        }
        if let Some(stem) = stems.get(&name) {
            object["metadata"]["annotations"][HASHED] = "true".into();
            carried.hashed.insert(stem.clone(), name);
        }
        match carried.objects.entry(key(&object)) {
            Entry::Vacant(place) => drop(place.insert(object)),
            Entry::Occupied(first) if *first.get() == object => {}
            Entry::Occupied(_) => carried.left_out.push(twin(&object)),
        }
    }
    if !written.is_empty() {
        let names: Vec<String> = written.iter().map(|name| format!("`{name}`")).collect();
        carried.left_out.push(LeftOut {
            what: names.join(", "),
            why: "the cluster writes it".to_owned(),
        });
    }
    carried
}

/// The objects of lists and lists of lists, one by one.
pub(super) fn flatten(object: &Value, into: &mut Vec<Value>) {
    match object.get("items").and_then(Value::as_array) {
        Some(items) if text(object, "/kind").ends_with("List") => items.iter().for_each(|item| flatten(item, into)),
        _ if object.is_null() => {}
        _ => into.push(object.clone()),
    }
}

/// An object whose kind and name another has that came before it.
fn twin(object: &Value) -> LeftOut {
    let namespace = text(object, "/metadata/namespace");
    let place = if namespace.is_empty() {
        String::new()
    } else {
        format!(" in `{namespace}`")
    };
    LeftOut {
        what: format!("{} `{}`{place}", text(object, "/kind"), text(object, "/metadata/name")),
        why: "another one of its name came before it, and a unit is in one namespace: make an agent of its own of it"
            .to_owned(),
    }
}

/// Why an object stays behind.
fn reason(object: &Value, kind: &str) -> Option<&'static str> {
    let hook = object
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotations.get("helm.sh/hook"));
    match kind {
        "" => Some("it has no kind"),
        _ if text(object, "/metadata/name").is_empty() => {
            Some("it has no name: whoever creates it gives it a new one each time, and Argo CD applies what has one")
        }
        "Secret" => Some("secrets never enter a manifest: let the cluster hold it, and name it under `secrets:`"),
        "Namespace" => Some("the environment renders its own"),
        "CustomResourceDefinition" => Some("it belongs to the cluster, not to an agent"),
        _ if hook.and_then(Value::as_str).is_some_and(|hook| hook.contains("test")) => {
            Some("it is a test of the chart; `verification:` runs checks after a sync")
        }
        _ => None,
    }
}

/// The stems of generated names, where no other name has the same.
fn stems(objects: &[Value]) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for object in objects.iter().filter(|object| text(object, "/kind") == "ConfigMap") {
        let name = text(object, "/metadata/name");
        let stem = stem(&name).unwrap_or(&name).to_owned();
        names.entry(stem).or_default().insert(name);
    }
    let alone = names.into_iter().filter(|(_, names)| names.len() == 1);
    let pairs = alone.flat_map(|(stem, names)| names.into_iter().map(move |name| (name, stem.clone())));
    pairs.filter(|(name, stem)| name != stem).collect()
}

/// The name without the hash that Kustomize put behind it.
pub(super) fn stem(name: &str) -> Option<&str> {
    const ALPHABET: &str = "2456789bcdfghkmt";
    let (stem, hash) = name.rsplit_once('-')?;
    (hash.len() == 10 && hash.chars().all(|c| ALPHABET.contains(c)) && !stem.is_empty()).then_some(stem)
}

/// Gives every text that is one of these names the other one: the object's own name, and whatever names it. A program that
/// is called like an object keeps its name.
pub(super) fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                name.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::Array(words) if key == "command" => {
                        words.iter_mut().skip(1).for_each(|word| rename(word, names));
                    }
                    value => rename(value, names),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// To Kubernetes a key that is null is a key that is not there.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a text at this place of an object, keys and numbers with dots between them, names a namespace.
pub(super) fn names_a_namespace(place: &str) -> bool {
    let (before, key) = place.rsplit_once('.').unwrap_or(("", place));
    let is_listed = key.chars().all(|c| c.is_ascii_digit());
    let is_selected = place.contains(".namespaceSelector.");
    key == "namespace"
        || is_listed && before.ends_with(".namespaces")
        || is_selected && is_listed && (before.ends_with(".matchNames") || before.ends_with(".values"))
        || is_selected && place.ends_with(".kubernetes.io/metadata.name")
}

pub(super) fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
