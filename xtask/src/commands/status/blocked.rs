//! Of what runs, the tuples that were blocked: here under another label, or in another environment.

use std::collections::BTreeSet;

use lockstep::model::{EnvironmentName, Version};
use lockstep::release::ledger::Verdict;
use lockstep::release::rollback::blocked_in;
use lockstep::workspace::Workspace;
use schemars::JsonSchema;
use serde::Serialize;

use super::UnitAnswer;
use crate::commands::ledger::{View, judged};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Repository;

/// A block of what runs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Block {
    /// The environment that it was blocked in.
    environment: EnvironmentName,
    /// What it was called there.
    version: Version,
}

/// Tells of each tuple that runs where it was blocked, by the function that promotion and rollback go by.
pub(super) fn tell(
    context: &Context,
    place: (&dyn Repository, &dyn Repository),
    workspace: &Workspace,
    view: &View<'_>,
    units: &mut [UnitAnswer],
) -> Result<(), Failure> {
    let agents: BTreeSet<&str> = units.iter().map(|unit| unit.agent.as_str()).collect();
    let judged = judged(context, place, workspace, view, &agents)?;
    for unit in units {
        let found = judged.get(&unit.agent).zip(unit.tuple);
        let found = found.and_then(|(places, tuple)| blocked_in(places, &unit.environment, tuple));
        unit.blocked = found.map(|(environment, version)| Block {
            environment: environment.clone(),
            version,
        });
    }
    Ok(())
}

/// A line for people, where the verdict on the release does not say it.
pub(super) fn line(unit: &UnitAnswer) -> Option<String> {
    let Block { environment, version } = unit.blocked.as_ref()?;
    let is_itself = unit.verdict == Some(Verdict::Blocked) && *environment == unit.environment;
    let (place, agent) = (&unit.environment, &unit.agent);
    let line = format!("  {place}/{agent} runs a tuple that was blocked in {environment} as {version}\n");
    (!is_itself).then_some(line)
}
