//! What an imported set of objects is: which of them move in, under which names, and which stay behind.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

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
    /// What all names began with here and with something else in other environments, and do not any more.
    pub prefix: String,
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

/// Takes off what all names of an environment begin with, where that is all in which the names of environments differ.
pub fn drop_prefixes(sides: &mut [Side], source: Source) {
    let names: Vec<BTreeSet<String>> = sides
        .iter()
        .map(|side| {
            carried(side, source)
                .objects
                .into_keys()
                .map(|(_, name, _)| name)
                .collect()
        })
        .collect();
    let Some(prefixes) = prefixes(&names) else { return };
    for (side, prefix) in sides.iter_mut().zip(prefixes) {
        let of_objects = side.objects.iter().map(|object| text(object, "/metadata/name"));
        let shorter: BTreeMap<String, String> = of_objects
            .filter_map(|name| Some((name.clone(), name.strip_prefix(&prefix)?.to_owned())))
            .collect();
        side.objects.iter_mut().for_each(|object| rename(object, &shorter));
        side.prefix = prefix;
    }
}

/// What to take off the names of each environment so that all have the same, the least that does.
fn prefixes(names: &[BTreeSet<String>]) -> Option<Vec<String>> {
    let (first, others) = names.split_first()?;
    if others.iter().all(|other| other == first) {
        return None;
    }
    let without = |names: &BTreeSet<String>, prefix: &str| -> Option<BTreeSet<String>> {
        let rest = names.iter().map(|name| name.strip_prefix(prefix).map(str::to_owned));
        rest.collect()
    };
    begins(first).into_iter().find_map(|prefix| {
        let same = without(first, &prefix)?;
        let found = others.iter().map(|names| {
            let mut begins = begins(names).into_iter();
            begins.find(|prefix| without(names, prefix).as_ref() == Some(&same))
        });
        let mut all: Vec<String> = found.collect::<Option<_>>()?;
        all.insert(0, prefix);
        Some(all)
    })
}

/// What a name may begin with: nothing, or its first words, each with the `-` behind it.
fn begins(names: &BTreeSet<String>) -> Vec<String> {
    let name = names.first().map_or("", String::as_str);
    let words = name.match_indices('-').map(|(at, _)| name[..=at].to_owned());
    std::iter::once(String::new()).chain(words).collect()
}

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
    let mut kept = Vec::new();
    let mut of_the_cluster: BTreeSet<&str> = BTreeSet::new();
    for mut object in flat {
        drop_nulls(&mut object);
        of_the_cluster.extend(take_what_the_cluster_wrote(&mut object));
        let (kind, name) = (text(&object, "/kind"), text(&object, "/metadata/name"));
        match reason(&object, &kind) {
            Some(why) => carried.left_out.push(LeftOut {
                what: format!("{kind} `{name}{}`", text(&object, "/metadata/generateName")),
                why: why.to_owned(),
            }),
            None => kept.push(object),
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
    if !of_the_cluster.is_empty() {
        let names: Vec<String> = of_the_cluster.iter().map(|name| format!("`{name}`")).collect();
        carried.left_out.push(LeftOut {
            what: names.join(", "),
            why: "the cluster writes it".to_owned(),
        });
    }
    carried
}

/// What a cluster writes into an object that somebody applied, below its metadata and its annotations.
const METADATA: [&str; 6] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];
const ANNOTATIONS: [&str; 2] = [
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// Takes it out; returns the names of what was there.
fn take_what_the_cluster_wrote(object: &mut Value) -> Vec<&'static str> {
    // a Service without an address of its own is that by intent
    let headless = object.pointer("/spec/clusterIP").and_then(Value::as_str) == Some("None");
    let addresses: &[&'static str] = match text(object, "/kind").as_str() {
        "Service" if !headless => &["clusterIP", "clusterIPs"],
        _ => &[],
    };
    let mut taken = Vec::new();
    for (place, names) in [
        ("", &["status"][..]),
        ("/metadata", &METADATA),
        ("/metadata/annotations", &ANNOTATIONS),
        ("/spec", addresses),
    ] {
        if let Some(map) = object.pointer_mut(place).and_then(Value::as_object_mut) {
            taken.extend(names.iter().filter(|name| map.remove(**name).is_some()));
        }
    }
    if object.pointer("/metadata/annotations") == Some(&Value::Object(serde_json::Map::new()))
        && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("annotations");
    }
    taken
}

fn flatten(object: &Value, into: &mut Vec<Value>) {
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
        "Endpoints" | "EndpointSlice" | "Event" => Some("the cluster makes it"),
        _ if object.pointer("/metadata/ownerReferences").is_some() => Some("its owner makes it"),
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
fn stem(name: &str) -> Option<&str> {
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

pub(super) fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
