//! Releases: what an environment commit holds, and the plan to write it.

mod branch;
mod bundle;
mod bundles;
mod cache;
mod dry;
mod message;
mod metadata;
mod plan;
mod readme;
mod scope;

pub use branch::{BranchState, PreviousUnit};
pub use bundle::{Bundle, ObjectCounts, Record};
pub use cache::{Cache, CachedAgent, CachedUnit, object_number, unit_key};
pub use dry::DryCommit;
pub use metadata::{CommitReference, HydratorMetadata, Reference};
pub use plan::{Change, CommitPlan, EnvironmentInput, EnvironmentPlan, Options, Tool, UnitChange, plan};
pub use scope::{Blocked, Scope};
