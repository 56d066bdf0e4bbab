//! What a promotion would write.

use std::collections::BTreeSet;
use std::sync::Arc;

use lockstep::model::{AgentName, FileTree, Finding};
use lockstep::release::ledger::{Promoted, ReleaseKind};
use lockstep::release::promotion::Told;

use crate::ports::TreeChange;

/// What a promotion writes, and what it records of each agent.
pub(super) struct Plan {
    pub(super) change: TreeChange,
    pub(super) told: Vec<Told>,
    pub(super) promoted: Vec<(AgentName, Promoted)>,
    /// The kinds of all releases: those of several agents may differ.
    pub(super) kinds: BTreeSet<ReleaseKind>,
    /// What keeps the source, or what the ledger has, from being believed.
    pub(super) untrusted: Vec<Finding>,
    /// The files that agents are judged by and that may have secrets.
    pub(super) leaky: Vec<(String, Arc<[u8]>)>,
    /// The files as they would be, in which what is found has its place.
    pub(super) sources: FileTree,
}

impl Plan {
    /// The kind of all releases.
    pub(super) fn kind(&self) -> ReleaseKind {
        let mut kinds = self.kinds.iter().copied();
        kinds.next().filter(|_| kinds.next().is_none()).unwrap_or_default()
    }
}
