//! What a run of `release` is asked to do.

use std::collections::{BTreeMap, BTreeSet};

use super::PreviousUnit;
use super::scope::Blocked;
use crate::model::{AgentName, EnvironmentName};

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these agents; all where none are named.
    pub agents: Option<BTreeSet<AgentName>>,
    /// Units that are known to be as their inputs want them, with the versions that they run: not rendered again.
    pub unchanged: BTreeMap<(EnvironmentName, AgentName), String>,
    /// What findings about the files keep from being rendered.
    pub blocked: Blocked,
    /// How many agents may be removed, instead of the fleet's budget.
    pub allow_removals: Option<usize>,
    /// Environments whose statements will be signed: units there without a signature count as changed.
    pub signed: BTreeSet<EnvironmentName>,
    /// Whether every unit of the run gets a new statement.
    pub resign: bool,
}

impl Options {
    /// Whether a unit needs a new statement, though its files may be the same.
    pub(super) fn restates(&self, environment: &EnvironmentName, previous: Option<&PreviousUnit>) -> bool {
        let is_unsigned = previous.is_some_and(|unit| unit.bundle.is_none());
        self.resign || (is_unsigned && self.signed.contains(environment))
    }
}

/// The tool that makes the plan.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its version.
    pub version: &'static str,
}
