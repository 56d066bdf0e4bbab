//! Whether what a blueprint renders to is what moved in, object by object.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::image::Code;
use super::objects::{Key, Side, Source, carried, key, names_a_namespace, rename};
use crate::model::{EnvironmentName, Manifest};

/// What the keys begin with that Lockstep adds to objects, which none of them had before.
const ADDED: &str = "lockstep.dev/";

/// The objects of an environment that moved in, beside what is rendered now.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What differs, a line each; the namespace, names and the image are what they are to be.
    pub differences: Vec<String>,
    /// What has another name now.
    pub renamed: Vec<Renamed>,
    /// The images that the agent's takes the place of, and that may be others than it.
    pub replaced: BTreeSet<String>,
}

/// A name that is another one now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    /// The environment.
    pub environment: EnvironmentName,
    /// `namespace`, `image`, or the kind of the object.
    pub what: String,
    /// The name that it had.
    pub before: String,
    /// The name that it has.
    pub after: String,
}

/// Compares what moved in with what the agent renders to in that environment, where it is called `resource_name`.
pub fn compare(
    side: &Side,
    source: Source,
    agent: &str,
    resource_name: &str,
    code: &Code,
    rendered: &[Manifest],
) -> Comparison {
    let carried = carried(side, source);
    let replaced = code.replaced(&carried);
    let taken = code.taken_for(&carried);
    let namespace = rendered
        .iter()
        .map(|manifest| manifest.id.namespace.clone())
        .find(|name| !name.is_empty());
    let names: BTreeSet<&String> = carried.objects.keys().map(|(_, name, _)| name).collect();
    let mut now: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        if let Some(rest) = name
            .strip_prefix(agent)
            .filter(|rest| rest.is_empty() || rest.starts_with('-'))
        {
            now.insert(name.clone(), format!("{resource_name}{rest}"));
        }
    }
    let hashed = carried
        .hashed
        .keys()
        .map(|stem| now.get(stem).unwrap_or(stem))
        .cloned()
        .collect();
    let stems = stems(rendered, &hashed);
    let mut after: BTreeMap<Key, Value> = BTreeMap::new();
    for manifest in rendered {
        let mut object = manifest.object.clone();
        rename(&mut object, &stems);
        clean(&mut object);
        after.insert(key(&object), object);
    }
    let name = |what: &str, before: &str, after: &str| Renamed {
        environment: side.environment.clone(),
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let mut had: BTreeMap<Key, String> = BTreeMap::new();
    let mut before: BTreeMap<Key, Value> = BTreeMap::new();
    for ((kind, stem, group), mut object) in carried.objects {
        let generated = carried.hashed.get(&stem).unwrap_or(&stem);
        had.insert(
            (kind, now.get(&stem).unwrap_or(&stem).clone(), group),
            generated.clone(),
        );
        // a namespace that is called like the agent is none of its names
        if let (Some(from), Some(to)) = (&carried.namespace, &namespace) {
            move_namespace(&mut object, &mut String::new(), from, to);
        }
        rename(&mut object, &now);
        code.put(&mut object);
        clean(&mut object);
        before.insert(key(&object), object);
    }
    let moved = carried.namespace.iter().zip(&namespace);
    let mut renamed: Vec<Renamed> = moved.map(|(from, to)| name("namespace", from, to)).collect();
    renamed.extend(taken.iter().map(|image| name("image", image, &code.text())));
    let affixes = &side.affixes;
    renamed.push(name(
        "every name",
        &format!("{}…{}", affixes.before, affixes.behind),
        "…",
    ));
    for manifest in rendered {
        let stem = stems.get(&manifest.id.name).unwrap_or(&manifest.id.name);
        let key = (manifest.id.kind.clone(), stem.clone(), manifest.id.group.clone());
        renamed.extend(had.get(&key).map(|had| name(&key.0, had, &manifest.id.name)));
    }
    renamed.retain(|renamed| renamed.before != renamed.after);
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for key in keys {
        let title = format!("{}: {} {}", side.environment, key.0, key.1);
        match (before.get(key), after.get(key)) {
            (Some(_), None) => lines.push(format!("{title} is not rendered")),
            (None, Some(_)) => lines.push(format!("{title} is new")),
            (Some(before), Some(after)) => fields(before, after, &mut String::new(), &mut |path| {
                lines.push(format!("{title} differs at {path}"))
            }),
            (None, None) => {}
        }
    }
    Comparison {
        differences: lines,
        renamed,
        replaced,
    }
}

/// The stems of the names that got a hash of ours in the place of the one before.
fn stems(rendered: &[Manifest], hashed: &BTreeSet<String>) -> BTreeMap<String, String> {
    let maps = rendered.iter().filter(|manifest| manifest.id.kind == "ConfigMap");
    maps.filter_map(|manifest| {
        let (stem, _) = manifest.id.name.rsplit_once('-')?;
        hashed
            .contains(stem)
            .then(|| (manifest.id.name.clone(), stem.to_owned()))
    })
    .collect()
}

/// Takes away what Lockstep adds, and maps that are empty then.
fn clean(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !key.starts_with(ADDED));
            map.values_mut().for_each(clean);
            let is_empty = |key: &str, map: &serde_json::Map<String, Value>| {
                map.get(key)
                    .and_then(Value::as_object)
                    .is_some_and(serde_json::Map::is_empty)
            };
            for key in ["annotations", "metadata"] {
                if is_empty(key, map) {
                    map.remove(key);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts the namespace where the old one is named; `place` is where the value stands.
fn move_namespace(value: &mut Value, place: &mut String, from: &str, to: &str) {
    if value.as_str() == Some(from) && names_a_namespace(place) {
        *value = to.into();
        return;
    }
    let mut below = |key: &str, value: &mut Value| {
        let length = place.len();
        place.push('.');
        place.push_str(key);
        move_namespace(value, place, from, to);
        place.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter_mut().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            let items = items.iter_mut().enumerate();
            items.for_each(|(index, item)| below(&index.to_string(), item));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The paths at which two values differ.
fn fields(before: &Value, after: &Value, path: &mut String, tell: &mut dyn FnMut(&str)) {
    if let (Value::Array(old), Value::Array(new)) = (before, after)
        && old.len() == new.len()
    {
        for (index, (before, after)) in old.iter().zip(new).enumerate() {
            let length = path.len();
            path.push_str(&format!("/{index}"));
            fields(before, after, path, tell);
            path.truncate(length);
        }
        return;
    }
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
        if before != after {
            tell(path);
        }
        return;
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let length = path.len();
        path.push('/');
        path.push_str(key);
        match (old.get(key), new.get(key)) {
            (Some(before), Some(after)) => fields(before, after, path, tell),
            _ => tell(path),
        }
        path.truncate(length);
    }
}
