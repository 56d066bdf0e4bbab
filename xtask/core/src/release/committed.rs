//! What an agent is judged by at a commit, and whether evidence is about that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ledger::Evaluated;
use crate::model::{AgentName, Digest};
use crate::prompts::run::{Cassette, Mock, UsedRecordings};
use crate::workspace::{layout, read_mock};

/// What an agent is judged by at a commit.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The digest of its suites.
    pub suites: Digest,
    /// The cassettes, by suite.
    pub cassettes: BTreeMap<String, Arc<[u8]>>,
    /// `mock.yaml`, which says what tools return.
    pub mock: Option<Arc<[u8]>>,
}

impl Committed {
    /// Why evidence about the same cases is not about what is committed: other answers may have another verdict, and so may
    /// those of which nobody knows.
    pub(super) fn contradicts(&self, agent: &AgentName, evaluated: &Evaluated) -> Option<String> {
        let Some(recordings) = &evaluated.recordings else {
            return Some(format!(
                "no record says by which answers `{agent}` was evaluated: an earlier version wrote it"
            ));
        };
        let mock = self
            .mock
            .as_ref()
            .and_then(|bytes| read_mock(&layout::mock(agent), bytes, &mut Vec::new()));
        let (mut gone, mut is_other) = (0, false);
        for (suite, used) in recordings {
            let found = self.found(suite, used, mock.as_ref());
            gone += used
                .count()
                .saturating_sub(found.as_ref().map_or(0, UsedRecordings::count));
            is_other |= found.as_ref() != Some(used);
        }
        let all: usize = recordings.values().map(|used| used.count()).sum();
        match (gone, is_other) {
            (0, false) => None,
            (0, true) => Some(format!(
                "the committed recordings and mock tools of `{agent}` answer otherwise than those that it was evaluated with"
            )),
            (gone, _) => Some(format!(
                "{gone} of {all} recordings that `{agent}` was evaluated with are not among the committed ones"
            )),
        }
    }

    /// What the cassette of a suite has of these recordings; nothing where it cannot be read.
    fn found(&self, suite: &str, used: &UsedRecordings, mock: Option<&Mock>) -> Option<UsedRecordings> {
        let cassette = match self.cassettes.get(suite) {
            Some(tape) => Cassette::read(suite, tape).ok()?.0,
            None => Cassette::default(),
        };
        used.found_in(&cassette, mock).ok()
    }
}
