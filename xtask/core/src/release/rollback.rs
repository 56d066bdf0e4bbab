//! Rollback: which release to go back to, whether that is safe, and the files that bring it back.

mod again;
mod aim;
mod application;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ledger::{Override, Recorded};
use super::{CommitPlan, DryCommit, HydratorMetadata, PreviousUnit};
use crate::artifact::{self, Generator, Inventory, Kind, Predicate, Statement, TupleRecord, payload};
use crate::model::{AgentName, Digest, EnvironmentName, Finding, one_line, shell_quoted};
use crate::workspace::files::{HoldFile, PreviousRelease, ReleaseFile, RetrievalFile};
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};
use crate::yaml;

pub use super::judged::blocked_in;
pub use again::{Standing, repeated, standing};
pub use aim::{Aim, Aims, Past, Unfit, aims, blocked_target, is_named, nothing_differs};

/// An index that was built anew under the same name answers only those who ask with the new embedding. Settings that
/// cannot be read prove nothing.
pub fn unsafe_index(agent: &AgentName, now: Option<&RetrievalFile>, then: Option<&RetrievalFile>) -> Option<Finding> {
    let message = match (now, then) {
        (Some(now), Some(then)) if now.index != then.index || now.embedding == then.embedding => return None,
        (Some(now), Some(then)) => format!(
            "the index `{}` of `{agent}` was migrated from `{}` ({}) to `{}` ({}), and the earlier release asks with the old one",
            now.index, then.embedding.model, then.embedding.dimension, now.embedding.model, now.embedding.dimension
        ),
        _ => format!(
            "the retrieval settings of `{agent}` cannot be read, so nobody can tell whether its index was migrated"
        ),
    };
    Some(
        Finding::error("unsafe-rollback", message)
            .help("restore the old index first and pass `--accept`, or go back to a release with the same embedding"),
    )
}

/// A rollback that was decided on.
#[derive(Clone, Debug)]
pub struct Rollback<'a> {
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// The agent.
    pub agent: &'a AgentName,
    /// What to go back to.
    pub target: &'a Recorded,
    /// What the target's commit has of the unit.
    pub then: &'a PreviousUnit,
    /// The tuple that it has.
    pub record: &'a TupleRecord,
    /// What the tip has of the unit.
    pub now: &'a PreviousUnit,
    /// The Application that gets a notice: that of the tip where somebody has signed it, or else the target's.
    pub application: &'a PreviousUnit,
    /// What the tip has of the environment's own unit.
    pub own: &'a PreviousUnit,
    /// The files of that unit as they were signed. What stands there is not looked at: it is not for a rollback to sign.
    pub own_files: &'a BTreeMap<String, Digest>,
    /// The dry commit that the environment is at.
    pub dry: &'a DryCommit,
    /// The repository that people edit.
    pub repo_url: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Checks that a person set aside.
    pub overrides: &'a [Override],
    /// The tool's version.
    pub version: &'a str,
}

impl Rollback<'_> {
    /// The environment commit: manifest and tuple as they were, everything that tells of them new.
    pub fn commit(&self) -> CommitPlan {
        let unit = self.agent.as_str();
        let mut own = self.own.inventory().unwrap_or_else(|| Inventory {
            sequence: 0,
            files: BTreeMap::new(),
            objects: Vec::new(),
            units: BTreeMap::new(),
        });
        own.sequence += 1;
        let files = self.files(own.sequence);
        let statement = self.statement(&files, own.sequence, own.units.get(unit).copied());
        own.units.insert(unit.to_owned(), Digest::of(&statement));
        let (number, own) = (own.sequence, pretty(&own));
        let mut own_files = self.own_files.clone();
        own_files.insert(branch::inventory(ENVIRONMENT_UNIT), Digest::of(&own));
        let statements = [
            (unit.to_owned(), statement.into()),
            (
                ENVIRONMENT_UNIT.to_owned(),
                self.own_statement(&own_files, number).into(),
            ),
        ];
        let mut change: BTreeMap<_, _> = files.into_iter().map(|(path, bytes)| (path, Some(bytes))).collect();
        change.insert(branch::inventory(ENVIRONMENT_UNIT), Some(own));
        // signatures of what stood here say nothing of what stands here now
        for (unit, side) in [(unit, self.now), (ENVIRONMENT_UNIT, self.own)] {
            if side.bundle.is_some() {
                change.insert(branch::bundle(unit), None);
                change.insert(branch::provenance(unit), None);
            }
        }
        CommitPlan {
            message: self.message(),
            sequence: number,
            files: change,
            statements: statements.into(),
        }
    }

    fn files(&self, sequence: u64) -> BTreeMap<String, Arc<[u8]>> {
        let unit = self.agent.as_str();
        let mut files: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
        let kept = [
            (branch::manifest(unit), &self.then.manifest),
            (branch::tuple(unit), &self.then.tuple),
        ];
        files.extend(
            kept.into_iter()
                .filter_map(|(path, bytes)| Some((path, bytes.clone()?))),
        );
        files.insert(branch::metadata(unit), pretty(&self.metadata()));
        files.insert(branch::readme(unit), self.readme().into_bytes().into());
        files.extend(application::restored(self.application, self.record, self.reason));
        let inventory = Inventory {
            sequence,
            files: files
                .iter()
                .map(|(path, bytes)| (path.clone(), Digest::of(bytes)))
                .collect(),
            objects: self
                .then
                .inventory()
                .map(|inventory| inventory.objects)
                .unwrap_or_default(),
            units: BTreeMap::new(),
        };
        files.insert(branch::inventory(unit), pretty(&inventory));
        files
    }

    fn statement(&self, files: &BTreeMap<String, Arc<[u8]>>, sequence: u64, previous: Option<Digest>) -> Vec<u8> {
        let generator = Generator::lockstep(self.version);
        let predicate = Predicate {
            kind: Kind::Rollback,
            previous,
            rollback: Some(artifact::Rollback {
                to: self.target.release.commit.clone(),
                reason: self.reason.to_owned(),
            }),
            ..Predicate::of_agent(self.record, sequence, generator)
        };
        Statement::new(files, predicate).bytes()
    }

    fn own_statement(&self, files: &BTreeMap<String, Digest>, sequence: u64) -> Vec<u8> {
        let generator = Generator::lockstep(self.version);
        let input = self.own.input_digest().unwrap_or_else(|| Digest::of(b""));
        let previous = self.own.bundle.as_deref().and_then(payload);
        let predicate = Predicate {
            previous: previous.map(|payload| Digest::of(&payload)),
            ..Predicate::of_environment(self.environment, ENVIRONMENT_UNIT, input, sequence, generator)
        };
        Statement::of_digests(files, predicate).bytes()
    }

    fn metadata(&self) -> HydratorMetadata {
        let command = format!(
            "cargo xtask rollback {} --environment {} --to {} --reason {}",
            self.agent,
            self.environment,
            self.target.release.commit,
            shell_quoted(&one_line(self.reason))
        );
        HydratorMetadata {
            tuple_id: Some(self.record.id),
            input_digest: Some(self.record.input_digest),
            rollback_of: Some(self.target.release.commit.clone()),
            ..HydratorMetadata::new(self.dry, self.repo_url, command)
        }
    }

    fn readme(&self) -> String {
        format!(
            "# {agent} in {environment}\n\nVersion `{version}`, tuple `{tuple}`, brought back from `{commit}`.\n\n\
             > {reason}\n\n\
             Manifest and tuple are those of that commit, byte for byte. The unit is held until somebody resumes it:\n\n\
             ```\ngit show {commit}:{manifest}\ncargo xtask history {agent} --environment {environment}\n\
             cargo xtask resume {agent} --environment {environment} --reason \"…\"\n```\n",
            agent = self.agent,
            environment = self.environment,
            version = self.record.version,
            tuple = self.record.id,
            commit = self.target.release.commit,
            reason = self.reason.replace('\n', "\n> "),
            manifest = branch::manifest(self.agent.as_str()),
        )
    }

    /// The message, from which the ledger can be mended.
    fn message(&self) -> String {
        let (agent, record) = (self.agent, self.record);
        let mut text = format!("{}: Roll back {agent} to {}\n\n", self.dry.short(), record.version);
        text.push_str(&format!("{}\n\n", self.reason.trim()));
        let mut trailer = |key: &str, value: &str| text.push_str(&format!("{key}: {value}\n"));
        trailer("Dry-sha", &self.dry.id);
        trailer("Tuple-id", &format!("{agent}={}", record.id));
        trailer("Input-digest", &format!("{agent}={}", record.input_digest));
        trailer("Rollback-of", &format!("{agent}={}", self.target.release.commit));
        trailer("Rollback-reason", &format!("{agent}={}", one_line(self.reason)));
        for aside in self.overrides {
            trailer(
                "Overridden",
                &format!("{agent}={} {}", aside.check, one_line(&aside.message)),
            );
        }
        trailer("Lockstep-version", self.version);
        for (key, value) in self.dry.trailers(self.repo_url) {
            trailer(&key, &value);
        }
        text
    }

    /// The release file that says the same, so that a later release does not bring back what was rolled back.
    pub fn release_file(&self, old: Option<&ReleaseFile>, kept: usize) -> ReleaseFile {
        let is_target = |release: &PreviousRelease| {
            release.id == self.record.id && release.version.to_string() == self.record.version.to_string()
        };
        let mut previous = super::promotion::previous(old, kept);
        previous.retain(|release| !is_target(release));
        ReleaseFile {
            version: self.record.version.clone(),
            id: self.record.id,
            promoted_from: None,
            tuple: self.record.tuple.clone(),
            previous,
        }
    }
}

/// A hold's text, with the line by which an editor checks it.
pub fn hold_text(hold: &HoldFile) -> String {
    format!(
        "# yaml-language-server: $schema=../../../schemas/hold.schema.json\n{}",
        yaml::write_typed(hold)
    )
}

fn pretty<T: serde::Serialize>(value: &T) -> Arc<[u8]> {
    let mut text = serde_json::to_string_pretty(value).expect("our records have string keys");
    text.push('\n');
    text.into_bytes().into()
}
