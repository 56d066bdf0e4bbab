//! Which environments and agents a command is about, by the names that the user typed.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, CodeComponent, EnvironmentName, Finding, suggestion};
use lockstep::workspace::{Agent, Environment, Workspace, layout};

use crate::failure::{Failure, FailureKind};

/// The environments of these names, in the fleet's order; all of them where none is named. Those that the fleet lists are
/// there, whether or not their own files can be read.
pub fn listed<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a EnvironmentName>, Failure> {
    let known = workspace.fleet.environments.iter();
    for name in names {
        if known.clone().all(|listed| listed.as_str() != name) {
            return Err(unknown_environment(workspace, name));
        }
    }
    let mut seen = BTreeSet::new();
    let chosen = |name: &&EnvironmentName| names.is_empty() || names.iter().any(|named| named == name.as_str());
    Ok(known.filter(chosen).filter(|name| seen.insert(*name)).collect())
}

/// That the fleet lists no such environment.
pub(super) fn unknown_environment(workspace: &Workspace, name: &str) -> Failure {
    let known = workspace.fleet.environments.iter();
    unknown("environment", name, known.map(EnvironmentName::as_str))
}

/// The same with what their files say. Of one that is named and cannot be read, [`unreadable`] is to be asked before.
pub fn environments<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a Environment>, Failure> {
    let listed = listed(workspace, names)?.into_iter();
    let read = listed.map(|name| (name, workspace.environment(name.as_str())));
    let read = read.filter(|(_, read)| !names.is_empty() || read.is_some());
    let read = read.map(|(name, read)| {
        read.ok_or_else(|| {
            let message = format!("`{}` cannot be read", layout::environment(name.as_str()));
            Failure::new(FailureKind::Usage, message).hint("see what is wrong with it: `cargo xtask validate`")
        })
    });
    read.collect()
}

/// The prompt of an agent that is meant: the one that is named, or its only one.
pub fn prompt(agent: &Agent, named: Option<&String>) -> Result<String, Failure> {
    let names: Vec<&str> = agent.file.candidate.prompts.keys().map(String::as_str).collect();
    match (named, &names[..]) {
        (Some(name), _) if names.contains(&name.as_str()) => Ok(name.clone()),
        (_, []) => Err(Failure::new(
            FailureKind::Usage,
            format!("`{}` has no prompts, so there is nothing to ask", agent.name),
        )),
        (Some(name), _) => Err(unknown("prompt", name, names.into_iter())),
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => {
            let failure = Failure::new(FailureKind::Usage, format!("`{}` has several prompts", agent.name));
            Err(failure.hint(format!("pass `--prompt` with one of {}", names.join(", "))))
        }
    }
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
            let is_read = workspace.agents.contains_key(agent) || workspace.unreadable.contains(agent);
            is_read || workspace.elsewhere.contains_key(agent) || gone.contains(agent)
        });
        match agent {
            Some(agent) => agents.insert(agent),
            None => {
                let known = workspace.agents.keys().chain(workspace.elsewhere.keys());
                let known: BTreeSet<&AgentName> = known.chain(gone).collect();
                return Err(unknown("agent", name, known.iter().map(|agent| agent.as_str())));
            }
        };
    }
    Ok(Some(agents))
}

/// Fails where one of the agents that were named is in none of these environments. `gone` are agents that left them and
/// may still be named; of an agent or a release file that cannot be read, the findings tell.
pub fn refuse_absent(
    workspace: &Workspace,
    environments: &[&Environment],
    agents: Option<&BTreeSet<AgentName>>,
    gone: &BTreeSet<AgentName>,
    findings: &[Finding],
) -> Result<(), Failure> {
    let is_told = |file: &str| {
        let at = |finding: &Finding| finding.location.as_ref().is_some_and(|place| place.file == file);
        findings.iter().any(|finding| finding.is_error() && at(finding))
    };
    let is_unread = |agent: &AgentName| {
        let mut files = environments.iter().map(|to| layout::release(&to.name, agent));
        workspace.unreadable.contains(agent) || files.any(|file| is_told(&file))
    };
    let is_there = |agent: &AgentName| environments.iter().any(|environment| environment.runs(agent));
    let excused = |agent: &AgentName| gone.contains(agent) || is_unread(agent);
    let mut named = agents.into_iter().flatten();
    let Some(agent) = named.find(|agent| !is_there(agent) && !excused(agent)) else {
        return Ok(());
    };
    let names: Vec<String> = environments.iter().map(|to| format!("`{}`", to.name)).collect();
    let message = match &names[..] {
        [name] => format!("`{agent}` is not in {name}"),
        names => format!("`{agent}` is in none of {}", names.join(", ")),
    };
    let failure = Failure::new(FailureKind::Usage, message);
    Err(
        match environments.first().and_then(|to| step_towards(workspace, agent, to)) {
            Some((from, to)) => failure.hint(format!(
                "promote it there first, step by step: `cargo xtask promote {agent} --from {} --to {}`",
                from.name, to.name
            )),
            None => failure,
        },
    )
}

/// The next promotion on an agent's way to an environment: from the last one before it that runs it.
fn step_towards<'a>(
    workspace: &'a Workspace,
    agent: &AgentName,
    to: &Environment,
) -> Option<(&'a Environment, &'a Environment)> {
    let place = workspace.environments.iter().position(|other| other.name == to.name)?;
    let from = workspace.environments[..place]
        .iter()
        .rposition(|other| other.runs(agent))?;
    Some((&workspace.environments[from], &workspace.environments[from + 1]))
}

/// A name that nothing has, with the one that was probably meant.
pub(super) fn unknown<'a>(word: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let failure = Failure::new(FailureKind::Usage, format!("there is no {word} `{name}`"));
    match suggestion(name, known.clone()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.clone().next().is_none() => failure,
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

/// The image that a text names by digest.
pub(super) fn image(text: &str) -> Result<CodeComponent, Failure> {
    CodeComponent::parse(text).ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("`{text}` is no image by digest"))
            .hint("write `<repository>@sha256:<64 hexadecimal digits>`")
    })
}
