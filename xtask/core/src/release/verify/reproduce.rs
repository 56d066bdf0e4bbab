//! Reproduction: whether a release that is rendered again from its commit gives the bytes that stand on the branch.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::unit_of;
use crate::artifact::payload;
use crate::model::{EnvironmentName, FileTree, Finding, Manifest, ObjectId};
use crate::release::{CommitPlan, PreviousUnit, field_changes};
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};
use crate::yaml;

/// What came of rendering a unit again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduction {
    /// The same bytes.
    Reproduced,
    /// Other bytes.
    Different,
    /// Another version of the tool made it, which may render otherwise.
    NotComparable,
    /// It does not hold as it is, so there is nothing to compare.
    Unverified,
}

/// Units of one environment commit, rendered again from the commit that they were made from.
#[derive(Clone, Copy, Debug)]
pub struct Rerendered<'a> {
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// The units to compare.
    pub units: &'a BTreeSet<String>,
    /// What the branch has.
    pub files: &'a FileTree,
    /// What the same release writes now.
    pub plan: &'a CommitPlan,
    /// Whether a rollback has numbered and listed the environment's own unit anew since it was rendered.
    pub listed_anew: bool,
}

/// What differs from what the branch has, file by file, object by object.
pub fn reproduction_findings(again: &Rerendered<'_>) -> Vec<Finding> {
    let mut rendered: BTreeMap<&str, BTreeMap<&str, &[u8]>> = BTreeMap::new();
    for (path, bytes) in &again.plan.files {
        if let Some(bytes) = bytes {
            rendered.entry(unit_of(path)).or_default().insert(path, bytes);
        }
    }
    let mut findings = Vec::new();
    for unit in again.units {
        let whole = !(again.listed_anew && unit == ENVIRONMENT_UNIT);
        let inventory = branch::inventory(unit);
        let Some(files) = rendered.get(unit.as_str()) else {
            let message = format!("`{unit}` is not rendered at all from the commit that it names");
            findings.push(irreproducible(again.environment, unit, message));
            continue;
        };
        let before = findings.len();
        for (path, now) in files.iter().filter(|(path, _)| whole || **path != inventory) {
            let found = again.files.get(path).map(|bytes| &**bytes);
            findings.extend(differences(again.environment, unit, path, found, Some(now)));
        }
        if whole && findings.len() == before {
            findings.extend(other_statement(again, unit));
        }
    }
    findings
}

/// A statement about the right files that says something else of them.
fn other_statement(again: &Rerendered<'_>, unit: &str) -> Option<Finding> {
    let place = branch::bundle(unit);
    let signed = payload(again.files.get(&place)?)?;
    let rendered = again.plan.statements.get(unit)?;
    if *signed == **rendered {
        return None;
    }
    let told = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let field = field_changes(&told(&signed), &told(rendered));
    let field = field.first().map(|change| format!(": it differs at `{}`", change.path));
    let message = format!(
        "`{place}` says of these files what their commit does not make{}",
        field.unwrap_or_default()
    );
    Some(irreproducible(again.environment, unit, message).in_file(place))
}

/// What a rollback brought back, against the release that it names.
pub fn restoration_findings(
    environment: &EnvironmentName,
    unit: &str,
    files: &FileTree,
    named: &PreviousUnit,
) -> Vec<Finding> {
    let pairs = [
        (branch::manifest(unit), named.manifest.as_deref()),
        (branch::tuple(unit), named.tuple.as_deref()),
    ];
    let found = |path: &str| files.get(path).map(|bytes| &**bytes);
    pairs
        .iter()
        .flat_map(|(path, then)| differences(environment, unit, path, found(path), *then))
        .collect()
}

/// Another version of the tool may render otherwise and be right.
pub fn not_comparable(environment: &EnvironmentName, unit: &str, made_by: &str, version: &str) -> Finding {
    let message = format!("`{unit}` was made by Lockstep {made_by}, and this is {version}");
    Finding::error("not-comparable", message)
        .unit(environment.as_str(), unit)
        .help("render it with the version that made it, or release it again with this one")
}

/// The commit that a unit was made from is not known here.
pub fn missing_source(environment: &EnvironmentName, unit: &str, dry: &str) -> Finding {
    let message = format!("`{unit}` was made from {dry}, which is not in this repository");
    Finding::error("missing-source", message)
        .in_file(branch::metadata(unit))
        .unit(environment.as_str(), unit)
        .help("fetch all branches; if it is gone from there too, somebody rewrote the history that people edit")
}

/// A unit that is not what its source makes.
pub fn irreproducible(environment: &EnvironmentName, unit: &str, message: String) -> Finding {
    Finding::error("irreproducible-unit", message)
        .unit(environment.as_str(), unit)
        .help("find out what made it: this is not what its commit renders to")
}

/// One file as it is and as it is rendered: a finding for each object that differs, or for the file.
fn differences(
    environment: &EnvironmentName,
    unit: &str,
    path: &str,
    found: Option<&[u8]>,
    rendered: Option<&[u8]>,
) -> Vec<Finding> {
    if found == rendered {
        return Vec::new();
    }
    let finding = |message: String| irreproducible(environment, unit, message);
    let (Some(found), Some(rendered)) = (found, rendered) else {
        let what = if found.is_some() {
            "is not rendered again"
        } else {
            "is rendered now, and the branch does not have it"
        };
        return vec![finding(format!("`{path}` {what}")).in_file(path)];
    };
    let mut findings = Vec::new();
    if path.ends_with(".yaml") {
        let (found, rendered) = (objects(found), objects(rendered));
        let ids: BTreeSet<&ObjectId> = found.keys().chain(rendered.keys()).collect();
        for id in ids {
            let difference = match (found.get(id), rendered.get(id)) {
                (Some(found), Some(rendered)) => {
                    let changes = field_changes(&found.object, &rendered.object);
                    let Some(first) = changes.first() else { continue };
                    format!("differs at `{}`", first.path)
                }
                (Some(_), None) => "is not rendered again".to_owned(),
                (None, _) => "is rendered now, and the branch does not have it".to_owned(),
            };
            let object = format!("`{id}` in `{path}` {difference}");
            findings.push(finding(object).in_file(path).object(id.to_string()));
        }
    }
    if findings.is_empty() {
        let line = first_difference(found, rendered);
        findings.push(finding(format!("`{path}` renders to other bytes from line {line} on")).at(path, line, 1));
    }
    findings
}

fn objects(bytes: &[u8]) -> BTreeMap<ObjectId, Manifest> {
    let read = std::str::from_utf8(bytes).ok().map(yaml::read_manifests);
    let documents = read.and_then(Result::ok).map(|read| read.documents).unwrap_or_default();
    let manifests = documents
        .into_iter()
        .filter_map(|document| Manifest::new(document.value).ok());
    manifests.map(|manifest| (manifest.id.clone(), manifest)).collect()
}

/// The first line that differs, from 1.
fn first_difference(one: &[u8], other: &[u8]) -> usize {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other);
    1 + same.filter(|(byte, _)| **byte == b'\n').count()
}
