//! Cassettes: answers that were recorded, one JSON object a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answers, Refusal, Reply, Request};
use crate::model::{Digest, Finding};

/// Who gave a recorded answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Rules in a file.
    Mock,
    /// A model.
    Openai,
}

/// A line of a cassette.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recording {
    /// The SHA-256 of the canonical request and the number of the repeat.
    pub key: Digest,
    /// Who answered.
    pub source: Source,
    /// What.
    pub reply: Reply,
    /// Whether it takes the place of what stands before it, as in a run that asks everything again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// Recorded answers by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cassette {
    replies: BTreeMap<Digest, (Source, Reply)>,
}

impl Cassette {
    /// Reads a cassette; a line that is none is a finding and counts as not recorded.
    pub fn read(path: &str, text: &str) -> (Cassette, Vec<Finding>) {
        let (mut cassette, mut findings) = (Cassette::default(), Vec::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let broken = match serde_json::from_str::<Recording>(line) {
                Ok(recording) => match cassette.replies.get(&recording.key) {
                    Some((_, before)) if *before != recording.reply && !recording.again => {
                        "two lines answer the same request differently".to_owned()
                    }
                    _ => {
                        cassette.add(recording);
                        continue;
                    }
                },
                Err(error) if error.is_eof() => "the line ends in the middle of a recording".to_owned(),
                Err(error) => format!("the line is no recording: {error}"),
            };
            findings.push(
                Finding::error("broken-cassette", broken)
                    .at(path, index + 1, 1)
                    .help("remove the line, and record what is missing with `cargo xtask evaluate --record`"),
            );
        }
        (cassette, findings)
    }

    /// Adds a recording.
    pub fn add(&mut self, recording: Recording) {
        self.replies.insert(recording.key, (recording.source, recording.reply));
    }

    /// Who answered the request of this key.
    pub fn source(&self, key: &Digest) -> Option<Source> {
        self.replies.get(key).map(|(source, _)| *source)
    }

    /// The whole cassette as text, ordered by key.
    pub fn text(&self) -> String {
        let lines = self.replies.iter().map(|(key, (source, reply))| {
            let recording = Recording {
                key: *key,
                source: *source,
                reply: reply.clone(),
                again: false,
            };
            recording.line()
        });
        lines.collect()
    }

    /// Number of recordings.
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }
}

impl Answers for Cassette {
    fn answer(&self, _request: &Request, key: &Digest) -> Result<Reply, Refusal> {
        let found = self.replies.get(key).map(|(_, reply)| reply.clone());
        found.ok_or(Refusal::Missing)
    }
}

impl Recording {
    /// The recording as a line with its end.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("recordings have string keys");
        line.push('\n');
        line
    }
}
