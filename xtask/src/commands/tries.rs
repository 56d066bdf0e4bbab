//! How often to begin again when others write at the same moment.

use std::collections::BTreeSet;
use std::time::Duration;

use lockstep::model::Timestamp;
use lockstep::release::ledger::Sealed;

use super::remote::{Made, Unpushed};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// How often a push is tried that the server refuses because somebody else was first.
pub(super) const MOST_PUSHES: u32 = 5;
/// How often a run begins again because another process here was first.
const MOST_RACES: u32 = 30;

/// How many attempts find room in the time over which those are spread that lost the same first push. With this many, and
/// twice as many after each further one, one in a thousand times one of eight gives up (measured by simulation); two
/// are done after five.
const ROOM: f64 = 6.0;
/// Longest that those are spread over.
const MOST_PAUSE: Duration = Duration::from_secs(60);

/// The time over which attempts are spread that lost as many pushes, where the last one took `seconds` from its first look
/// at the remote: another one that comes within that time fails as well.
pub(super) fn spread(seconds: f64, lost: u32) -> Duration {
    let room = ROOM * 2_f64.powi(i32::try_from(lost).unwrap_or(i32::MAX).saturating_sub(1));
    Duration::try_from_secs_f64(seconds * room).map_or(MOST_PAUSE, |time| time.min(MOST_PAUSE))
}

/// How often a run was too late.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    races: u32,
    pushes: u32,
    started: Option<Timestamp>,
    /// How many of the pushes were waited for.
    waited: u32,
    /// When the last attempt began, seconds on the clock that measures.
    began: f64,
    /// What earlier attempts wrote here.
    pub(super) unpushed: Unpushed,
    /// Commits that the first attempt was told to do without.
    pub(super) lost: BTreeSet<String>,
}

impl Tries {
    /// When the run was tried first.
    pub(super) fn started(&mut self, now: Timestamp) -> Timestamp {
        *self.started.get_or_insert(now)
    }

    /// Whether nothing was tried before.
    pub(super) fn is_first(&self) -> bool {
        self.races == 0
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
        let clock = &context.clock;
        if again && self.pushes > self.waited {
            self.waited = self.pushes;
            clock.stagger(spread(clock.monotonic() - self.began, self.pushes));
        } else if again {
            clock.pause(self.races);
        }
        self.began = clock.monotonic();
        again
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_PAUSE, spread};

    #[test]
    fn attempts_are_spread_over_more_time_the_longer_one_takes_and_the_more_were_lost() {
        let seconds = [1, 2, 3, 4].map(|lost| spread(0.5, lost).as_secs_f64());
        assert_eq!(seconds, [3.0, 6.0, 12.0, 24.0]);
        assert_eq!(spread(0.0, 3).as_secs_f64(), 0.0);
        assert_eq!(spread(60.0, 4), MOST_PAUSE);
        assert_eq!(spread(f64::NAN, 1), MOST_PAUSE);
    }
}
