//! What a run of `release` is asked to do.

use std::collections::{BTreeMap, BTreeSet};

use super::PreviousUnit;
use super::scope::Blocked;
use crate::artifact::key_id;
use crate::model::{AgentName, EnvironmentName, Finding};

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these agents; all where none are named.
    pub agents: Option<BTreeSet<AgentName>>,
    /// Units that are known to be as their inputs want them, with the versions that they run: not rendered again.
    pub unchanged: BTreeMap<(EnvironmentName, AgentName), String>,
    /// What earlier runs found between units, told again where some are not rendered; whoever runs this makes sure that it
    /// holds still.
    pub unfit: Vec<Finding>,
    /// What findings about the files keep from being rendered.
    pub blocked: Blocked,
    /// How many agents may be removed, instead of the fleet's budget.
    pub allow_removals: Option<usize>,
    /// Environments whose statements will be signed: units there without a signature that stays count as changed.
    pub signed: BTreeMap<EnvironmentName, Signatures>,
    /// Whether every unit of the run gets a new statement.
    pub resign: bool,
    /// Dry commits that released units and that the run's does not descend from, where a person set that aside.
    pub lost: BTreeSet<String>,
}

/// Which signatures on an environment's branch stay as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Each.
    All,
    /// Those of these keys, by their ids, and those with a certificate.
    OfKeys(BTreeSet<String>),
}

impl Signatures {
    fn keeps(&self, bundle: &[u8]) -> bool {
        match self {
            Signatures::All => true,
            Signatures::OfKeys(keys) => key_id(bundle).is_none_or(|id| keys.contains(&id)),
        }
    }
}

impl Options {
    /// Whether a unit needs a new statement, though its files may be the same.
    pub(super) fn restates(&self, environment: &EnvironmentName, previous: Option<&PreviousUnit>) -> bool {
        let stays = |unit: &PreviousUnit| match self.signed.get(environment) {
            None => true,
            Some(signatures) => unit.bundle.as_deref().is_some_and(|bundle| signatures.keeps(bundle)),
        };
        self.resign || !previous.is_none_or(stays)
    }
}

/// How far a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many units are to be rendered and judged.
    Units(usize),
    /// One more is done.
    Unit,
}

/// Who is told how far a plan is.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Sync);

/// The tool that makes the plan.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its version.
    pub version: &'static str,
}
