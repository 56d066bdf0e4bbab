//! Cassettes: answers that were recorded, one JSON object a line, which is read when somebody asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::{Answers, Refusal, Reply, Request};
use crate::model::{Digest, Finding};

/// Bytes that are read at once while a cassette is gone through.
const BLOCK: usize = 64 * 1024;

/// A byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

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

/// What a cassette is kept on, as it is now; what is added to it later is not looked at.
pub trait Tape: Send + Sync {
    /// Fills the buffer from this byte on, and returns how many there were; fewer only at the end.
    fn read(&self, at: u64, buffer: &mut [u8]) -> Result<usize, String>;
}

impl Tape for Arc<[u8]> {
    fn read(&self, at: u64, buffer: &mut [u8]) -> Result<usize, String> {
        let rest = usize::try_from(at)
            .ok()
            .and_then(|at| self.get(at..))
            .unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Recorded answers by key: where each stands, so that memory does not grow with what was answered.
#[derive(Default)]
pub struct Cassette<'a> {
    tape: Option<&'a dyn Tape>,
    places: BTreeMap<Digest, Place>,
    added: BTreeMap<Digest, (Source, Reply)>,
    /// Whether its last line has no end.
    is_open: bool,
}

/// Where a recording stands.
struct Place {
    at: u64,
    length: u32,
    source: Source,
    /// Whether somebody has asked for it.
    asked: AtomicBool,
}

impl<'a> Cassette<'a> {
    /// Goes through a cassette; a line that is no recording is a finding and counts as not recorded.
    pub fn read(path: &str, tape: &'a dyn Tape) -> Result<(Cassette<'a>, Vec<Finding>), String> {
        let (places, added) = (BTreeMap::new(), BTreeMap::new());
        let tape = Some(tape);
        let mut cassette = Cassette {
            tape,
            places,
            added,
            is_open: false,
        };
        let mut findings = Vec::new();
        let mut number = 0;
        cassette.lines(|cassette, at, line| {
            number += 1;
            // some editors write it before the first character
            let (at, line) = match line.strip_prefix(MARK).filter(|_| at == 0) {
                Some(rest) => (MARK.len() as u64, rest),
                None => (at, line),
            };
            if let Some(broken) = cassette.take(at, line)? {
                findings.push(
                    Finding::error("broken-cassette", broken)
                        .at(path, number, 1)
                        .help("remove the line, and record what is missing"),
                );
            }
            Ok(())
        })?;
        Ok((cassette, findings))
    }

    /// Whether what is written behind it would go on with its last line, since a killed run or a person left it without an
    /// end.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Hands over every line with the byte at which it begins.
    fn lines(&mut self, mut each: impl FnMut(&mut Self, u64, &[u8]) -> Result<(), String>) -> Result<(), String> {
        let Some(tape) = self.tape else { return Ok(()) };
        // the line that is not at its end yet begins at `begin`
        let (mut begin, mut open, mut block) = (0_u64, Vec::new(), vec![0; BLOCK]);
        loop {
            let count = tape.read(begin + open.len() as u64, &mut block)?;
            let is_end = count < block.len();
            let mut rest = &block[..count];
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                open.extend_from_slice(&rest[..end]);
                rest = &rest[end + 1..];
                each(self, begin, &open)?;
                begin += open.len() as u64 + 1;
                open.clear();
            }
            open.extend_from_slice(rest);
            if is_end {
                self.is_open = !open.is_empty();
                return if self.is_open { each(self, begin, &open) } else { Ok(()) };
            }
        }
    }

    /// Takes in a line, and says why not where it is no recording.
    fn take(&mut self, at: u64, line: &[u8]) -> Result<Option<String>, String> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let recording = match serde_json::from_slice::<Recording>(line) {
            Ok(recording) => recording,
            Err(error) if error.is_eof() => {
                return Ok(Some("the line ends in the middle of a recording".to_owned()));
            }
            Err(error) => return Ok(Some(format!("the line is no recording: {error}"))),
        };
        let Ok(length) = u32::try_from(line.len()) else {
            return Ok(Some("the line is longer than any answer".to_owned()));
        };
        if !recording.again && self.places.contains_key(&recording.key) {
            return match self.stored(&recording.key)? {
                Some((_, before)) if before != recording.reply => {
                    Ok(Some("two lines answer the same request differently".to_owned()))
                }
                _ => Ok(None),
            };
        }
        let place = Place {
            at,
            length,
            source: recording.source,
            asked: AtomicBool::new(false),
        };
        self.places.insert(recording.key, place);
        Ok(None)
    }

    /// What stands on the tape under a key.
    fn stored(&self, key: &Digest) -> Result<Option<(Source, Reply)>, String> {
        let (Some(place), Some(tape)) = (self.places.get(key), self.tape) else {
            return Ok(None);
        };
        let mut line = vec![0; place.length as usize];
        let count = tape.read(place.at, &mut line)?;
        let recording = serde_json::from_slice::<Recording>(&line[..count]).ok();
        let recording = recording.filter(|recording| recording.key == *key);
        let recording = recording.ok_or("the cassette was changed while it was read")?;
        Ok(Some((recording.source, recording.reply)))
    }

    /// Adds a recording.
    pub fn add(&mut self, recording: Recording) {
        self.places.remove(&recording.key);
        self.added.insert(recording.key, (recording.source, recording.reply));
    }

    /// Who answered the request of this key.
    pub fn source(&self, key: &Digest) -> Option<Source> {
        let added = self.added.get(key).map(|(source, _)| *source);
        added.or_else(|| self.places.get(key).map(|place| place.source))
    }

    /// What is recorded under a key; nobody has asked for it by that.
    pub(super) fn recording(&self, key: &Digest) -> Result<Option<(Source, Reply)>, String> {
        match self.added.get(key) {
            Some(added) => Ok(Some(added.clone())),
            None => self.stored(key),
        }
    }

    /// The keys of all recordings.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Digest> {
        self.places.keys().chain(self.added.keys())
    }

    /// How many of its recordings nobody has asked for so far.
    pub fn unasked(&self) -> usize {
        self.places.values().filter(|place| !place.is_asked()).count()
    }

    /// Forgets the recordings that nobody has asked for.
    pub fn forget_unasked(&mut self) {
        self.places.retain(|_, place| place.is_asked());
    }

    /// The whole cassette as text, ordered by key.
    pub fn text(&self) -> Result<String, String> {
        let mut recordings: BTreeMap<&Digest, Option<&(Source, Reply)>> =
            self.added.iter().map(|(key, added)| (key, Some(added))).collect();
        recordings.extend(self.places.keys().map(|key| (key, None)));
        let mut text = String::new();
        for (key, added) in recordings {
            let stored = match added {
                Some(added) => Some(added.clone()),
                None => self.stored(key)?,
            };
            if let Some((source, reply)) = stored {
                let (key, again) = (*key, false);
                text += &Recording {
                    key,
                    source,
                    reply,
                    again,
                }
                .line();
            }
        }
        Ok(text)
    }

    /// Number of recordings.
    pub fn len(&self) -> usize {
        self.places.len() + self.added.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Place {
    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Answers for Cassette<'_> {
    fn answer(&self, _request: &Request, key: &Digest) -> Result<Reply, Refusal> {
        if let Some((_, reply)) = self.added.get(key) {
            return Ok(reply.clone());
        }
        let place = self.places.get(key).ok_or(Refusal::Missing)?;
        place.asked.store(true, Ordering::Relaxed);
        let stored = self.stored(key).map_err(Refusal::Failed)?;
        stored.map(|(_, reply)| reply).ok_or(Refusal::Missing)
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
