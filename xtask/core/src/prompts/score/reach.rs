//! How far an answer can go: bounds beyond that say nothing.

use crate::prompts::cases::Suite;
use crate::prompts::run::{MOST_STEPS, Subject};

/// Most characters of a token, far above what vocabularies have on average: only white space has such.
const CHARACTERS: u64 = 16;

/// Tokens of a longer question than any model reads.
const QUESTION: u64 = 10_000_000;

/// All tries of a question take so many times the timeout of the model at most, and so many milliseconds more where the
/// endpoint asks to be left alone.
const TRIES: (u64, u64) = (3, 60_000);

/// The most that an answer to the cases of a suite can be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reach {
    /// Tokens of the last answer, and so its words.
    pub(super) words: u64,
    /// Its characters.
    pub(super) characters: u64,
    /// Tokens of all answers of a case, and so its tool calls.
    pub(super) tokens: u64,
    /// Milliseconds of all of them.
    pub(super) latency: u64,
    /// What they cost, where the price is known.
    pub(super) cost: Option<f64>,
}

impl Reach {
    /// The reach of one of these, whichever goes farthest: a bound that an environment narrows says something elsewhere.
    pub(super) fn of(subjects: &[&Subject], suite: &Suite) -> Reach {
        let reaches = subjects.iter().map(|subject| Reach::of_one(subject, suite));
        reaches.fold(Reach::default(), |most, one| Reach {
            words: most.words.max(one.words),
            characters: most.characters.max(one.characters),
            tokens: most.tokens.max(one.tokens),
            latency: most.latency.max(one.latency),
            cost: most.cost.map_or(one.cost, |cost| Some(cost.max(one.cost?))),
        })
    }

    fn of_one(subject: &Subject, suite: &Suite) -> Reach {
        let prompt = subject.prompts.get(&suite.prompt).map(|(_, prompt)| prompt);
        let most = prompt.map_or(subject.model.max_tokens, |prompt| subject.most_tokens(prompt));
        let has_tools = prompt.is_none_or(|prompt| !subject.tools_of(prompt).is_empty());
        let (words, steps) = (u64::from(most), if has_tools { MOST_STEPS as u64 } else { 1 });
        let timeout = u64::from(subject.model.timeout_seconds) * 1_000;
        #[expect(clippy::cast_precision_loss, reason = "a bound need not be exact")]
        let cost = subject
            .model
            .price
            .map(|(question, answer)| steps as f64 * (QUESTION as f64 * question + words as f64 * answer) / 1e6);
        Reach {
            words,
            characters: words * CHARACTERS,
            tokens: words * steps,
            latency: steps * (TRIES.0 * timeout + TRIES.1),
            cost,
        }
    }
}
