//! Events of the ledger, signed several at once: an in-toto Statement v1 about their files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json;
use super::statement::{Generator, STATEMENT_TYPE, Subject, SubjectDigest};
use super::trust::{Trust, TrustedSigner};
use super::verification::{CheckCertificate, MAX_SUBJECTS, believed, outline};
use crate::model::{Digest, EnvironmentName, Problem, canonical_json};

/// What the predicate about events is called.
pub const EVENTS_PREDICATE: &str = "https://lockstep.dev/events/v1";
/// Most events that one signature is about.
pub const MOST_EVENTS: usize = MAX_SUBJECTS;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventsStatement {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: EventsPredicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventsPredicate {
    /// How far each environment was, as the signer knew it: what a signer may sign is bounded by these numbers.
    releases: BTreeMap<EnvironmentName, u64>,
    generator: Generator,
}

/// Events that somebody in the trust file has signed.
#[derive(Clone, Debug)]
pub struct SignedEvents<'a> {
    digests: BTreeMap<String, Digest>,
    releases: BTreeMap<EnvironmentName, u64>,
    signers: Vec<&'a TrustedSigner>,
    signed: Option<i64>,
}

/// What is signed of events: their files by path and digest, and how far each environment was.
pub fn events_statement(
    files: &BTreeMap<String, Digest>,
    releases: &BTreeMap<EnvironmentName, u64>,
    generator: Generator,
) -> Vec<u8> {
    let subject = |(name, digest): (&String, &Digest)| Subject {
        name: name.clone(),
        digest: SubjectDigest { sha256: digest.hex() },
    };
    canonical_json(&EventsStatement {
        statement_type: STATEMENT_TYPE.to_owned(),
        subject: files.iter().map(subject).collect(),
        predicate_type: EVENTS_PREDICATE.to_owned(),
        predicate: EventsPredicate {
            releases: releases.clone(),
            generator,
        },
    })
}

/// Checks form and signature of a bundle about events. Whether the signer may sign one of them is for
/// [`SignedEvents::refusal`] to say.
pub fn check_events<'a>(
    bytes: &[u8],
    trust: &'a Trust,
    certificate: CheckCertificate<'_>,
) -> Result<SignedEvents<'a>, Problem> {
    let (payload, signers, signed) = believed(bytes, trust, certificate)?;
    outline(&payload, EVENTS_PREDICATE)?;
    let malformed = |message: String| Problem::error("malformed-statement", "", message);
    let statement: EventsStatement = json::read(&payload, malformed)?;
    if statement.subject.len() > MOST_EVENTS {
        let message = format!(
            "expected at most {MOST_EVENTS} subjects, found {}",
            statement.subject.len()
        );
        return Err(Problem::error("too-many-subjects", "/subject", message));
    }
    if canonical_json(&statement) != payload {
        let message = "expected canonical JSON (RFC 8785), found the same in another form";
        return Err(json::duplicate(&payload).unwrap_or_else(|| malformed(message.to_owned())));
    }
    let digests = statement.subject.iter();
    Ok(SignedEvents {
        digests: digests
            .filter_map(|subject| Some((subject.name.clone(), subject.sha256()?)))
            .collect(),
        releases: statement.predicate.releases,
        signers,
        signed,
    })
}

impl SignedEvents<'_> {
    /// Whether it is about this file.
    pub fn covers(&self, path: &str, digest: Digest) -> bool {
        self.digests.get(path) == Some(&digest)
    }

    /// How far an environment was, as the signer says.
    pub fn release(&self, environment: &EnvironmentName) -> u64 {
        self.releases.get(environment).copied().unwrap_or_default()
    }

    /// Who signed it: the name of the first entry.
    pub fn signer(&self) -> &str {
        self.signers.first().map_or("", |signer| &signer.name)
    }

    /// What keeps everybody who signed from signing an event of this unit; the first entry's reason.
    pub fn refusal(&self, environment: Option<&EnvironmentName>, unit: &str, now: i64) -> Option<Problem> {
        let mut first = None;
        for signer in &self.signers {
            let refusal = signer.event_refusal(environment, unit, &self.releases, (now, self.signed))?;
            first = first.or(Some(refusal));
        }
        first
    }
}

impl TrustedSigner {
    /// What keeps the signer from signing an event of this unit while the environments are so far; `now` and the time of
    /// the signature are seconds since 1970. An event about an agent wherever it runs is for whoever may sign for the
    /// agent anywhere.
    pub fn event_refusal(
        &self,
        environment: Option<&EnvironmentName>,
        unit: &str,
        releases: &BTreeMap<EnvironmentName, u64>,
        (now, signed): (i64, Option<i64>),
    ) -> Option<Problem> {
        let environments = match environment {
            Some(environment) => std::slice::from_ref(environment),
            None => &self.environments,
        };
        let mut first = None;
        for environment in environments {
            let last = releases.get(environment).copied().unwrap_or_default();
            // an event belongs to the last release, or to what comes before the next one
            for number in [last, last + 1] {
                let refusal = self.refusal(environment, unit, number, now, signed)?;
                first = first.or(Some(refusal));
            }
        }
        first.or_else(|| {
            let message = format!("`{}` may sign for no environment", self.name);
            Some(Problem::error("signer-not-admitted", "", message))
        })
    }
}
