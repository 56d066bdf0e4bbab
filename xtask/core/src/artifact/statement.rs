//! The statement of a release: what was released where, as an in-toto Statement v1 in canonical JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TupleRecord;
use crate::model::{Digest, EnvironmentName, Overrides, Tuple, Version, canonical_json};

/// What every in-toto Statement v1 calls itself.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// What the predicate of a release is called.
pub const RELEASE_PREDICATE: &str = "https://lockstep.dev/release/v1";

/// A release of one unit: its files by name and digest, and what they are a release of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Release statement")]
pub struct Statement {
    /// `https://in-toto.io/Statement/v1`
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// Every file of the unit, by name.
    pub subject: Vec<Subject>,
    /// `https://lockstep.dev/release/v1`
    pub predicate_type: String,
    /// What they are a release of.
    pub predicate: Predicate,
}

/// A file by name and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its path on the environment branch.
    pub name: String,
    /// Its digest.
    pub digest: SubjectDigest,
}

/// A digest as in-toto writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectDigest {
    /// 64 lower-case hexadecimal digits, without a prefix.
    pub sha256: String,
}

impl Subject {
    /// The digest, if it is written as in-toto wants it.
    pub fn sha256(&self) -> Option<Digest> {
        Digest::parse(&format!("sha256:{}", self.digest.sha256))
    }
}

/// The digest of the first file that a statement is about, whatever it says of it; nothing of it is to be believed yet.
pub fn first_subject(payload: &[u8]) -> Option<Digest> {
    /// Of a statement, what every predicate has.
    #[derive(Deserialize)]
    struct Outline {
        subject: Vec<Subject>,
    }
    let outline: Outline = serde_json::from_slice(payload).ok()?;
    outline.subject.first()?.sha256()
}

/// What a release is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Predicate {
    /// The environment.
    pub environment: EnvironmentName,
    /// The agent, or `_environment` for what the environment has of its own.
    pub agent: String,
    /// Number of the environment commit that wrote it, from 1.
    pub sequence: u64,
    /// Digest of the unit's statement before this one; absent in its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// How it came about.
    pub kind: Kind,
    /// Where it was promoted from; of a promotion alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Promotion>,
    /// What it goes back to; of a rollback alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// The label of the release; of an agent alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What runs; of an agent alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuple: Option<ReleasedTuple>,
    /// What the environment replaces in the tuple.
    #[serde(default)]
    pub overrides: Overrides,
    /// SHA-256 of everything that the unit was rendered from.
    pub input_digest: Digest,
    /// The tool that made it.
    pub generator: Generator,
}

/// How a release came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The candidate, a release file that stayed, other values or templates.
    #[default]
    Release,
    /// A tuple that came from the environment before.
    Promotion,
    /// A tuple that ran here earlier.
    Rollback,
}

impl Kind {
    /// The kind in one word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Release => "release",
            Kind::Promotion => "promotion",
            Kind::Rollback => "rollback",
        }
    }
}

/// Where a tuple was promoted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Promotion {
    /// The environment.
    pub environment: EnvironmentName,
    /// The commit of its branch.
    pub commit: String,
}

/// What a rollback goes back to, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollback {
    /// The commit of this environment's branch whose release is restored.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// A tuple with its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleasedTuple {
    /// The SHA-256 of the components' canonical JSON.
    pub id: Digest,
    /// The components.
    pub components: Tuple,
}

/// The tool that made a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Generator {
    /// `lockstep`
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Generator {
    /// This tool at a version.
    pub fn lockstep(version: &str) -> Generator {
        Generator {
            name: "lockstep".to_owned(),
            version: version.to_owned(),
        }
    }
}

impl Predicate {
    /// The plain release of an agent; kind and previous statement are the caller's to add.
    pub fn of_agent(record: &TupleRecord, sequence: u64, generator: Generator) -> Predicate {
        Predicate {
            version: Some(record.version.clone()),
            tuple: Some(ReleasedTuple {
                id: record.id,
                components: record.tuple.clone(),
            }),
            overrides: record.overrides.clone(),
            ..Predicate::of_environment(
                &record.environment,
                record.agent.as_str(),
                record.input_digest,
                sequence,
                generator,
            )
        }
    }

    /// The plain release of a unit without a tuple.
    pub fn of_environment(
        environment: &EnvironmentName,
        unit: &str,
        input_digest: Digest,
        sequence: u64,
        generator: Generator,
    ) -> Predicate {
        Predicate {
            environment: environment.clone(),
            agent: unit.to_owned(),
            sequence,
            previous: None,
            kind: Kind::Release,
            promotion: None,
            rollback: None,
            version: None,
            tuple: None,
            overrides: Overrides::default(),
            input_digest,
            generator,
        }
    }
}

impl Statement {
    /// The statement about these files.
    pub fn new(files: &BTreeMap<String, Arc<[u8]>>, predicate: Predicate) -> Statement {
        let digest = |(name, bytes): (&String, &Arc<[u8]>)| (name.clone(), Digest::of(bytes));
        Statement::of_digests(&files.iter().map(digest).collect(), predicate)
    }

    /// The statement about files with these digests.
    pub fn of_digests(files: &BTreeMap<String, Digest>, predicate: Predicate) -> Statement {
        let subject = |(name, digest): (&String, &Digest)| Subject {
            name: name.clone(),
            digest: SubjectDigest { sha256: digest.hex() },
        };
        Statement {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject: files.iter().map(subject).collect(),
            predicate_type: RELEASE_PREDICATE.to_owned(),
            predicate,
        }
    }

    /// What is signed: the same statement always has the same bytes.
    pub fn bytes(&self) -> Vec<u8> {
        canonical_json(self)
    }
}
