//! Releases: what an environment commit holds, and the plan to write it.

mod abandoned;
mod affected;
mod branch;
mod bundle;
mod bundles;
mod cache;
pub mod change_log;
mod commit;
mod committed;
mod demands;
mod diff;
mod draft;
mod dry;
mod edited;
pub mod history;
mod judged;
pub mod ledger;
mod message;
mod metadata;
mod options;
mod plan;
pub mod promotion;
mod readme;
mod recorded;
mod regression;
mod removals;
pub mod retrospective;
pub mod rollback;
mod rules;
mod scope;
mod shared;
mod stages;
mod stray;
pub mod trace;
mod unfinished;
mod unpromoted;
pub mod verify;

pub use abandoned::{AbandonedBranch, FormerBranch};
pub use affected::{Affected, Cause, Reason, affected};
pub use branch::{BranchState, PreviousUnit};
pub use bundle::{Bundle, ObjectCounts, Record, owned_paths};
pub use cache::{Cache, CachedAgent, CachedTip, CachedUnit, object_number, unit_key};
pub use commit::CommitPlan;
pub use committed::Committed;
pub use demands::evidence_of;
pub use diff::{
    Compared, Consequence, Names, Naming, ObjectChanges, TreeSide, UnitState, against_branches, between_environments,
    between_trees, field_changes, object_changes,
};
pub use draft::Draft;
pub use dry::DryCommit;
pub use metadata::{CommitReference, HydratorMetadata, Reference};
pub use options::{Listener, Options, Progress, Signatures, Tool};
pub use plan::{Change, EnvironmentInput, EnvironmentPlan, UnitChange, plan};
pub use recorded::recorded;
pub use regression::{other_cases, roll_of, taken_away};
pub use rules::RULES;
pub use scope::{Blocked, Scope, without_echoes};
pub use shared::taken;
pub use stages::StageSummary;
pub use stray::{STALE_SOURCE, Stray};
pub use unfinished::{may_be_unfinished, unfinished, unfinished_rollback};
pub use unpromoted::{UNPROMOTED_RELEASE, unpromoted, unpromoted_severity};
