//! Chains: every event of a unit names the latest ones before it by digest, so none can be taken out or changed unseen.

use std::collections::BTreeMap;

use super::{Entry, Event, Fact};
use crate::model::{Digest, EnvironmentName, Timestamp};
use crate::secrets::of_json;

/// An event that has no place in a chain yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The environment; absent where the event is about an agent wherever it runs.
    pub environment: Option<EnvironmentName>,
    /// The agent, or `_environment`.
    pub unit: String,
    /// When it happened.
    pub time: Timestamp,
    /// Who did it.
    pub by: String,
    /// Whether it tells of a commit of which the ledger had lost everything.
    pub recovered: bool,
    /// What happened.
    pub fact: Fact,
}

impl Draft {
    /// What something in it looks like, if like a secret: the ledger is for everyone who may read the repository.
    pub fn secret(&self) -> Option<&'static str> {
        let fact = serde_json::to_value(&self.fact).unwrap_or_default();
        of_json("", &fact)
    }
}

/// What a new event of a unit follows: the digests of its latest events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Their number; 0 before the first.
    pub sequence: u64,
    /// Their digests.
    pub digests: Vec<Digest>,
}

impl Head {
    /// Which of a unit's events a new one follows: those with the highest number, two where writers did not know of
    /// each other.
    pub fn entries(entries: &[Entry]) -> Vec<&Entry> {
        let last = entries.iter().map(|entry| entry.sequence).max();
        entries.iter().filter(|entry| Some(entry.sequence) == last).collect()
    }
}

/// An event with its place in the chain, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// Where its file goes on the ledger's branch.
    pub path: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The event.
    pub event: Event,
}

/// The unit that an event is about.
pub type UnitKey = (Option<EnvironmentName>, String);

/// Gives a draft its place after the head of its unit, and moves the head on.
pub fn seal(draft: Draft, head: &mut Head) -> Sealed {
    seal_as(draft, head, None)
}

/// Gives drafts their places, each after the head of its unit, under one signature: its name is the digest of what the
/// events say without it.
pub fn seal_together(drafts: Vec<Draft>, heads: &mut BTreeMap<UnitKey, Head>) -> (Digest, Vec<Sealed>) {
    let all = |heads: &mut BTreeMap<UnitKey, Head>, signature| -> Vec<Sealed> {
        let unit = |draft: &Draft| (draft.environment.clone(), draft.unit.clone());
        let drafts = drafts.iter().cloned();
        drafts
            .map(|draft| seal_as(draft.clone(), heads.entry(unit(&draft)).or_default(), signature))
            .collect()
    };
    let plain = all(&mut heads.clone(), None);
    let bytes: Vec<u8> = plain.into_iter().flat_map(|event| event.bytes).collect();
    let signature = Digest::of(&bytes);
    (signature, all(heads, Some(signature)))
}

fn seal_as(draft: Draft, head: &mut Head, signature: Option<Digest>) -> Sealed {
    let event = Event {
        environment: draft.environment,
        unit: draft.unit,
        sequence: head.sequence + 1,
        previous: std::mem::take(&mut head.digests),
        time: draft.time,
        by: draft.by,
        recovered: draft.recovered,
        signature,
        fact: draft.fact,
    };
    let bytes = event.bytes();
    let digest = Digest::of(&bytes);
    head.sequence = event.sequence;
    head.digests = vec![digest];
    Sealed {
        path: event.path(digest),
        bytes,
        event,
    }
}
