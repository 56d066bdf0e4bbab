//! An event of the ledger as a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Entry, EventKind, Fact, bounds};
use crate::model::{Digest, EnvironmentName, Finding, Timestamp};

/// One thing that happened to a unit. Events are never changed; each names the ones before it by digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Ledger event")]
pub struct Event {
    /// The environment; absent where the event is about an agent wherever it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentName>,
    /// The agent, or `_environment`.
    #[schemars(regex(pattern = "^(_environment|[a-z]([a-z0-9-]*[a-z0-9])?)$"))]
    pub unit: String,
    /// The event's number in its unit, from 1.
    pub sequence: u64,
    /// SHA-256 of the files of the unit's latest events before it: one, or several where writers did not know of each
    /// other.
    pub previous: Vec<Digest>,
    /// When it was recorded, as the clock of the machine said.
    pub time: Timestamp,
    /// Who did it, `Name <email>`.
    pub by: String,
    /// Whether it tells of a commit of which the ledger had lost everything: time and person are of the run that recorded it
    /// again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recovered: bool,
    /// The name of the signature over it and the events that were written with it; absent where nobody signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Digest>,
    /// What happened.
    pub fact: Fact,
}

/// The name in `Name <email>`.
pub fn name_of(by: &str) -> &str {
    by.split(" <").next().unwrap_or_default()
}

impl Event {
    /// The bytes of the event's file, which its digest and its signature are taken over.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).expect("our records have string keys");
        text.push('\n');
        text.into_bytes()
    }

    /// Where its file is; `digest` is that of its bytes.
    pub fn path(&self, digest: Digest) -> String {
        let folder = Entry::folder(self.environment.as_ref(), &self.unit, self.kind());
        format!("{folder}/{}", Entry::of(self.sequence, self.kind(), digest).name())
    }

    /// Its kind.
    pub fn kind(&self) -> EventKind {
        self.fact.kind()
    }
}

/// Reads an event's file. What cannot be read is a finding, not a gap: it may be a hold.
pub fn read(path: &str, bytes: &[u8]) -> Result<Event, Box<Finding>> {
    let unreadable = |message: String| {
        let place = format!("{}:{path}", crate::workspace::layout::ledger::BRANCH);
        Finding::error("unreadable-event", message).in_file(place)
    };
    let event: Event = serde_json::from_slice(bytes).map_err(|error| {
        Box::new(
            unreadable(format!("the ledger's `{path}` is no event: {error}"))
                .help("a newer Lockstep may have written it: update this one; otherwise see `git log lockstep/ledger`"),
        )
    })?;
    match bounds::impossible(&event) {
        None => Ok(event),
        Some(what) => Err(Box::new(
            unreadable(format!("the ledger's `{path}` tells what cannot be: {what}"))
                .help("it counts for nothing: find out who wrote it, `git log lockstep/ledger`, and record it again if it is true"),
        )),
    }
}
