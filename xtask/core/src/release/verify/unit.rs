//! One unit: its signature, its statement, and its files against the statement.

use std::collections::{BTreeMap, BTreeSet};

use super::{BranchFacts, Judge, VerifiedUnit, bytes};
use crate::artifact::{self, BuildRun, Signed, Subject, TupleRecord};
use crate::model::{Digest, EnvironmentName, Finding, Problem};
use crate::release::HydratorMetadata;
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};

/// A unit after its own check.
pub(super) struct Checked<'a> {
    pub(super) unit: String,
    /// What it says of itself, if somebody who may has signed that.
    pub(super) signed: Option<Signed<'a>>,
    /// The run that made it, if a provenance says so.
    run: Option<BuildRun>,
    pub(super) findings: Vec<Finding>,
}

/// Checks a unit that has these paths on the branch.
pub(super) fn check<'a>(facts: &BranchFacts<'_>, judge: &Judge<'a>, unit: &str, paths: &BTreeSet<&str>) -> Checked<'a> {
    let mut checked = Checked {
        unit: unit.to_owned(),
        signed: None,
        run: None,
        findings: Vec::new(),
    };
    let place = branch::bundle(unit);
    let Some(bundle) = bytes(facts, &place) else {
        checked.findings.extend(unsigned(facts, unit, paths));
        return checked;
    };
    match signed(facts.environment, unit, bundle, judge) {
        Ok(signed) => {
            checked.findings = Files::new(facts, unit, paths, &signed).findings();
            match provenance(facts, judge, unit, &signed) {
                Ok(run) => checked.run = run,
                Err(finding) => checked.findings.push(*finding),
            }
            checked.signed = Some(signed);
        }
        Err(problem) => checked
            .findings
            .push(finding(facts.environment, unit, problem).in_file(place)),
    }
    checked
}

/// The run that made a unit, where there is a provenance beside its release.
fn provenance(
    facts: &BranchFacts<'_>,
    judge: &Judge<'_>,
    unit: &str,
    release: &Signed<'_>,
) -> Result<Option<BuildRun>, Box<Finding>> {
    let place = branch::provenance(unit);
    let Some(found) = bytes(facts, &place) else {
        return Ok(None);
    };
    let metadata = bytes(facts, &branch::metadata(unit));
    let metadata = metadata.and_then(|bytes| serde_json::from_slice::<HydratorMetadata>(bytes).ok());
    let commit = metadata.as_ref().map(|metadata| metadata.dry_sha.as_str());
    artifact::check_provenance(found, release, commit, (judge.trust, judge.now), judge.certificate)
        .map(Some)
        .map_err(|problem| Box::new(finding(facts.environment, unit, problem).in_file(place)))
}

/// What somebody who may has signed of a unit.
fn signed<'a>(
    environment: &EnvironmentName,
    unit: &str,
    bundle: &[u8],
    judge: &Judge<'a>,
) -> Result<Signed<'a>, Problem> {
    let signed = artifact::check(bundle, judge.trust, judge.certificate)?;
    is_of(&signed, environment, unit)?;
    match artifact::authority(&signed, judge.now) {
        Some(problem) => Err(problem),
        None => Ok(signed),
    }
}

/// What a unit's statement vouches for, if somebody who may has signed it.
#[derive(Clone, Debug)]
pub struct Vouched {
    /// Digest of the statement.
    pub statement: Digest,
    /// The files that it names, with their digests.
    pub files: BTreeMap<String, Digest>,
}

/// What the statement of a unit vouches for.
pub fn vouched(
    environment: &EnvironmentName,
    unit: &str,
    bundle: Option<&[u8]>,
    judge: &Judge<'_>,
) -> Result<Vouched, Box<Finding>> {
    if !judge.trust.covers(environment) {
        return Err(Box::new(super::untrusted(judge.trust, environment)));
    }
    let Some(bundle) = bundle else {
        return Err(Box::new(missing_signature(environment, unit)));
    };
    let signed = signed(environment, unit, bundle, judge)
        .map_err(|problem| Box::new(finding(environment, unit, problem).in_file(branch::bundle(unit))))?;
    let subjects = signed.statement.subject.iter();
    Ok(Vouched {
        statement: signed.digest,
        files: subjects
            .filter_map(|subject| Some((subject.name.clone(), subject.sha256()?)))
            .collect(),
    })
}

impl Checked<'_> {
    /// What is known of the unit; `more` are findings about it from elsewhere.
    pub(super) fn verified(&self, more: &[Finding]) -> VerifiedUnit {
        let own = |finding: &&Finding| {
            let unit = finding.unit.as_deref().and_then(|unit| unit.split_once('/'));
            unit.is_some_and(|(_, unit)| unit == self.unit)
        };
        let predicate = self.signed.as_ref().map(|signed| &signed.statement.predicate);
        VerifiedUnit {
            unit: self.unit.clone(),
            holds: self.signed.is_some() && self.findings.is_empty() && !more.iter().any(|finding| own(&finding)),
            sequence: predicate.map(|predicate| predicate.sequence),
            kind: predicate.map(|predicate| predicate.kind),
            version: predicate.and_then(|predicate| Some(predicate.version.as_ref()?.to_string())),
            tuple: predicate.and_then(|predicate| Some(predicate.tuple.as_ref()?.id)),
            generator: predicate.map(|predicate| predicate.generator.version.clone()),
            rollback_of: predicate.and_then(|predicate| Some(predicate.rollback.as_ref()?.to.clone())),
            statement: self.signed.as_ref().map(|signed| signed.digest),
            run: self.run.as_ref().map(|run| run.invocation.clone()),
            signer: self
                .signed
                .as_ref()
                .and_then(|signed| Some(signed.signers.first()?.name.clone())),
        }
    }
}

/// A problem as a finding about a unit.
pub(super) fn finding(environment: &EnvironmentName, unit: &str, problem: Problem) -> Finding {
    let pointer = problem.pointer.clone();
    let mut finding = problem.finding();
    if !pointer.is_empty() {
        finding.message = format!("{} (at `{pointer}`)", finding.message);
    }
    finding.unit(environment.as_str(), unit)
}

/// Files that nothing vouches for.
fn unsigned(facts: &BranchFacts<'_>, unit: &str, paths: &BTreeSet<&str>) -> Vec<Finding> {
    let has_records = paths
        .iter()
        .any(|path| path.starts_with(&format!("{}/{unit}/", branch::RECORDS)));
    // an environment has always something of its own, so that its files are no strays
    if paths.is_empty() || has_records || unit == ENVIRONMENT_UNIT {
        return vec![missing_signature(facts.environment, unit)];
    }
    paths
        .iter()
        .map(|path| unexpected(facts.environment, unit, path))
        .collect()
}

fn missing_signature(environment: &EnvironmentName, unit: &str) -> Finding {
    let place = branch::bundle(unit);
    let message = format!("expected the signed statement of `{unit}` at `{place}`, found none");
    Finding::error("unsigned-unit", message)
        .in_file(place)
        .unit(environment.as_str(), unit)
        .help("release the environment with a key that the trust file names")
}

/// A file that no statement names.
pub(super) fn unexpected(environment: &EnvironmentName, unit: &str, path: &str) -> Finding {
    Finding::error(
        "unsigned-file",
        format!("no statement names `{path}`, and Argo CD may apply it"),
    )
    .in_file(path)
    .unit(environment.as_str(), unit)
    .help("find out who put it there, and remove it from the branch")
}

/// Whether a statement is about this unit of this environment.
fn is_of(signed: &Signed<'_>, environment: &EnvironmentName, unit: &str) -> Result<(), Problem> {
    let predicate = &signed.statement.predicate;
    if predicate.environment == *environment && predicate.agent == unit {
        return Ok(());
    }
    let message = format!(
        "expected a release of `{environment}/{unit}`, found one of `{}/{}`",
        predicate.environment, predicate.agent
    );
    Err(Problem::error("foreign-statement", "/predicate", message)
        .help("somebody put the signature of another unit here: restore the branch"))
}

/// The files of a unit against the subjects of its statement.
struct Files<'a> {
    facts: &'a BranchFacts<'a>,
    unit: &'a str,
    signed: &'a Signed<'a>,
    /// Files of the unit that are there, by path, with their digests; signatures left out.
    found: BTreeMap<&'a str, Option<Digest>>,
    /// Files that were signed.
    expected: BTreeMap<&'a str, Digest>,
}

impl<'a> Files<'a> {
    fn new(facts: &'a BranchFacts<'a>, unit: &'a str, paths: &BTreeSet<&'a str>, signed: &'a Signed<'a>) -> Files<'a> {
        let signatures = [branch::bundle(unit), branch::provenance(unit)];
        let is_content = |path: &&&str| !signatures.iter().any(|signature| signature == *path);
        Files {
            facts,
            unit,
            signed,
            found: paths
                .iter()
                .filter(is_content)
                .map(|path| (*path, bytes(facts, path).map(|bytes| Digest::of(bytes))))
                .collect(),
            expected: signed
                .statement
                .subject
                .iter()
                .filter_map(|subject: &Subject| Some((subject.name.as_str(), subject.sha256()?)))
                .collect(),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut renamed = BTreeSet::new();
        for (path, expected) in &self.expected {
            let problem = if super::unit_of(path) != self.unit || !super::is_judged(path) {
                let message = format!("`{path}` is signed as a file of this unit, and is none");
                Some(self.at(path, Finding::error("foreign-subject", message)))
            } else {
                match self.found.get(path) {
                    None => Some(self.absent(path, *expected, &mut renamed)),
                    Some(Some(found)) if found != expected => Some(self.different(path, *expected, *found)),
                    // what is no plain file is told of the tree
                    Some(_) => None,
                }
            };
            findings.extend(problem);
        }
        for path in self.found.keys() {
            if !self.expected.contains_key(path) && !renamed.contains(path) {
                findings.push(unexpected(self.facts.environment, self.unit, path));
            }
        }
        findings.extend(self.mixed());
        findings
    }

    fn at(&self, path: &str, finding: Finding) -> Finding {
        finding.in_file(path).unit(self.facts.environment.as_str(), self.unit)
    }

    fn absent(&self, path: &str, expected: Digest, renamed: &mut BTreeSet<&'a str>) -> Finding {
        let is_it = |(other, digest): &(&&'a str, &Option<Digest>)| {
            **digest == Some(expected) && !self.expected.contains_key(**other)
        };
        let finding = match self.found.iter().find(is_it) {
            Some((other, _)) => {
                renamed.insert(other);
                let message = format!("expected this file at `{path}`, found it at `{other}`");
                Finding::error("renamed-file", message)
            }
            None => {
                let message = format!("expected `{path}` with {expected}, found no file");
                Finding::error("missing-file", message)
            }
        };
        self.at(path, finding)
            .help("restore the branch, or release the environment again with `--resign`")
    }

    fn different(&self, path: &str, expected: Digest, found: Digest) -> Finding {
        let differs = format!("expected `{path}` with {expected}, found {found}");
        let twin = self
            .expected
            .iter()
            .find(|(name, digest)| **name != path && **digest == found);
        let finding = if let Some((name, _)) = twin {
            Finding::error("swapped-file", format!("{differs}, which was signed as `{name}`"))
        } else if self.is_other_tuple(path) {
            Finding::error("mixed-tuple", format!("{differs}, which tells of another tuple"))
        } else if self.differs_in_line_ends(path, expected) {
            let message = format!("{differs}: line ends or a byte order mark differ");
            Finding::error("changed-line-ends", message)
        } else {
            Finding::error("changed-file", differs)
        };
        self.at(path, finding)
            .help("find out who changed it, then restore the branch or release the environment again with `--resign`")
    }

    fn record(&self) -> Option<TupleRecord> {
        let bytes = bytes(self.facts, &branch::tuple(self.unit))?;
        serde_json::from_slice(bytes).ok()
    }

    fn is_other_tuple(&self, path: &str) -> bool {
        let signed = self.signed.statement.predicate.tuple.as_ref();
        path == branch::tuple(self.unit)
            && self
                .record()
                .zip(signed)
                .is_some_and(|(record, signed)| record.tuple != signed.components)
    }

    /// A record that was signed with a statement which says something else.
    fn mixed(&self) -> Option<Finding> {
        let path = branch::tuple(self.unit);
        if self.found.get(path.as_str())? != &self.expected.get(path.as_str()).copied() {
            return None;
        }
        let predicate = &self.signed.statement.predicate;
        let record = self.record()?;
        let signed = predicate.tuple.as_ref()?;
        let same = record.tuple == signed.components
            && record.id == signed.id
            && record.overrides == predicate.overrides
            && record.input_digest == predicate.input_digest
            && Some(&record.version) == predicate.version.as_ref();
        let message = format!("`{path}` tells of another release than the statement that names it");
        (!same).then(|| self.at(&path, Finding::error("mixed-tuple", message)))
    }

    fn differs_in_line_ends(&self, path: &str, expected: Digest) -> bool {
        let Some(bytes) = bytes(self.facts, path) else {
            return false;
        };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut plain = Vec::with_capacity(bytes.len());
        for (index, byte) in bytes.iter().enumerate() {
            if !(*byte == b'\r' && bytes.get(index + 1) == Some(&b'\n')) {
                plain.push(*byte);
            }
        }
        Digest::of(&plain) == expected
    }
}
