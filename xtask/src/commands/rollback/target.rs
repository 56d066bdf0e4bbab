//! Which release a rollback goes back to: one whose signature and files hold; and what of the tip it may take over.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::artifact::TupleRecord;
use lockstep::model::{Digest, Finding};
use lockstep::release::ledger::{Override, Recorded};
use lockstep::release::rollback::nothing_differs;
use lockstep::release::{PreviousUnit, recorded};
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch, ledger};

use super::refused::{Refusal, Refused};
use crate::commands::branches::units;
use crate::commands::checks;
use crate::commands::unit::UnitOf;
use crate::commands::verified::Verifier;
use crate::failure::Failure;
use crate::ports::GitId;

/// Nobody may sign for the environment.
const NOBODY: &str = "untrusted-environment";

/// What chooses.
pub(super) struct Choice<'a> {
    pub(super) unit: &'a UnitOf,
    pub(super) verifier: &'a Verifier<'a>,
    /// The newest commit of the environment's branch.
    pub(super) newest: &'a GitId,
    /// Checks that a person set aside.
    pub(super) aside: &'a [String],
    /// What runs, where a release that is the same is none to go back to.
    pub(super) other_than: Option<&'a PreviousUnit>,
}

/// The release to go back to.
pub(super) struct Target {
    pub(super) release: Recorded,
    /// What its commit has of the unit.
    pub(super) then: PreviousUnit,
    /// The tuple that it has.
    pub(super) record: TupleRecord,
    /// What is worth knowing: releases that were passed over, and checks that were set aside.
    pub(super) findings: Vec<Finding>,
    pub(super) overrides: Vec<Override>,
}

/// Manifest and tuple of a commit that brought another signature.
struct Version {
    commit: GitId,
    files: Vec<Option<Arc<[u8]>>>,
}

/// What of the tip is as it was signed.
pub(super) struct Tip {
    /// The files of the environment's own unit; none where a person set the check of its signature aside.
    pub(super) own_files: Option<BTreeMap<String, Digest>>,
    /// Whether the unit's Application is.
    pub(super) application: bool,
}

impl Choice<'_> {
    /// The first of these that holds; why the first does not where none does.
    pub(super) fn target(&self, aims: Vec<Recorded>) -> Result<Result<Target, Vec<Finding>>, Failure> {
        let (environment, agent) = (self.unit.environment(), &self.unit.agent);
        let mut is_alike = false;
        let mut refused = Refused::default();
        let mut past = None;
        for release in aims {
            match self.held_to(&release, &mut past)? {
                Ok(target) if self.other_than.is_some_and(|now| is_same(now, &target.then)) => is_alike = true,
                Ok(mut target) => {
                    target.findings.extend(refused.passed_over(agent));
                    return Ok(Ok(target));
                }
                // nobody who could be believed has signed the others either
                Err(Refusal::Unproved(findings)) if findings.iter().any(|finding| finding.rule == NOBODY) => {
                    return Ok(Err(findings));
                }
                Err(refusal) => refused.push(release, refusal),
            }
        }
        if is_alike && refused.is_empty() {
            return Ok(Err(vec![nothing_differs(environment, agent)]));
        }
        Ok(Err(refused.finding(environment, agent).into_iter().collect()))
    }

    /// A release as its commit holds it, if it is what somebody who may has signed.
    fn held_to(&self, release: &Recorded, past: &mut Option<Vec<Version>>) -> Result<Result<Target, Refusal>, Failure> {
        let (environment, agent) = (self.unit.environment(), &self.unit.agent);
        let mut commit = GitId(release.release.commit.clone());
        let delivery = &*self.unit.delivery;
        let mut findings = self.found(&commit)?;
        if findings.iter().any(Finding::is_error)
            && let Some((anew, found)) = self.signed_anew(&commit, past)?
        {
            (commit, findings) = (anew, found);
        }
        let overrides = checks::set_aside(&mut findings, self.aside);
        if findings.iter().any(Finding::is_error) {
            findings.retain(Finding::is_error);
            return Ok(Err(Refusal::Unproved(findings)));
        }
        let then = units(delivery, &commit, &[agent.as_str()])?.remove(0);
        Ok(match recorded(environment, agent, &then) {
            Ok(record) if record.id != release.release.tuple || record.version != release.release.version => {
                Err(Refusal::Other(Box::new(self.unit.about(another(release, &record)))))
            }
            Ok(record) => Ok(Target {
                release: release.clone(),
                then,
                record,
                findings,
                overrides,
            }),
            Err(finding) => Err(Refusal::Other(finding)),
        })
    }

    /// What is wrong with the unit at a commit.
    fn found(&self, commit: &GitId) -> Result<Vec<Finding>, Failure> {
        let environment = self.unit.environment();
        self.verifier
            .findings(&*self.unit.delivery, environment, commit, &[self.unit.agent.as_str()])
    }

    /// The newest commit that holds manifest and tuple of a release byte for byte under another signature, one that holds:
    /// a release is signed anew when its key was revoked, or when there was no key at first, and the ledger knows of none.
    fn signed_anew(
        &self,
        release: &GitId,
        past: &mut Option<Vec<Version>>,
    ) -> Result<Option<(GitId, Vec<Finding>)>, Failure> {
        let delivery = &*self.unit.delivery;
        let files = [branch::manifest, branch::tuple].map(|path| path(self.unit.agent.as_str()));
        let released = delivery.read(release, &files)?;
        let past = match past {
            Some(past) => past,
            None => past.insert(self.past(&files)?),
        };
        for version in past
            .iter()
            .filter(|version| version.commit != *release && version.files == released)
        {
            let findings = self.found(&version.commit)?;
            if !findings.iter().any(Finding::is_error) {
                return Ok(Some((version.commit.clone(), findings)));
            }
        }
        Ok(None)
    }

    /// What the branch had of the unit under each of its signatures, the newest first.
    fn past(&self, files: &[String]) -> Result<Vec<Version>, Failure> {
        let delivery = &*self.unit.delivery;
        let past = delivery.history(self.newest, &branch::bundle(self.unit.agent.as_str()))?;
        let version = |commit: GitId| {
            let files = delivery.read(&commit, files)?;
            Ok(Version { commit, files })
        };
        past.versions.into_iter().map(|past| version(past.commit)).collect()
    }

    /// What of the tip a rollback goes on from; a list of units that nobody signed is none to go on from.
    pub(super) fn tip(&self, own: &PreviousUnit, now: &PreviousUnit) -> Result<(Tip, Vec<Finding>), Failure> {
        let (environment, agent) = (self.unit.environment(), self.unit.agent.as_str());
        let inventory = branch::inventory(ENVIRONMENT_UNIT);
        let digest = |bytes: &Option<_>| bytes.as_deref().map(Digest::of);
        let vouched = self
            .verifier
            .vouched(environment, ENVIRONMENT_UNIT, own.bundle.as_deref())?;
        let vouched = match vouched {
            Ok(vouched) if vouched.files.get(&inventory).copied() == digest(&own.inventory) => vouched,
            other => {
                let finding = other.map_or_else(|finding| *finding, |_| changed(&inventory, environment.as_str()));
                let tip = Tip {
                    own_files: None,
                    application: true,
                };
                return Ok((tip, vec![finding]));
            }
        };
        let path = branch::argocd(agent);
        let there = now.argocd.get(&path).map(|bytes| Digest::of(bytes));
        let listed = own.inventory().and_then(|list| list.units.get(agent).copied());
        let signed = self.verifier.vouched(environment, agent, now.bundle.as_deref())?;
        let application =
            signed.is_ok_and(|signed| Some(signed.statement) == listed && signed.files.get(&path).copied() == there);
        let tip = Tip {
            own_files: Some(vouched.files),
            application,
        };
        Ok((tip, Vec::new()))
    }
}

/// Whether a release has what runs, byte for byte: an agent that was taken out and came back, for example.
pub(super) fn is_same(now: &PreviousUnit, then: &PreviousUnit) -> bool {
    now.manifest == then.manifest && now.input_digest() == then.input_digest()
}

/// An event of the ledger that tells of another release than its commit holds: somebody made it up.
fn another(release: &Recorded, record: &TupleRecord) -> Finding {
    let (version, commit) = (&release.release.version, &release.release.commit);
    let message = format!(
        "the ledger tells of {version} at the commit `{}`, which holds {}",
        commit.get(..12).unwrap_or(commit),
        record.version
    );
    Finding::error("broken-ledger", message)
        .in_file(ledger::BRANCH)
        .help(format!("see who wrote it: `git log {}`", ledger::BRANCH))
}

fn changed(path: &str, environment: &str) -> Finding {
    Finding::error("changed-file", format!("`{path}` is not what was signed"))
        .in_file(path)
        .unit(environment, ENVIRONMENT_UNIT)
        .help("restore the branch, or release the environment again with `--resign`")
}
