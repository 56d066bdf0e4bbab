//! The name of an event's file: what a listing of the ledger says without reading a file.

use crate::model::{Digest, EnvironmentName};
use crate::workspace::layout::ledger;

macro_rules! kinds {
    ($($variant:ident $name:literal $doc:literal),* $(,)?) => {
        /// The kind of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)*
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &[EventKind] = &[$(EventKind::$variant,)*];

            /// What happened, in a sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(EventKind::$variant => $doc,)*
                }
            }

            /// The kind as names and files write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(EventKind::$variant => $name,)*
                }
            }
        }
    };
}

kinds!(
    Stage "stage" "A stage of the pipeline ended.",
    Committed "committed" "An environment's branch got a commit.",
    Released "released" "A unit was released.",
    Removed "removed" "A unit left the environment.",
    Promoted "promoted" "A release file was written.",
    RolledBack "rolled-back" "A unit was brought back to an earlier release.",
    Held "held" "Nothing releases the unit any more.",
    Resumed "resumed" "It may be released again.",
    Marked "marked" "A person gave a verdict.",
    Decided "decided" "A decision was made.",
    Evaluated "evaluated" "Cases were asked and judged.",
    Gated "gated" "A gate gave a verdict.",
    Incident "incident" "Something went wrong in the field.",
    Retrospective "retrospective" "What was learnt.",
);

impl EventKind {
    /// The kind of this name.
    pub fn parse(text: &str) -> Option<EventKind> {
        EventKind::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// The name of an event's file: `<sequence>-<kind>-<first eight digits of its digest>.json`.
///
/// Two writers who did not know of each other give the same number to different events; the digest keeps both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The event's number in its unit, from 1.
    pub sequence: u64,
    /// Its kind.
    pub kind: EventKind,
    /// The first eight digits of the file's SHA-256.
    pub digest: String,
}

impl Entry {
    /// The name of an event with these bytes.
    pub fn new(sequence: u64, kind: EventKind, bytes: &[u8]) -> Entry {
        Entry::of(sequence, kind, Digest::of(bytes))
    }

    /// The name of an event whose bytes have this digest.
    pub fn of(sequence: u64, kind: EventKind, digest: Digest) -> Entry {
        let mut digest = digest.hex();
        digest.truncate(8);
        Entry { sequence, kind, digest }
    }

    /// Reads a file name; nothing for what is no event.
    pub fn parse(name: &str) -> Option<Entry> {
        let (sequence, rest) = name.strip_suffix(".json")?.split_once('-')?;
        let (kind, digest) = rest.rsplit_once('-')?;
        let is_hex = digest.len() == 8 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let entry = Entry {
            sequence: sequence.parse().ok()?,
            kind: EventKind::parse(kind)?,
            digest: digest.to_owned(),
        };
        (is_hex && entry.name() == name).then_some(entry)
    }

    /// The file's name.
    pub fn name(&self) -> String {
        format!("{:06}-{}-{}.json", self.sequence, self.kind.as_str(), self.digest)
    }

    /// The folder of events of this kind of a unit.
    pub fn folder(environment: Option<&EnvironmentName>, unit: &str, kind: EventKind) -> String {
        match (environment, kind) {
            (Some(environment), EventKind::Held | EventKind::Resumed) => {
                format!("{}/{unit}", ledger::holds(environment.as_str()))
            }
            _ => ledger::unit(environment.map(EnvironmentName::as_str), unit),
        }
    }

    /// Every folder with events of a unit.
    pub fn folders(environment: Option<&EnvironmentName>, unit: &str) -> Vec<String> {
        let mut folders = vec![Entry::folder(environment, unit, EventKind::Released)];
        if environment.is_some() {
            folders.push(Entry::folder(environment, unit, EventKind::Held));
        }
        folders
    }
}
