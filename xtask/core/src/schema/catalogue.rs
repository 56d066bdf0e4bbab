//! The catalogue: which schema says what an object of which kind looks like, in which version of Kubernetes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::broken::Broken;
use super::custom::CustomFile;
use super::kind::Kind;
use super::kubernetes::{self, Index, Packages};
use super::lifecycle::{Served, minor};
use super::problems;
use crate::model::{FileTree, Finding, Problem, suggestion};
use crate::workspace::faults::quoted;
use crate::workspace::layout;
use crate::workspace::lazy::Definitions;

/// Kinds by `apiVersion` and `kind`.
type Kinds = BTreeMap<String, BTreeMap<String, Kind>>;

const RESTORE: &str = "restore `schemas/kubernetes/` from git";

/// Every schema of a tree. Each is read and compiled when an object first needs it.
pub struct Catalogue {
    packages: Arc<Packages>,
    /// By version of Kubernetes.
    versions: BTreeMap<String, Kinds>,
    custom: Kinds,
    served: Served,
}

impl Catalogue {
    /// The schemas of a tree, and what is wrong with the set of files; [`Catalogue::audit`] looks into each of them.
    pub fn read(tree: &FileTree) -> (Catalogue, Vec<Finding>) {
        let mut findings = Vec::new();
        let index = read_index(tree).unwrap_or_else(|finding| {
            findings.push(finding);
            Index { kinds: Vec::new() }
        });
        let listed = index.kinds.iter().flat_map(|listed| {
            let minors = listed.versions.iter().filter_map(|version| minor(version));
            minors.map(|minor| (listed.api_version.as_str(), listed.kind.as_str(), minor))
        });
        let served = Served::of(listed);
        let packages = Arc::new(Packages::of(tree));
        let mut versions: BTreeMap<String, Kinds> = BTreeMap::new();
        let mut definitions: BTreeMap<&String, Arc<Definitions>> = BTreeMap::new();
        for listed in &index.kinds {
            for version in &listed.versions {
                let outlook = minor(version).and_then(|minor| served.outlook(&listed.api_version, &listed.kind, minor));
                let definitions = definitions.entry(version);
                let definitions = definitions.or_insert_with(|| kubernetes::definitions(&packages, version));
                let kinds = versions.entry(version.clone()).or_default();
                let kinds = kinds.entry(listed.api_version.clone()).or_default();
                kinds.insert(
                    listed.kind.clone(),
                    Kind::kubernetes(&packages, definitions, version, listed, outlook),
                );
            }
        }
        let catalogue = Catalogue {
            packages,
            versions,
            custom: custom(tree, &mut findings),
            served,
        };
        (catalogue, findings)
    }

    /// What is wrong with the schema files themselves: every one is read, and every custom resource's is compiled.
    pub fn audit(&self) -> Vec<Finding> {
        let kinds = self.versions.values().chain([&self.custom]);
        let kinds: Vec<&Kind> = kinds.flat_map(BTreeMap::values).flat_map(BTreeMap::values).collect();
        let mut broken: Vec<Broken> = kinds.par_iter().filter_map(|kind| kind.fault()).collect();
        broken.extend(self.packages.audit());
        broken.sort();
        broken.dedup();
        let unreadable: Vec<Vec<Finding>> = kinds.par_iter().map(|kind| kind.unreadable_rules()).collect();
        let broken = broken.iter().map(Broken::finding);
        broken.chain(unreadable.into_iter().flatten()).collect()
    }

    /// The versions of Kubernetes whose kinds it knows.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.versions.keys().map(String::as_str)
    }

    /// A kind as a cluster of this version has it.
    pub fn kind(&self, cluster_version: &str, api_version: &str, kind: &str) -> Option<&Kind> {
        let own = || self.versions.get(cluster_version)?.get(api_version)?.get(kind);
        own().or_else(|| self.custom.get(api_version)?.get(kind))
    }

    /// The files of the versions that a definition of this group and plural has.
    pub(super) fn files_of(&self, group: &str, resource: &str) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for (api_version, kinds) in &self.custom {
            let Some(version) = api_version.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')) else {
                continue;
            };
            let own = kinds.iter().filter(|(_, kind)| kind.resource() == Some(resource));
            files.extend(own.map(|(kind, _)| layout::custom_schema(group, kind, version)));
        }
        files
    }

    /// Why nothing of a cluster's version can be checked; nothing where it can.
    pub fn unknown_version(&self, cluster_version: &str) -> Option<Problem> {
        if self.versions.contains_key(cluster_version) {
            return None;
        }
        let message = format!("there are no schemas of Kubernetes {cluster_version}, so its objects cannot be checked");
        let help = if self.versions.is_empty() {
            RESTORE.to_owned()
        } else {
            format!("the versions with schemas are {}", quoted(self.versions()))
        };
        Some(Problem::error("unknown-cluster-version", "/cluster/version", message).help(help))
    }

    /// The definitions of the metadata of every object, as the newest version has them; none without schemas.
    pub(super) fn metadata(&self) -> Map<String, Value> {
        let newest = self.versions.keys().next_back();
        let bundle = newest.and_then(|version| self.packages.bundle(version, "meta.v1.ObjectMeta").ok());
        let definitions = bundle.and_then(|mut bundle| bundle.get_mut("$defs")?.as_object_mut().map(std::mem::take));
        definitions.unwrap_or_default()
    }

    /// What is wrong with one new object, as the API server of this version would see it.
    pub fn check(&self, cluster_version: &str, object: &Value) -> Vec<Problem> {
        self.check_update(cluster_version, object, None)
    }

    /// What is wrong with one object, and with how it changes what it replaces, as the API server of this version would
    /// see it.
    pub fn check_update(&self, cluster_version: &str, object: &Value, old: Option<&Value>) -> Vec<Problem> {
        if !object.is_object() {
            return vec![problems::no_object(object)];
        }
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            let missing = ["apiVersion", "kind"].into_iter().filter(|key| text(key).is_none());
            return missing.map(|key| problems::missing_field("", "", key)).collect();
        };
        let Some(known) = self.kind(cluster_version, api_version, kind) else {
            return vec![self.unknown_kind(cluster_version, api_version, kind)];
        };
        let said = match known.problems(object) {
            Ok(said) => said,
            Err(broken) => return vec![broken.problem()],
        };
        let mut problems = Vec::new();
        problems.extend(nameless(object));
        problems.extend(known.outlook());
        problems.extend(said);
        problems.extend(known.unmet(object, old, &problems));
        problems
    }

    /// No schema is never a pass.
    fn unknown_kind(&self, cluster_version: &str, api_version: &str, kind: &str) -> Problem {
        if let Some(mut problem) = self.unknown_version(cluster_version) {
            problem.pointer = "/apiVersion".to_owned();
            return problem;
        }
        let minor = minor(cluster_version).unwrap_or_default();
        if let Some(problem) = self.served.removed(api_version, kind, minor) {
            return problem;
        }
        let message = format!("there is no schema of `{kind}` in `{api_version}`, so the object was not checked");
        Problem::error("unknown-kind", "/kind", message).help(self.nearest(cluster_version, api_version, kind))
    }

    fn nearest(&self, cluster_version: &str, api_version: &str, kind: &str) -> String {
        let minor = minor(cluster_version).unwrap_or_default();
        let under = self.served.under(kind, minor);
        let custom = self.custom.iter().filter(|(_, kinds)| kinds.contains_key(kind));
        let under: Vec<&str> = under
            .into_iter()
            .chain(custom.map(|(version, _)| version.as_str()))
            .collect();
        if !under.is_empty() {
            return format!("`{kind}` is known in {}", quoted(under));
        }
        let own = self
            .versions
            .get(cluster_version)
            .and_then(|kinds| kinds.get(api_version));
        let kinds = own.or_else(|| self.custom.get(api_version)).into_iter().flatten();
        match suggestion(kind, kinds.map(|(name, _)| name.as_str())) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "teach it the kind: `cargo xtask schemas import <file of the CustomResourceDefinition>`".to_owned(),
        }
    }
}

fn read_index(tree: &FileTree) -> Result<Index, Finding> {
    let path = layout::kubernetes_index();
    let bytes = tree.get(&path).ok_or_else(|| {
        let message = format!("`{path}` is not there, so no object of Kubernetes' own kinds can be checked");
        Finding::error("missing-schemas", message).help(RESTORE)
    })?;
    serde_json::from_slice(bytes).map_err(|error| Broken::json(&path, &error).finding())
}

fn custom(tree: &FileTree, findings: &mut Vec<Finding>) -> Kinds {
    let mut kinds = Kinds::new();
    for (path, bytes) in tree.below(layout::CUSTOM_SCHEMAS) {
        if path.ends_with(".md") {
            continue;
        }
        let Some((group, kind, version)) = layout::custom_kind(path) else {
            let message = format!("`{path}` is not named like a schema: `<group>/<kind>.<version>.json`");
            let help = "rename it, or write it with `cargo xtask schemas import`";
            findings.push(Finding::error("stray-file", message).in_file(path).help(help));
            continue;
        };
        let file = CustomFile::new(path, bytes);
        let versions = kinds.entry(format!("{group}/{version}")).or_default();
        versions.insert(kind.to_owned(), Kind::custom(file));
    }
    kinds
}

/// Every object has a name, or the beginning of one that the server completes.
fn nameless(object: &Value) -> Option<Problem> {
    let metadata = object.get("metadata")?.as_object()?;
    let is_named = ["name", "generateName"]
        .iter()
        .any(|key| metadata.get(*key).is_some_and(|name| !name.is_null()));
    (!is_named).then(|| problems::missing_field("/metadata", "metadata", "name"))
}
