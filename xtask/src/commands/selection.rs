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

/// Whether one of these environments is in the fleet and cannot be read: then the findings say why.
pub fn unreadable(workspace: &Workspace, names: &[String]) -> bool {
    let listed = |name: &&String| {
        workspace
            .fleet
            .environments
            .iter()
            .any(|listed| listed.as_str() == name.as_str())
    };
    names
        .iter()
        .filter(listed)
        .any(|name| workspace.environment(name).is_none())
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

/// The same where there are too many to list, unless they are few.
pub(super) fn unknown_of_many<'a>(word: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    const FEW: usize = 20;
    if known.clone().count() <= FEW {
        return unknown(word, name, known);
    }
    let failure = Failure::new(FailureKind::Usage, format!("there is no {word} `{name}`"));
    match suggestion(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}
