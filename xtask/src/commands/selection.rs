//! Which environments and agents a command is about, by the names that the user typed.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, suggestion};
use lockstep::workspace::{Environment, Workspace};

use crate::failure::{Failure, FailureKind};

/// The environments of these names, in the fleet's order; all of them where none is named.
pub fn environments<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a Environment>, Failure> {
    for name in names {
        if workspace.environment(name).is_none() {
            let known = workspace
                .environments
                .iter()
                .map(|environment| environment.name.as_str());
            return Err(unknown("environment", name, known));
        }
    }
    let chosen =
        |environment: &&Environment| names.is_empty() || names.iter().any(|name| *name == environment.name.as_str());
    Ok(workspace.environments.iter().filter(chosen).collect())
}

/// The agents of these names; nothing where none is named. `gone` are agents that left the fleet and may still be named.
pub fn agents(
    workspace: &Workspace,
    names: &[String],
    gone: &BTreeSet<AgentName>,
) -> Result<Option<BTreeSet<AgentName>>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut agents = BTreeSet::new();
    for name in names {
        let agent = AgentName::new(name).ok().filter(|agent| {
            workspace.agents.contains_key(agent) || workspace.unreadable.contains(agent) || gone.contains(agent)
        });
        match agent {
            Some(agent) => agents.insert(agent),
            None => {
                return Err(unknown("agent", name, workspace.agents.keys().map(AgentName::as_str)));
            }
        };
    }
    Ok(Some(agents))
}

/// A name that nothing has, with the one that was probably meant.
pub(super) fn unknown<'a>(word: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let failure = Failure::new(FailureKind::Usage, format!("there is no {word} `{name}`"));
    match suggestion(name, known.clone()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("there is {}", known.collect::<Vec<_>>().join(", "))),
    }
}
