//! The ledger: the append-only record of what happened to every unit, one file an event, chained by digest.

mod belief;
mod bounds;
mod chain;
mod entry;
mod event;
mod evidence;
mod facts;
mod incident;
mod recording;
mod retrospective;
mod timeline;
mod unit;

#[cfg(test)]
mod tests;

pub use belief::{Belief, Doubt, ShownEvent, Standing, Tally};
pub use chain::{Draft, Head, Sealed, UnitKey, seal, seal_together};
pub use entry::{Entry, EventKind};
pub use event::{Event, name_of, read};
pub use evidence::{Decided, DecisionKind, Evaluated, Evidence, Gated, StageResult, WEIGHTED_RATE};
pub use facts::{
    Committed, Fact, Mark, MarkedVerdict, Override, Promoted, Reason, ReleaseKind, ReleaseName, Released, Removed,
    RolledBack, Verdict,
};
pub use incident::{Incident, IncidentEnd, IncidentSeverity, unlearnt};
pub use recording::{CommitFacts, UnitFacts, drafts};
pub use retrospective::{Action, Moment, Retrospective};
pub use unit::{Recorded, Removal, UnitHistory, nothing_recorded, taken_out};
