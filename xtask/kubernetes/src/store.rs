//! The files of `schemas/kubernetes/`: one a package, each definition once for all versions that agree on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::strict::{Definitions, Kinds};

/// The file that lists the kinds.
const INDEX: &str = "index.json";

/// A kind as the index lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// Its definition, `<package>.<type>`.
    pub(crate) definition: String,
    /// Its name in URLs and admission rules: `deployments`.
    pub(crate) resource: String,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
}

type Versions = BTreeSet<String>;

/// What all versions know.
#[derive(Default)]
pub(crate) struct Store {
    /// By `apiVersion`, `kind`, and what the versions say of it.
    kinds: BTreeMap<(String, String, Kind), Versions>,
    /// By name and text: versions whose texts are the same share one.
    definitions: BTreeMap<(String, String), Versions>,
}

impl Store {
    /// Reads what earlier runs wrote; an absent folder is empty.
    pub(crate) fn read(folder: &Path) -> io::Result<Store> {
        let mut store = Store::default();
        if !folder.is_dir() {
            return Ok(store);
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let file: Value = serde_json::from_slice(&fs::read(&path)?)?;
            for kind in file["kinds"].as_array().into_iter().flatten() {
                let text = |key: &str| kind[key].as_str().unwrap_or_default().to_owned();
                let entry = Kind {
                    definition: text("definition"),
                    resource: text("resource"),
                    namespaced: kind["namespaced"] == true,
                };
                store
                    .kinds
                    .insert((text("apiVersion"), text("kind"), entry), versions(kind));
            }
            for (name, variants) in file["definitions"].as_object().into_iter().flatten() {
                for variant in variants.as_array().into_iter().flatten() {
                    let text = variant["schema"].to_string();
                    store.definitions.insert((name.clone(), text), versions(variant));
                }
            }
        }
        Ok(store)
    }

    /// Puts what one version knows in the place of what was known of it.
    pub(crate) fn replace(&mut self, version: &str, kinds: Kinds, definitions: Definitions) {
        for versions in self.kinds.values_mut().chain(self.definitions.values_mut()) {
            versions.remove(version);
        }
        for ((api_version, kind), entry) in kinds {
            let versions = self.kinds.entry((api_version, kind, entry)).or_default();
            versions.insert(version.to_owned());
        }
        for (name, schema) in definitions {
            let versions = self.definitions.entry((name, schema.to_string())).or_default();
            versions.insert(version.to_owned());
        }
        self.kinds.retain(|_, versions| !versions.is_empty());
        self.definitions.retain(|_, versions| !versions.is_empty());
    }

    /// Writes the files, and removes those that nothing is left for.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut files = self.packages();
        files.insert(INDEX.to_owned(), self.index());
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".json") && !files.contains_key(&name) {
                fs::remove_file(entry.path())?;
            }
        }
        files
            .iter()
            .try_for_each(|(name, text)| fs::write(folder.join(name), text))
    }

    fn index(&self) -> String {
        let lines: Vec<String> = self
            .kinds
            .iter()
            .map(|((api_version, kind, entry), versions)| {
                json!({
                    "apiVersion": api_version,
                    "kind": kind,
                    "definition": entry.definition,
                    "resource": entry.resource,
                    "namespaced": entry.namespaced,
                    "versions": versions,
                })
                .to_string()
            })
            .collect();
        format!("{{\"kinds\":[\n{}\n]}}\n", lines.join(",\n"))
    }

    /// A line for each variant of a definition, so that a diff shows what a version changed.
    fn packages(&self) -> BTreeMap<String, String> {
        let mut packages: BTreeMap<String, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
        for ((name, schema), versions) in &self.definitions {
            let package = name.rsplit_once('.').map_or(name.as_str(), |(package, _)| package);
            let line = format!("{{\"versions\":{},\"schema\":{schema}}}", json!(versions));
            let definitions = packages.entry(format!("{package}.json")).or_default();
            definitions.entry(name).or_default().push(line);
        }
        let text = |mut definitions: BTreeMap<&str, Vec<String>>| {
            let mut text = "{\"definitions\":{".to_owned();
            let mut separator = "\n";
            for (name, variants) in &mut definitions {
                variants.sort();
                write!(text, "{separator}{}:[\n{}\n]", json!(name), variants.join(",\n")).expect("text grows");
                separator = ",\n";
            }
            text + "\n}}\n"
        };
        packages
            .into_iter()
            .map(|(file, definitions)| (file, text(definitions)))
            .collect()
    }
}

fn versions(entry: &Value) -> Versions {
    let versions = entry["versions"].as_array().into_iter().flatten();
    versions.filter_map(Value::as_str).map(str::to_owned).collect()
}
