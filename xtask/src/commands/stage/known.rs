//! Whether anything here knows a tuple: a stage that is recorded of another one proves nothing about what is released.

use lockstep::model::{AgentName, Digest, Finding};
use lockstep::workspace::Workspace;

use crate::commands::branches::units;
use crate::commands::ledger::View;
use crate::failure::Failure;
use crate::ports::Repository;

/// The warning about a tuple that neither the ledger nor an environment's branch knows as this agent's.
pub(super) fn unknown(
    view: &View<'_>,
    delivery: &dyn Repository,
    workspace: &Workspace,
    agent: &AgentName,
    tuple: Digest,
) -> Result<Option<Finding>, Failure> {
    let (everywhere, places) = view.agent(workspace, agent)?;
    let mut histories = places.values().chain([&everywhere]);
    if histories.any(|history| history.facts().any(|(_, fact)| fact.tuple() == Some(tuple))) {
        return Ok(None);
    }
    for environment in &workspace.fleet.environments {
        let tip = delivery.tip(&workspace.branch(environment), &workspace.fleet.delivery.remote)?;
        let Some(commit) = tip.commit() else { continue };
        let record = units(delivery, commit, &[agent.as_str()])?
            .first()
            .and_then(|unit| unit.record());
        if record.is_some_and(|record| record.id == tuple) {
            return Ok(None);
        }
    }
    let message = format!("nothing here knows `{tuple}` as a tuple of `{agent}`: no branch, no event of the ledger");
    Ok(Some(Finding::warning("unknown-tuple", message).help(
        "it is recorded; if it is mistyped, record the stage again: `cargo xtask candidate` and `status` show the tuples",
    )))
}
