//! Whether the endpoint is there at all: questions that it left unanswered, and when nobody asks any more.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lockstep::prompts::run::Refusal;
use lockstep::report::counted;

/// So many questions without an answer, one after the other, and the endpoint is given up for the whole run.
const MOST: usize = 3;

/// What an endpoint left unanswered in a run.
#[derive(Default)]
pub(in super::super) struct Outages(Mutex<State>);

#[derive(Default)]
struct State {
    count: usize,
    in_a_row: usize,
    first: Option<String>,
    is_over: bool,
}

impl Outages {
    /// Refuses where the endpoint was given up.
    pub(super) fn go_on(&self) -> Result<(), Refusal> {
        let mut state = self.state();
        if !state.is_over {
            return Ok(());
        }
        state.count += 1;
        let why = state.first.clone().unwrap_or_default();
        Err(Refusal::Outage(format!("the endpoint was given up: {why}")))
    }

    /// It answered.
    pub(super) fn answered(&self) {
        self.state().in_a_row = 0;
    }

    /// It left a question unanswered, however often it was asked.
    pub(super) fn failed(&self, why: String) -> Refusal {
        let mut state = self.state();
        state.in_a_row += 1;
        state.is_over |= state.in_a_row >= MOST;
        state.note(why)
    }

    /// It will answer no other question either.
    pub(super) fn refused(&self, why: String) -> Refusal {
        let mut state = self.state();
        state.is_over = true;
        state.note(why)
    }

    /// What to say of them, where there were some.
    pub(in super::super) fn told(&self) -> Option<String> {
        let state = self.state();
        let first = state.first.as_ref()?;
        let given_up = if state.is_over {
            ", and the endpoint was given up"
        } else {
            ""
        };
        let questions = counted(state.count, "question");
        Some(format!("{questions} got no answer{given_up}: {first}"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, why: String) -> Refusal {
        self.count += 1;
        self.first.get_or_insert_with(|| why.clone());
        Refusal::Outage(why)
    }
}
