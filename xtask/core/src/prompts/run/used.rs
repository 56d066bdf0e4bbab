//! Which recordings answered: what evidence is bound to, and what a cassette has of them at another time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Cassette, Mock, Reply, Source};
use crate::model::Digest;

/// Digits by which a recording is named: two with the same ones are taken for one that changed, which stops and never
/// admits.
const DIGITS: usize = 12;

/// The recordings that answered the cases of a suite. Others in the same cassette are not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsedRecordings {
    /// SHA-256 over them in the order of their keys, each with what mock tools return to the calls in it.
    pub sha256: Digest,
    /// The first 12 digits of the key of each, in order, one after the other: there may be thousands.
    #[schemars(regex(pattern = "^([0-9a-f]{12})*$"))]
    pub keys: String,
}

impl UsedRecordings {
    /// Recordings by key, each with its mark.
    fn of(marks: &BTreeMap<Digest, Digest>) -> UsedRecordings {
        UsedRecordings {
            sha256: Digest::of_canonical(&marks.iter().collect::<Vec<_>>()),
            keys: marks.keys().map(short).collect(),
        }
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.keys.len() / DIGITS
    }

    /// What a cassette has of them, with what mock tools return now: the same where all of it would be answered again.
    pub fn found_in(&self, cassette: &Cassette<'_>, tools: Option<&Mock>) -> Result<UsedRecordings, String> {
        let wanted: BTreeSet<&[u8]> = self.keys.as_bytes().chunks(DIGITS).collect();
        let keys = cassette.keys().filter(|key| wanted.contains(short(key).as_bytes()));
        let mut marks = BTreeMap::new();
        for key in keys {
            if let Some((source, reply)) = cassette.recording(key)? {
                marks.insert(*key, mark(key, source, &reply, tools));
            }
        }
        Ok(UsedRecordings::of(&marks))
    }
}

fn short(key: &Digest) -> String {
    let mut hex = key.hex();
    hex.truncate(DIGITS);
    hex
}

/// What a recording came to: itself, and the results of its calls, by which the next question of its case is another one.
fn mark(key: &Digest, source: Source, reply: &Reply, tools: Option<&Mock>) -> Digest {
    let result = |call| tools.and_then(|tools| tools.result(call));
    let results: Vec<Option<&Value>> = reply.calls.iter().map(result).collect();
    Digest::of_canonical(&(key, source, reply, results))
}

/// Takes note of the recordings that answer.
pub(super) struct Noted<'a> {
    tools: Option<&'a Mock>,
    marks: Mutex<BTreeMap<Digest, Digest>>,
}

impl<'a> Noted<'a> {
    pub(super) fn new(tools: Option<&'a Mock>) -> Noted<'a> {
        let marks = Mutex::default();
        Noted { tools, marks }
    }

    pub(super) fn note(&self, key: &Digest, source: Source, reply: &Reply) {
        let mark = mark(key, source, reply, self.tools);
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.insert(*key, mark);
    }

    pub(super) fn used(&self) -> UsedRecordings {
        UsedRecordings::of(&self.marks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
