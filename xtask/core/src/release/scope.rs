//! How far a finding reaches: one unit, one agent, one environment, or everything.

use std::collections::BTreeSet;

use crate::model::{AgentName, EnvironmentName, Finding};
use crate::workspace::layout::{self, ENVIRONMENT_UNIT, Place};
use crate::workspace::{Environment, of_branches};

/// How far a finding reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One agent in one environment.
    Unit(EnvironmentName, AgentName),
    /// One agent wherever it runs.
    Agent(AgentName),
    /// One environment.
    Environment(EnvironmentName),
    /// The whole fleet.
    Everything,
}

/// What errors keep from being released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocked {
    scopes: BTreeSet<Scope>,
}

impl Scope {
    /// How far a finding reaches.
    pub fn of(finding: &Finding) -> Scope {
        let named = finding.unit.as_deref().and_then(|unit| unit.split_once('/'));
        if let Some((environment, unit)) = named
            && let Ok(environment) = EnvironmentName::new(environment)
        {
            return match AgentName::new(unit) {
                Ok(agent) => Scope::Unit(environment, agent),
                Err(_) => Scope::Environment(environment),
            };
        }
        let file = finding
            .location
            .as_ref()
            .map(|location| location.file.as_str())
            .unwrap_or_default();
        Scope::of_path(file)
    }

    /// How far a file reaches.
    pub fn of_path(path: &str) -> Scope {
        Scope::narrow(path).unwrap_or(Scope::Everything)
    }

    fn narrow(path: &str) -> Option<Scope> {
        match layout::place(path) {
            Place::Values(environment, agent)
            | Place::Release(environment, agent)
            | Place::Hold(environment, agent)
            | Place::Misnamed(environment, _, agent) => Some(Scope::Unit(
                EnvironmentName::new(environment).ok()?,
                AgentName::new(agent).ok()?,
            )),
            Place::Environment(environment) => Some(Scope::Environment(EnvironmentName::new(environment).ok()?)),
            place => Some(Scope::Agent(AgentName::new(place.agent()?).ok()?)),
        }
    }
}

/// Rules about units that something is wrong with since something is wrong in the file where they are told.
const ECHOES: [&str; 2] = ["removed-dependency", "unread-neighbour"];

/// Leaves out what only follows from a file whose own error is told beside it.
pub fn without_echoes(findings: &mut Vec<Finding>) {
    let is_echo = |finding: &Finding| ECHOES.contains(&finding.rule.as_ref());
    let file = |finding: &Finding| finding.location.as_ref().map(|location| location.file.clone());
    let own = findings
        .iter()
        .filter(|finding| finding.is_error() && !is_echo(finding));
    let told: BTreeSet<String> = own.filter_map(file).collect();
    findings.retain(|finding| !is_echo(finding) || file(finding).is_none_or(|file| !told.contains(&file)));
}

impl Blocked {
    /// What is within these.
    pub fn of(scopes: BTreeSet<Scope>) -> Blocked {
        Blocked { scopes }
    }

    /// What the errors among the findings block.
    pub fn by(findings: &[Finding]) -> Blocked {
        let errors = findings.iter().filter(|finding| finding.is_error());
        Blocked::of(errors.map(Scope::of).collect())
    }

    /// What they keep from being compared: a release waits for `branches:` to be right, but what units are does not hang on
    /// it.
    pub fn compared(findings: &[Finding]) -> Blocked {
        let bear = findings.iter().filter(|finding| !of_branches(finding));
        Blocked::by(&bear.cloned().collect::<Vec<_>>())
    }

    /// Whether the whole fleet is.
    pub fn everything(&self) -> bool {
        self.scopes.contains(&Scope::Everything)
    }

    /// Whether an environment as a whole is.
    pub fn environment(&self, environment: &EnvironmentName) -> bool {
        self.everything() || self.scopes.contains(&Scope::Environment(environment.clone()))
    }

    /// Whether an agent is in an environment.
    pub fn unit(&self, environment: &EnvironmentName, agent: &AgentName) -> bool {
        self.environment(environment)
            || self.scopes.contains(&Scope::Agent(agent.clone()))
            || self.scopes.contains(&Scope::Unit(environment.clone(), agent.clone()))
    }

    /// Whether a run over these environments, and these agents where some are named, is touched at all.
    pub fn touches(&self, environments: &[&Environment], agents: Option<&BTreeSet<AgentName>>) -> bool {
        let environment_in = |name: &EnvironmentName| environments.iter().any(|environment| environment.name == *name);
        let agent_in = |name: &AgentName| agents.is_none_or(|agents| agents.contains(name));
        self.scopes.iter().any(|scope| match scope {
            Scope::Everything => true,
            Scope::Environment(environment) => environment_in(environment),
            Scope::Agent(agent) => agent_in(agent),
            Scope::Unit(environment, agent) => environment_in(environment) && agent_in(agent),
        })
    }
}

impl Blocked {
    /// Whether a unit is, by its name on the branch.
    pub fn named(&self, environment: &EnvironmentName, unit: &str) -> bool {
        if unit == ENVIRONMENT_UNIT {
            return self.environment(environment);
        }
        AgentName::new(unit).is_ok_and(|agent| self.unit(environment, &agent))
    }
}
