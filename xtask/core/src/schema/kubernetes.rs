//! The schemas of Kubernetes' own kinds, as `schemas/kubernetes/` keeps them: a package's file is parsed when it is first
//! needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::broken::Broken;
use super::validator;
use crate::model::FileTree;
use crate::workspace::layout;
use crate::workspace::lazy::Definitions;

/// The file that lists the kinds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub(super) kinds: Vec<Listed>,
}

/// A kind as the index lists it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) definition: String,
    pub(super) resource: String,
    pub(super) namespaced: bool,
    pub(super) versions: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFile {
    definitions: BTreeMap<String, Vec<Variant>>,
}

/// What some versions agree that a type looks like.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    versions: BTreeSet<String>,
    schema: Value,
}

/// A file of definitions.
struct Package {
    path: String,
    bytes: Arc<[u8]>,
    parsed: OnceLock<Result<PackageFile, Broken>>,
}

impl Package {
    fn definitions(&self) -> Result<&BTreeMap<String, Vec<Variant>>, Broken> {
        let parsed = self
            .parsed
            .get_or_init(|| serde_json::from_slice(&self.bytes).map_err(|error| Broken::json(&self.path, &error)));
        parsed.as_ref().map(|file| &file.definitions).map_err(Broken::clone)
    }
}

/// Every file of definitions, by package: `apps.v1`.
pub(super) struct Packages {
    packages: BTreeMap<String, Package>,
}

impl Packages {
    /// The files of a tree.
    pub(super) fn of(tree: &FileTree) -> Packages {
        let index = layout::kubernetes_index();
        let packages = tree
            .below(layout::KUBERNETES_SCHEMAS)
            .filter(|(path, _)| *path != index)
            .filter_map(|(path, bytes)| {
                let name = path.strip_prefix(layout::KUBERNETES_SCHEMAS)?.strip_prefix('/')?;
                let package = Package {
                    path: path.to_owned(),
                    bytes: Arc::clone(bytes),
                    parsed: OnceLock::new(),
                };
                Some((name.strip_suffix(".json")?.to_owned(), package))
            });
        Packages {
            packages: packages.collect(),
        }
    }

    /// A definition as one version has it, with all that it is made of: a schema that stands alone.
    pub(super) fn bundle(&self, version: &str, definition: &str) -> Result<Value, Broken> {
        let mut schemas = Map::new();
        let mut pending = vec![definition.to_owned()];
        while let Some(name) = pending.pop() {
            if schemas.contains_key(&name) {
                continue;
            }
            let schema = self.definition(version, &name)?;
            references(schema, &mut pending);
            schemas.insert(name, schema.clone());
        }
        Ok(json!({ "$ref": format!("#/$defs/{definition}"), "$defs": schemas }))
    }

    /// A definition as one version has it.
    pub(super) fn definition(&self, version: &str, name: &str) -> Result<&Value, Broken> {
        let package = name.rsplit_once('.').map_or(name, |(package, _)| package);
        let path = layout::kubernetes_package(package);
        let file = self.packages.get(package);
        let definitions = file
            .ok_or_else(|| Broken::new(&path, "it is not there"))?
            .definitions()?;
        let variants = definitions.get(name).into_iter().flatten();
        variants
            .filter(|variant| variant.versions.contains(version))
            .map(|variant| &variant.schema)
            .next()
            .ok_or_else(|| Broken::new(&path, format!("it has no `{name}` for Kubernetes {version}")))
    }

    /// What is wrong with the files themselves: each is parsed, and each reference is followed.
    pub(super) fn audit(&self) -> Vec<Broken> {
        let mut broken = BTreeSet::new();
        for package in self.packages.values() {
            match package.definitions() {
                Err(reason) => drop(broken.insert(reason)),
                Ok(definitions) => broken.extend(definitions.values().flatten().flat_map(|variant| {
                    let mut named = Vec::new();
                    references(&variant.schema, &mut named);
                    let missing = move |name: &String| {
                        let mut versions = variant.versions.iter();
                        versions.find_map(|version| self.definition(version, name).err())
                    };
                    named.iter().filter_map(missing).collect::<Vec<_>>()
                })),
            }
        }
        broken.into_iter().collect()
    }
}

/// The definitions of a version, each compiled when an object first reaches it.
pub(super) fn definitions(packages: &Arc<Packages>, version: &str) -> Arc<Definitions> {
    let (packages, version) = (Arc::clone(packages), version.to_owned());
    Definitions::new(
        move |name| packages.definition(&version, name).ok().cloned(),
        validator::options,
    )
}

/// The definitions that a schema refers to.
fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found.push(reference.trim_start_matches("#/$defs/").to_owned());
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
