//! Who answers, in order: what was recorded, then a model or the mock; and what of it is recorded.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::openai::CUT_OFF;
use super::used::{Noted, UsedRecordings};
use super::{Answers, Cassette, Mock, Recording, Refusal, Reply, Request, Source};
use crate::model::Digest;

/// Takes what was answered, to keep it.
pub type Recorder<'a> = &'a (dyn Fn(Recording) -> Result<(), String> + Sync);

/// Who answers.
#[derive(Default)]
pub struct Chain<'a> {
    /// What was recorded.
    pub cassette: Option<&'a Cassette<'a>>,
    /// A model.
    pub live: Option<&'a dyn Answers>,
    /// Rules, where neither answers.
    pub mock: Option<&'a Mock>,
    /// Who keeps answers that were not recorded.
    pub recorder: Option<Recorder<'a>>,
    noted: Option<Noted<'a>>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    cassette: AtomicU64,
    cassette_of_mock: AtomicU64,
    openai: AtomicU64,
    mock: AtomicU64,
    missing: AtomicU64,
    other_model: AtomicU64,
    cut_off: AtomicU64,
    /// Those that answered in its place.
    others: Mutex<BTreeSet<String>>,
}

/// How many requests each of them answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// Recordings.
    pub cassette: u64,
    /// Recordings, among these, of what the mock answered: they say nothing of a model.
    #[serde(default)]
    pub cassette_of_mock: u64,
    /// A model.
    pub openai: u64,
    /// The mock.
    pub mock: u64,
    /// Nobody.
    pub missing: u64,
    /// Another model than the one that was asked, by its own word: among the recordings and the answers of a model.
    #[serde(default, skip_serializing_if = "is_none")]
    pub other_model: u64,
    /// Answers that were cut off at the longest that the model may give, the judge's among them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub cut_off: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Answered {
    /// Both together.
    pub fn plus(self, other: Answered) -> Answered {
        Answered {
            cassette: self.cassette + other.cassette,
            cassette_of_mock: self.cassette_of_mock + other.cassette_of_mock,
            openai: self.openai + other.openai,
            mock: self.mock + other.mock,
            missing: self.missing + other.missing,
            other_model: self.other_model + other.other_model,
            cut_off: self.cut_off + other.cut_off,
        }
    }
}

impl<'a> Chain<'a> {
    /// Recordings first, then a model or else the mock.
    pub fn new(
        cassette: Option<&'a Cassette<'a>>,
        live: Option<&'a dyn Answers>,
        mock: Option<&'a Mock>,
        recorder: Option<Recorder<'a>>,
    ) -> Chain<'a> {
        Chain {
            cassette,
            live,
            mock,
            recorder,
            noted: None,
            counts: Counts::default(),
        }
    }

    /// Takes note of which recordings answer, and of what these tools return to the calls in them.
    pub fn noting(mut self, tools: Option<&'a Mock>) -> Chain<'a> {
        self.noted = Some(Noted::new(tools));
        self
    }

    /// Which recordings answered so far, those that were made meanwhile among them; nothing where nobody took note.
    pub fn used(&self) -> Option<UsedRecordings> {
        self.noted.as_ref().map(Noted::used)
    }

    /// How many requests each of them answered so far.
    pub fn answered(&self) -> Answered {
        Answered {
            cassette: self.counts.cassette.load(Ordering::Relaxed),
            cassette_of_mock: self.counts.cassette_of_mock.load(Ordering::Relaxed),
            openai: self.counts.openai.load(Ordering::Relaxed),
            mock: self.counts.mock.load(Ordering::Relaxed),
            missing: self.counts.missing.load(Ordering::Relaxed),
            other_model: self.counts.other_model.load(Ordering::Relaxed),
            cut_off: self.counts.cut_off.load(Ordering::Relaxed),
        }
    }

    /// The models that answered in place of the one that was asked.
    pub fn others(&self) -> Vec<String> {
        let others = self.counts.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.iter().cloned().collect()
    }

    fn note(&self, reply: &Reply) {
        if reply.finish == CUT_OFF {
            self.counts.cut_off.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(model) = &reply.other_model {
            self.counts.other_model.fetch_add(1, Ordering::Relaxed);
            let mut others = self.counts.others.lock().unwrap_or_else(PoisonError::into_inner);
            others.insert(model.clone());
        }
    }
}

impl Chain<'_> {
    /// The answer to a request, which has this key; kept only where it is what was asked for, and a recording that is
    /// not is asked again where somebody can be asked.
    pub fn ask(
        &self,
        request: &Request,
        key: &Digest,
        wrong: &dyn Fn(&Reply) -> Option<String>,
    ) -> Result<Reply, Refusal> {
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let is_last = self.live.is_none() && self.mock.is_none();
        if let Some(cassette) = self.cassette
            && let Some(reply) = recorded(cassette.answer(request, key))?
            && (is_last || wrong(&reply).is_none())
        {
            count(&self.counts.cassette);
            let source = cassette.source(key);
            if source == Some(Source::Mock) {
                count(&self.counts.cassette_of_mock);
            }
            if let (Some(noted), Some(source)) = (&self.noted, source) {
                noted.note(key, source, &reply);
            }
            self.note(&reply);
            return Ok(reply);
        }
        let (source, counter, reply) = match (self.live, self.mock) {
            (Some(live), _) => (Source::Openai, &self.counts.openai, live.answer(request, key)?),
            (None, Some(mock)) => (Source::Mock, &self.counts.mock, mock.answer(request, key)?),
            (None, None) => {
                count(&self.counts.missing);
                return Err(Refusal::Missing);
            }
        };
        count(counter);
        self.note(&reply);
        if let Some(recorder) = self.recorder.filter(|_| wrong(&reply).is_none()) {
            let recording = Recording {
                key: *key,
                source,
                reply: reply.clone(),
                again: false,
            };
            recorder(recording).map_err(Refusal::Failed)?;
            if let Some(noted) = &self.noted {
                noted.note(key, source, &reply);
            }
        }
        Ok(reply)
    }
}

/// A recording, where there is one.
fn recorded(answer: Result<Reply, Refusal>) -> Result<Option<Reply>, Refusal> {
    match answer {
        Ok(reply) => Ok(Some(reply)),
        Err(Refusal::Missing) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

impl Answers for Chain<'_> {
    fn answer(&self, request: &Request, key: &Digest) -> Result<Reply, Refusal> {
        self.ask(request, key, &|_| None)
    }
}
