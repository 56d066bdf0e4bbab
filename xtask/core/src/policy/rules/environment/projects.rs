//! What Argo CD's projects admit, which Application delivers a unit, and the kinds and namespaces of its objects.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Manifest, ObjectId};
use crate::schema::overlay::{deep, items, text};

/// The API group of Argo CD's own objects.
const ARGO: &str = "argoproj.io";

/// What an AppProject says of objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The kinds of namespaces that it admits; absent where it admits all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Vec<Kind>>,
    /// The kinds of namespaces that it refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_inside: Vec<Kind>,
    /// The kinds of whole clusters that it admits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub across: Vec<Kind>,
    /// The kinds of whole clusters that it refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_across: Vec<Kind>,
    /// Where it lets objects go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Destination>,
}

/// An entry of a list of kinds; `*` stands for any text in each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The name; empty for every one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A cluster, by address or by name, and a namespace in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The address of the cluster.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub server: String,
    /// The name of the cluster.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The namespace.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

/// An Application: what it delivers where, and in which project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The project.
    pub project: String,
    /// The folders of the environment branch that it delivers.
    pub paths: Vec<String>,
    /// Where it goes.
    pub destination: Destination,
}

/// The AppProjects among objects.
pub(super) fn projects(objects: &[&Manifest]) -> Vec<Project> {
    let kinds = |object: &Value, key: &str| -> Option<Vec<Kind>> {
        let list = deep(object, &["spec", key])?.as_array()?;
        let kind = |entry: &Value| Kind {
            group: said(entry, "group"),
            kind: said(entry, "kind"),
            name: said(entry, "name"),
        };
        Some(list.iter().map(kind).collect())
    };
    let project = |manifest: &&&Manifest| {
        let object = &manifest.object;
        let places = object.get("spec").map_or(&[][..], |spec| items(spec, "destinations"));
        Project {
            name: manifest.id.name.clone(),
            inside: kinds(object, "namespaceResourceWhitelist"),
            not_inside: kinds(object, "namespaceResourceBlacklist").unwrap_or_default(),
            across: kinds(object, "clusterResourceWhitelist").unwrap_or_default(),
            not_across: kinds(object, "clusterResourceBlacklist").unwrap_or_default(),
            destinations: places.iter().map(destination).collect(),
        }
    };
    let found = objects.iter().filter(|manifest| is(manifest, "AppProject"));
    found.map(|manifest| project(&manifest)).collect()
}

/// The Applications among objects.
pub(super) fn deliveries(objects: &[&Manifest]) -> Vec<Delivery> {
    let delivery = |manifest: &&Manifest| {
        let spec = manifest.object.get("spec")?;
        let sources = spec.get("source").into_iter().chain(items(spec, "sources"));
        let paths = sources.map(|source| said(source, "path"));
        Some(Delivery {
            project: said(spec, "project"),
            paths: paths.filter(|path| !path.is_empty()).collect(),
            destination: spec.get("destination").map(destination).unwrap_or_default(),
        })
    };
    let found = objects.iter().filter(|manifest| is(manifest, "Application"));
    found.filter_map(delivery).collect()
}

/// One object of each kind in each namespace, of those that a unit's Application delivers.
pub(super) fn delivered(objects: &[&Manifest]) -> Vec<ObjectId> {
    let mut seen = BTreeSet::new();
    let own = objects.iter().filter(|manifest| !is_of_argo(manifest));
    let ids = own.map(|manifest| &manifest.id);
    ids.filter(|id| seen.insert((&id.group, &id.kind, &id.namespace)))
        .cloned()
        .collect()
}

fn is_of_argo(manifest: &Manifest) -> bool {
    ["AppProject", "Application", "ApplicationSet"]
        .iter()
        .any(|kind| is(manifest, kind))
}

fn is(manifest: &Manifest, kind: &str) -> bool {
    manifest.id.group == ARGO && manifest.id.kind == kind
}

fn destination(value: &Value) -> Destination {
    Destination {
        server: said(value, "server"),
        name: said(value, "name"),
        namespace: said(value, "namespace"),
    }
}

fn said(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or_default().to_owned()
}

impl Project {
    /// Whether it admits the kind of an object. One without a namespace is of the whole cluster, or takes the
    /// Application's, so that either list may speak for it.
    pub(super) fn admits_kind(&self, id: &ObjectId) -> bool {
        let any = |list: &[Kind]| list.iter().any(|entry| entry.is(id));
        let inside = self.inside.as_deref().is_none_or(any) && !any(&self.not_inside);
        let across = any(&self.across) && !any(&self.not_across);
        match id.namespace.is_empty() {
            true => across || inside,
            false => inside,
        }
    }

    /// Whether it lets objects go there: one entry must say so, and none that begins with `!` may speak against it.
    pub(super) fn admits_place(&self, to: &Destination) -> bool {
        let mut is_admitted = false;
        for entry in &self.destinations {
            let server = !to.server.is_empty() && admits(&entry.server, &to.server);
            let name = !to.name.is_empty() && admits(&entry.name, &to.name);
            let namespace = admits(&entry.namespace, &to.namespace);
            let is_denied = |pattern: &str, holds: bool| pattern.starts_with('!') && !holds;
            if (server || name) && namespace {
                is_admitted = true;
            } else if (namespace && (is_denied(&entry.server, server) || is_denied(&entry.name, name)))
                || ((server || name) && is_denied(&entry.namespace, namespace))
            {
                return false;
            }
        }
        is_admitted
    }
}

impl Kind {
    fn is(&self, id: &ObjectId) -> bool {
        let name = self.name.is_empty() || fits(&self.name, &id.name);
        fits(&self.group, &id.group) && fits(&self.kind, &id.kind) && name
    }
}

fn admits(pattern: &str, text: &str) -> bool {
    match pattern.strip_prefix('!') {
        Some(denied) => !fits(denied, text),
        None => fits(pattern, text),
    }
}

/// Whether a pattern describes a text: `*` is any text, `?` any character.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut next) = (0, 0);
    // where the last `*` stands, and how far it reaches
    let mut star = None;
    while at < text.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at] => (at, next) = (at + 1, next + 1),
            _ => match star {
                Some((place, reach)) => {
                    star = Some((place, reach + 1));
                    (at, next) = (reach + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    pattern[next..].iter().all(|rest| *rest == '*')
}
