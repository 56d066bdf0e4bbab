//! Agents and environments whose own files cannot be read: what is known of them all the same, and whose surroundings it
//! leaves in the dark.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::files::FleetFile;
use super::{Environment, Workspace};
use super::{layout, places};
use crate::model::{AgentName, EnvironmentName, FileTree, Location};
use crate::yaml::{self, Segment};

/// What is known of agents and environments whose own files cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Unread {
    /// The agents: they are not gone, only unknown.
    pub(super) agents: BTreeMap<AgentName, UnreadAgent>,
    /// The environments that the fleet lists.
    pub(super) environments: BTreeMap<EnvironmentName, UnreadEnvironment>,
}

/// What is known of an agent whose file cannot be read.
#[derive(Clone, Debug)]
pub(super) struct UnreadAgent {
    /// Whom its file says that it calls.
    pub(super) calls: Vec<AgentName>,
    /// Whom else it may call, since their names stand in the file; nothing where that could be anybody.
    may_call: Option<BTreeSet<AgentName>>,
}

/// What is known of an environment whose file cannot be read.
#[derive(Clone, Debug)]
pub(super) struct UnreadEnvironment {
    server: Option<String>,
    namespace: Option<String>,
    released: BTreeSet<AgentName>,
}

impl UnreadAgent {
    /// What the file of this agent says, as far as it can be told; `all` are the agents that it could mean.
    pub(super) fn of(tree: &FileTree, agent: &AgentName, all: &BTreeSet<AgentName>) -> UnreadAgent {
        let bytes = tree.get(&layout::agent(agent.as_str()));
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let calls = text.map(calls).unwrap_or_default();
        // a backslash may write a name in other letters
        let plain = text.filter(|text| !text.contains('\\'));
        let is_named =
            |text: &str, other: &AgentName| other != agent && !calls.contains(other) && text.contains(other.as_str());
        let named = |text| all.iter().filter(|other| is_named(text, other)).cloned().collect();
        UnreadAgent {
            may_call: plain.map(named),
            calls,
        }
    }

    fn may_call(&self, other: &AgentName) -> bool {
        self.may_call.as_ref().is_none_or(|others| others.contains(other))
    }

    fn is_told(&self) -> bool {
        self.may_call.as_ref().is_some_and(BTreeSet::is_empty)
    }
}

/// The agents that a file of an agent says to be called, whatever else is wrong with it.
pub fn calls(text: &str) -> Vec<AgentName> {
    let value = yaml::read_value(text).unwrap_or_default();
    let dependencies = value["dependencies"].as_array().into_iter().flatten();
    let names = dependencies.filter_map(|dependency| dependency["agent"].as_str());
    names.filter_map(|name| AgentName::new(name).ok()).collect()
}

/// Where a file of an agent names another one, whatever else is wrong with it.
pub(super) fn call_place(tree: &FileTree, agent: &AgentName, other: &AgentName) -> Option<Location> {
    let file = layout::agent(agent.as_str());
    let bytes = tree.get(&file)?;
    let value = yaml::read_value(std::str::from_utf8(bytes).ok()?).ok()?;
    let mut dependencies = value["dependencies"].as_array()?.iter();
    let index = dependencies.position(|dependency| dependency["agent"] == other.as_str())?;
    let path = [
        places::keys(&["dependencies"]),
        vec![Segment::Index(index)],
        places::keys(&["agent"]),
    ];
    Some(places::location(&file, Some(bytes), &path.concat()))
}

/// What is known of the environments that the fleet lists and that cannot be read; `released` are the agents of which each
/// has a release file.
pub(super) fn environments(
    tree: &FileTree,
    fleet: &FleetFile,
    read: &[Environment],
    released: &BTreeMap<String, BTreeSet<AgentName>>,
) -> BTreeMap<EnvironmentName, UnreadEnvironment> {
    let is_read = |name: &EnvironmentName| read.iter().any(|environment| environment.name == *name);
    let unread = fleet.environments.iter().filter(|name| !is_read(name));
    let known = unread.map(|name| {
        let bytes = tree.get(&layout::environment(name.as_str()));
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let value = text.and_then(|text| yaml::read_value(text).ok()).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let known = UnreadEnvironment {
            server: text(&value["cluster"]["server"]),
            namespace: text(&value["namespace"]),
            released: released.get(name.as_str()).cloned().unwrap_or_default(),
        };
        (name.clone(), known)
    });
    known.collect()
}

impl Workspace {
    /// Whether an environment that the fleet lists cannot be read.
    pub fn has_unread_environments(&self) -> bool {
        !self.unread.environments.is_empty()
    }

    /// The file of an environment that cannot be read and that may share a namespace with this one, where it runs one of
    /// these agents.
    pub(crate) fn unread_beside<'a>(
        &self,
        environment: &Environment,
        agents: impl Iterator<Item = &'a AgentName> + Clone,
    ) -> Option<String> {
        let may_be = |known: &Option<String>, is: &str| known.as_ref().is_none_or(|known| known == is);
        let beside = self.unread.environments.iter().filter(|(_, other)| {
            may_be(&other.server, &environment.file.cluster.server)
                && may_be(&other.namespace, &environment.file.namespace)
        });
        // one without release files may follow the candidate, and run them all
        let mut runs = beside.filter(|(_, other)| {
            let runs = |agent| other.released.is_empty() || other.released.contains(agent);
            agents.clone().any(runs)
        });
        runs.next().map(|(name, _)| layout::environment(name.as_str()))
    }

    /// The last environment by the fleet's order that runs a release of an agent, or the file that keeps this from being
    /// known.
    pub fn last_release(&self, agent: &AgentName) -> Result<Option<&Environment>, String> {
        for name in self.fleet.environments.iter().rev() {
            if let Some(environment) = self.environment(name.as_str()) {
                if environment.unread.contains(agent) {
                    return Err(layout::release(name, agent));
                }
                if environment.releases.contains_key(agent) {
                    return Ok(Some(environment));
                }
            } else if let Some(unread) = self.unread.environments.get(name)
                && unread.released.contains(agent)
            {
                return Err(layout::environment(name.as_str()));
            }
        }
        Ok(None)
    }

    /// The file that cannot be read and says something of what surrounds a unit: who calls it, where those answer that it
    /// calls, and when it starts. `is_there` are the agents that the environment has already.
    pub(crate) fn unread_around(
        &self,
        environment: &Environment,
        agent: &AgentName,
        is_there: &dyn Fn(&AgentName) -> bool,
    ) -> Option<String> {
        let callers = self.graph.dependents(agent).iter();
        self.unread_beside(environment, callers)
            .or_else(|| self.unread_caller(environment, agent, is_there))
            .or_else(|| self.unread_callee(environment, agent))
            .or_else(|| self.unread_order(agent))
    }

    fn unread_caller(
        &self,
        environment: &Environment,
        agent: &AgentName,
        is_there: &dyn Fn(&AgentName) -> bool,
    ) -> Option<String> {
        let runs = |other: &AgentName| {
            let mut places = self.neighbours(environment);
            is_there(other) || places.any(|place| place.releases.contains_key(other))
        };
        let mut callers = self.unread.agents.iter().filter(|(_, unread)| unread.may_call(agent));
        let caller = callers.find(|(other, _)| runs(other));
        caller.map(|(other, _)| layout::agent(other.as_str()))
    }

    fn unread_callee(&self, environment: &Environment, agent: &AgentName) -> Option<String> {
        let called = self.agents.get(agent)?.file.agent_dependencies();
        called.iter().find_map(|other| {
            if self.unread.agents.contains_key(other) {
                return Some(layout::agent(other.as_str()));
            }
            let home = self.neighbours(environment).find(|home| home.unread.contains(other));
            home.map(|home| layout::release(&home.name, other))
        })
    }

    /// An agent's place in the order of start-up follows from all that it depends on, directly or not.
    fn unread_order(&self, agent: &AgentName) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut next = vec![agent.clone()];
        while let Some(one) = next.pop() {
            if let Some(unread) = self.unread.agents.get(&one) {
                if !unread.is_told() {
                    return Some(layout::agent(one.as_str()));
                }
                next.extend(unread.calls.clone());
            }
            let file = self.agents.get(&one).map(|agent| agent.file.agent_dependencies());
            let known = file.or_else(|| self.elsewhere.get(&one).cloned());
            next.extend(known.into_iter().flatten().filter(|other| seen.insert(other.clone())));
        }
        None
    }
}
