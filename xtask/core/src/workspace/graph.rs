//! Who depends on whom, and in which order agents start.

use std::collections::{BTreeMap, BTreeSet};

use super::layout;
use crate::model::{AgentName, Finding, Location};

/// The dependencies between the agents of a fleet.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    waves: BTreeMap<AgentName, u32>,
    dependents: BTreeMap<AgentName, Vec<AgentName>>,
}

/// The agents that each agent depends on.
pub type Dependencies = BTreeMap<AgentName, Vec<AgentName>>;

/// Where one agent's file names another.
type Places<'a> = &'a dyn Fn(&AgentName, &AgentName) -> Option<Location>;

impl Graph {
    /// The graph of these dependencies; unknown names and cycles are findings. Nothing is known of `unreadable` agents.
    pub fn of(dependencies: &Dependencies, unreadable: &BTreeSet<AgentName>) -> (Graph, Vec<Finding>) {
        Graph::with_places(dependencies, unreadable, &|_, _| None)
    }

    /// The same, where it is known at which place one agent's file names another.
    pub(super) fn with_places(
        dependencies: &Dependencies,
        unreadable: &BTreeSet<AgentName>,
        place: Places<'_>,
    ) -> (Graph, Vec<Finding>) {
        let mut dependents: BTreeMap<AgentName, Vec<AgentName>> = BTreeMap::new();
        for (agent, others) in dependencies {
            for other in others {
                dependents.entry(other.clone()).or_default().push(agent.clone());
            }
        }
        let mut walk = Walk {
            dependencies,
            unreadable,
            place,
            waves: BTreeMap::new(),
            path: Vec::new(),
            findings: Vec::new(),
        };
        for agent in dependencies.keys() {
            walk.wave(agent);
        }
        (
            Graph {
                waves: walk.waves,
                dependents,
            },
            walk.findings,
        )
    }

    /// The agent's place in the order of start-up: one more than the latest that it depends on.
    pub fn wave(&self, agent: &AgentName) -> u32 {
        self.waves.get(agent).copied().unwrap_or_default()
    }

    /// The agents that call this one, by name.
    pub fn dependents(&self, agent: &AgentName) -> &[AgentName] {
        self.dependents.get(agent).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A depth-first walk that visits each agent once.
struct Walk<'a> {
    dependencies: &'a Dependencies,
    unreadable: &'a BTreeSet<AgentName>,
    place: Places<'a>,
    waves: BTreeMap<AgentName, u32>,
    path: Vec<&'a AgentName>,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn wave(&mut self, name: &'a AgentName) -> u32 {
        if let Some(wave) = self.waves.get(name) {
            return *wave;
        }
        if let Some(start) = self.path.iter().position(|visited| *visited == name) {
            self.report_cycle(start);
            return 0;
        }
        self.path.push(name);
        let mut wave = 0;
        for other in &self.dependencies[name] {
            match self.dependencies.get_key_value(other) {
                Some((other, _)) => wave = wave.max(self.wave(other) + 1),
                None if self.unreadable.contains(other) => {}
                None => self.report_unknown(name, other),
            }
        }
        self.path.pop();
        self.waves.insert(name.clone(), wave);
        wave
    }

    fn placed(&self, finding: Finding, name: &AgentName, other: &AgentName) -> Finding {
        match (self.place)(name, other) {
            Some(Location { file, line, column }) => finding.at(file, line, column),
            None => finding.in_file(layout::agent(name.as_str())),
        }
    }

    fn report_cycle(&mut self, start: usize) {
        let cycle: Vec<&AgentName> = self.path[start..].iter().copied().chain([self.path[start]]).collect();
        let names: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
        let message = format!("agents depend on each other in a circle: {}", names.join(" → "));
        let finding =
            Finding::error("dependency-cycle", message).help("break the circle: one of them has to start first");
        self.findings.push(self.placed(finding, cycle[0], cycle[1]));
    }

    fn report_unknown(&mut self, name: &AgentName, other: &AgentName) {
        let message = format!("`{name}` depends on `{other}`, which is no agent of this fleet");
        let finding = self.placed(Finding::error("unknown-dependency", message), name, other);
        let known = self.dependencies.keys().map(AgentName::as_str);
        self.findings
            .push(match crate::model::suggestion(other.as_str(), known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => {
                    finding.help("name an agent, or describe an external service with `health:` or `host:` and `port:`")
                }
            });
    }
}
