//! What `rollback` answers.

use lockstep::artifact::ComponentChange;
use lockstep::release::ledger::{Override, ReleaseName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ports::GitId;

/// What was brought back, or would be.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Answer {
    /// The environment.
    pub(super) environment: String,
    /// The agent.
    pub(super) agent: String,
    /// What ran.
    pub(super) from: ReleaseName,
    /// What runs again.
    pub(super) to: ReleaseName,
    /// What of the tuple changes.
    pub(super) components: Vec<ComponentChange>,
    /// The checks that a person set aside.
    pub(super) overrides: Vec<Override>,
    /// Paths that are written.
    pub(super) files: Vec<String>,
    /// The commit on the environment's branch; null where nothing was written.
    pub(super) commit: Option<GitId>,
    /// The commit that holds release file and hold.
    pub(super) dry_commit: Option<GitId>,
    /// Whether the remote has it.
    pub(super) pushed: bool,
    /// How long it took, seconds.
    pub(super) seconds: f64,
}
