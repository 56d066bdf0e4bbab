//! How often to begin again when others write at the same moment.

use lockstep::model::Timestamp;
use lockstep::release::ledger::Sealed;

use super::remote::{Made, Unpushed};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// How often a push is tried that the server refuses because somebody else was first.
pub(super) const MOST_PUSHES: u32 = 5;
/// How often a run begins again because another process here was first.
const MOST_RACES: u32 = 30;

/// How often a run was too late.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    races: u32,
    pushes: u32,
    started: Option<Timestamp>,
    /// What earlier attempts wrote here.
    pub(super) unpushed: Unpushed,
}

impl Tries {
    /// When the run was tried first.
    pub(super) fn started(&mut self, now: Timestamp) -> Timestamp {
        *self.started.get_or_insert(now)
    }

    /// A push failed.
    pub(super) fn refused(&mut self, made: impl IntoIterator<Item = Made>, recorded: Vec<Sealed>) {
        self.pushes += 1;
        self.unpushed.made.extend(made);
        self.unpushed.recorded.extend(recorded);
    }

    /// Whether to begin again after a failure, on the branches as they are then.
    pub(super) fn again(&mut self, context: &Context, failure: &Failure) -> bool {
        self.races += 1;
        let again = failure.kind == FailureKind::Race && self.pushes < MOST_PUSHES && self.races < MOST_RACES;
        if again {
            context.clock.pause(self.races);
        }
        again
    }
}
