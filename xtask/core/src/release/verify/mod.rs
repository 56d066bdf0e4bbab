//! Verification: whether an environment branch is what someone who may has signed, byte for byte.

mod chain;
mod commit;
mod listing;
mod reproduce;
mod rules;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

pub use chain::{Link, claimed_sequence, gone, rewound, wanted_inventories};
pub use commit::{SignedCommits, signed_commits};
pub use reproduce::{
    Reproduction, Rerendered, irreproducible, missing_source, not_comparable, reproduction_findings,
    restoration_findings,
};
pub use rules::RULES;
pub use unit::{Vouched, vouched};

use crate::artifact::{CheckCertificate, Kind, Trust, key_command};
use crate::model::{Digest, Entry, EnvironmentName, FileTree, Finding};
use crate::workspace::files::Follows;
use crate::workspace::layout::{ENVIRONMENT_UNIT, TRUST, branch};

/// What stands on an environment branch, or in a folder with the same files.
#[derive(Clone, Copy, Debug)]
pub struct BranchFacts<'a> {
    /// The environment that it is to be of.
    pub environment: &'a EnvironmentName,
    /// Its files: those that Argo CD and this tool read, and what else people put there, as far as that is known.
    pub files: &'a FileTree,
    /// Of these, what is no plain file, and commits of other repositories.
    pub irregular: &'a BTreeMap<String, Irregular>,
    /// How it came to be; none where only files are known.
    pub history: Option<&'a History>,
}

/// How a branch came to be.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Every release that the branch's commits hold, the newest commit first.
    pub links: Vec<Link>,
    /// Whether the clone has only the last part of it.
    pub shallow: bool,
    /// Where the environment's tuples come from: what follows the candidate may have begun with a key that one clone made
    /// for itself.
    pub follows: Follows,
}

/// What stands in a tree instead of a plain file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Irregular {
    /// A file that may be executed.
    Executable,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// By whom, and when, a branch is judged.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// Whom to believe.
    pub trust: &'a Trust,
    /// Seconds since 1970.
    pub now: i64,
    /// What checks bundles with certificates.
    pub certificate: CheckCertificate<'a>,
}

/// What is known of a unit after verification.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedUnit {
    /// The unit.
    pub unit: String,
    /// Whether nothing is wrong with it.
    pub holds: bool,
    /// The number of the environment commit that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// How it came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The label of the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The tuple's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuple: Option<Digest>,
    /// Digest of its statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<Digest>,
    /// The version of the tool that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// The environment commit that a rollback brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<String>,
    /// The run of a CI service that made it, where a provenance beside its release says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Who signed it, as the trust file calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// What verification came to.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The units, by name.
    pub units: Vec<VerifiedUnit>,
    /// How many releases the chain of statements leads back through; 0 where no history is known.
    pub chain: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Verifies a branch: every unit, the list of units, and the chain of releases.
pub fn verify(facts: &BranchFacts<'_>, judge: &Judge<'_>) -> Verification {
    let mut findings = tree_findings(facts);
    if !judge.trust.covers(facts.environment) {
        findings.push(untrusted(judge.trust, facts.environment));
        return Verification {
            units: Vec::new(),
            chain: 0,
            findings,
        };
    }
    let names = units(facts);
    let checked: Vec<unit::Checked<'_>> = names
        .par_iter()
        .map(|(name, paths)| unit::check(facts, judge, name, paths))
        .collect();
    findings.extend(listing::check(facts, &checked, None));
    let mut length = 0;
    if let Some(history) = facts.history {
        let (links, more) = chain::check(facts, judge, history, &checked);
        findings.extend(more);
        length = links;
    }
    let units = checked.iter().map(|checked| checked.verified(&findings)).collect();
    findings.extend(checked.into_iter().flat_map(|checked| checked.findings));
    findings.sort();
    findings.dedup();
    Verification {
        units,
        chain: length,
        findings,
    }
}

/// What is wrong with some units of a branch, as far as these units, the list of all units and the signatures of both can
/// tell. Of the branch's files only those need to be known that [`is_judged_of`] wants.
pub fn verify_units(facts: &BranchFacts<'_>, judge: &Judge<'_>, chosen: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = tree_findings(facts);
    if !judge.trust.covers(facts.environment) {
        findings.push(untrusted(judge.trust, facts.environment));
        return findings;
    }
    let mut names = units(facts);
    names.retain(|unit, _| unit == ENVIRONMENT_UNIT || chosen.contains(unit.as_str()));
    let checked: Vec<unit::Checked<'_>> = names
        .iter()
        .map(|(name, paths)| unit::check(facts, judge, name, paths))
        .collect();
    findings.extend(listing::check(facts, &checked, Some(chosen)));
    findings.extend(checked.into_iter().flat_map(|checked| checked.findings));
    findings.sort();
    findings.dedup();
    findings
}

/// Whether [`verify_units`] looks at a path, or below a folder (which ends with `/`).
pub fn is_judged_of(path: &str, chosen: &BTreeSet<&str>) -> bool {
    let is_root = path.split_once('/').is_some_and(|(_, rest)| rest.is_empty());
    let unit = unit_of(path);
    is_judged(path) && (is_root || unit == ENVIRONMENT_UNIT || chosen.contains(unit))
}

/// A file of a branch that no statement names: Argo CD may apply it, and nobody has judged it.
pub fn unsigned_file(environment: &EnvironmentName, path: &str) -> Finding {
    unit::unexpected(environment, unit_of(path), path)
}

/// Without anyone to believe there is nothing to check.
fn untrusted(trust: &Trust, environment: &EnvironmentName) -> Finding {
    let signers: Vec<&str> = trust.signers.iter().map(|signer| signer.name.as_str()).collect();
    let command = key_command(&signers, &[environment]);
    let message = format!("nobody may sign for `{environment}`, so nothing on its branch is proved");
    Finding::error("untrusted-environment", message)
        .in_file(TRUST)
        .help(format!(
            "make a key and let it sign: `{command}`, push it, then release the environment again"
        ))
}

/// Whether verification looks at a path: whatever Argo CD or this tool reads.
pub fn is_judged(path: &str) -> bool {
    let folders = [branch::APPS, branch::ARGOCD, branch::RECORDS];
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    path == branch::ATTRIBUTES || folders.into_iter().any(below)
}

/// Every unit that has anything on the branch, with its paths.
fn units<'a>(facts: &BranchFacts<'a>) -> BTreeMap<String, BTreeSet<&'a str>> {
    let mut units: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    // what another repository holds is nobody's file here, and told as that
    let is_file = |(path, entry): &(&str, &Entry)| is_judged(path) && **entry != Entry::Submodule;
    for (path, _) in facts.files.entries().filter(is_file) {
        units.entry(unit_of(path).to_owned()).or_default().insert(path);
    }
    units.entry(ENVIRONMENT_UNIT.to_owned()).or_default();
    units
}

/// The unit that a path belongs to.
fn unit_of(path: &str) -> &str {
    let Some((folder, rest)) = path.split_once('/') else {
        return ENVIRONMENT_UNIT;
    };
    match rest.split_once('/') {
        Some((unit, _)) if folder != branch::ARGOCD => unit,
        Some(_) => rest,
        None => {
            let name = rest.strip_suffix(".yaml").unwrap_or(rest);
            // the environment has several Argo CD objects, all of whose names begin so
            if name.starts_with('_') { ENVIRONMENT_UNIT } else { name }
        }
    }
}

/// What is hostile about the tree, whoever signed it. Plain files of people stay theirs; links and commits of other
/// repositories do not, since Argo CD looks for them everywhere.
fn tree_findings(facts: &BranchFacts<'_>) -> Vec<Finding> {
    let mut findings = facts.files.findings();
    let is_theirs = |finding: &Finding| !finding.location.as_ref().is_some_and(|place| is_judged(&place.file));
    // other repositories are told below, among what is no plain file
    findings.retain(|finding| match &*finding.rule {
        "oversized-file" => !is_theirs(finding),
        rule => rule != "submodule",
    });
    let is_told = |(path, irregular): &(&String, &Irregular)| is_judged(path) || **irregular != Irregular::Executable;
    for (path, irregular) in facts.irregular.iter().filter(is_told) {
        let found = |what| format!("expected a plain file at `{path}`, found {what}");
        let finding = match irregular {
            Irregular::Executable => Finding::error("file-mode", found("one that may be executed")),
            Irregular::Link => Finding::error("symbolic-link", found("a symbolic link")),
            Irregular::Submodule => Finding::error("submodule", found("a commit of another repository")),
        };
        findings.push(finding.in_file(path));
    }
    for (path, _) in facts.files.entries() {
        let reason = if is_judged(path) {
            suspicious(path)
        } else {
            astray(path)
        };
        if let Some(reason) = reason {
            let message = format!("the path `{}` {reason}", spelt(path));
            findings.push(Finding::error("unsafe-path", message).in_file(path));
        }
    }
    // a link is told once
    findings.sort();
    findings.dedup_by(|one, other| one.rule == other.rule && one.location == other.location);
    findings
}

/// Why no release of ours would have written a path.
fn suspicious(path: &str) -> Option<&'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if !path.chars().all(is_plain) {
        return Some("has a character that no file of a release has");
    }
    astray(path)
}

/// Why a path leads elsewhere, whatever stands there.
fn astray(path: &str) -> Option<&'static str> {
    let parts: Vec<String> = path.split(['/', '\\']).map(folded).collect();
    let is_git = |part: &String| part == ".git" || part.starts_with("git~");
    if parts.iter().any(is_git) {
        return Some("leads into a repository");
    }
    let is_read = !is_judged(path) && is_judged(&parts.join("/"));
    is_read.then_some("is one that Argo CD reads, on systems that do not tell the two names apart")
}

/// A name as file systems may look for it: without regard to case, points and spaces at its end (NTFS), and characters
/// that show nothing (HFS+).
fn folded(name: &str) -> String {
    let shows = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let shown: String = name.chars().filter(shows).collect();
    // some letters have no lower case of their own but share an upper one: `ſ`
    shown.trim_end_matches(['.', ' ']).to_uppercase().to_lowercase()
}

/// A path with everything but ASCII escaped, so that look-alikes show.
fn spelt(path: &str) -> String {
    let show = |c: char| {
        if c.is_ascii_graphic() {
            c.to_string()
        } else {
            c.escape_unicode().to_string()
        }
    };
    path.chars().map(show).collect()
}

/// The bytes of a plain file.
fn bytes<'a>(facts: &BranchFacts<'a>, path: &str) -> Option<&'a Arc<[u8]>> {
    facts.files.get(path)
}
