//! The ledger's laws: names, chains, schemas, and what events add up to.

mod chains;
mod incidents;
mod replay;
mod schema;

use super::{Draft, Fact, Head, Reason, ReleaseName, Released, Sealed, seal};
use crate::model::{Digest, EnvironmentName, Timestamp, Version};

/// A release of a label; its tuple and its commit are named after it.
fn name(version: &str) -> ReleaseName {
    ReleaseName {
        version: Version::parse(version).unwrap(),
        tuple: Digest::of(version.as_bytes()),
        commit: commit(version),
    }
}

fn commit(word: &str) -> String {
    Digest::of(word.as_bytes()).hex()[..40].to_owned()
}

fn released(version: &str) -> Fact {
    Fact::Released(Box::new(Released {
        release: name(version),
        input_digest: Digest::of(b"input"),
        inventory: Digest::of(b"inventory"),
        dry_commit: commit("dry"),
        image: "registry.example.com/assistant@sha256:11".to_owned(),
        namespace: "shop".to_owned(),
        promoted_from: None,
        started: None,
    }))
}

fn held(reason: &str) -> Fact {
    Fact::Held(Reason {
        reason: reason.to_owned(),
    })
}

/// These facts as events of one unit, a minute apart.
fn chain(facts: Vec<Fact>) -> Vec<Sealed> {
    let mut head = Head::default();
    let draft = |(minute, fact)| Draft {
        environment: Some(EnvironmentName::new("production").unwrap()),
        unit: "assistant".to_owned(),
        time: Timestamp::utc(1_700_000_000 + 60 * minute),
        by: "Ann <ann@example.com>".to_owned(),
        recovered: false,
        fact,
    };
    (0_i64..)
        .zip(facts)
        .map(draft)
        .map(|draft| seal(draft, &mut head))
        .collect()
}

fn history(events: &[Sealed]) -> super::UnitHistory {
    let files = events
        .iter()
        .map(|event| (event.path.clone(), event.bytes.clone().into()));
    super::UnitHistory::new(files.collect())
}
