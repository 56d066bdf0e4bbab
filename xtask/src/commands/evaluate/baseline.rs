//! What an agent is held against beside what an environment runs: the cases that spoke for it by the ledger.

use lockstep::model::Digest;
use lockstep::prompts::evaluation::Roll;
use lockstep::release::roll_of;
use lockstep::workspace::{Agent, Environment, Workspace};

use crate::commands::branches::delivery_repository;
use crate::commands::ledger::Ledger;
use crate::context::Context;
use crate::failure::Failure;

/// The cases that spoke for a tuple where it runs; nothing where this clone has no ledger, or no record names them.
pub(super) fn roll(
    context: &Context,
    workspace: &Workspace,
    agent: &Agent,
    environment: &Environment,
    tuple: Digest,
) -> Result<Option<Roll>, Failure> {
    // files alone can be judged as well
    let Ok(repository) = context.repository() else {
        return Ok(None);
    };
    let Ok(delivery) = delivery_repository(context, &repository, workspace) else {
        return Ok(None);
    };
    let ledger = Ledger::new(context, &*delivery, workspace);
    if !ledger.is_here()? {
        return Ok(None);
    }
    let (everywhere, places) = ledger.view()?.agent(workspace, &agent.name)?;
    let here = places.get(&environment.name);
    Ok(here.and_then(|here| roll_of(tuple, here, &everywhere)).cloned())
}
