//! Two trees against each other: each unit rendered from both, unless the same input says that it is the same.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::Map;

use super::components::ComponentFiles;
use super::pairing::Naming;
use super::unit::{Subject, UnitState, unit_difference};
use crate::model::{AgentName, Digest, EnvironmentName, Finding, FleetChange, UnitDifference};
use crate::release::Blocked;
use crate::release::bundles::record;
use crate::render::{Engines, FleetContext, Rendered, Unit, environment_input};
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{ARGOCD_BLUEPRINT, Environment, Workspace};

/// One tree of a comparison.
#[derive(Clone, Copy)]
pub struct TreeSide<'a> {
    /// What its files say.
    pub workspace: &'a Workspace,
    /// Its compiled templates.
    pub engines: &'a Engines,
    /// What findings about its files keep from being rendered.
    pub blocked: &'a Blocked,
}

/// What differs, and what is wrong with the units that could not be compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// What differs.
    pub change: FleetChange,
    /// Findings about the side before.
    pub before: Vec<Finding>,
    /// Findings about the side after.
    pub after: Vec<Finding>,
}

/// Compares the units of two trees: in these environments, and these agents alone where some are named.
pub fn between_trees(
    before: TreeSide<'_>,
    after: TreeSide<'_>,
    environments: &[EnvironmentName],
    agents: Option<&BTreeSet<AgentName>>,
) -> Compared {
    let files = ComponentFiles::of(&[before.workspace, after.workspace]);
    let unsure = unsure([before.workspace, after.workspace]);
    let mut not_compared = Vec::new();
    let mut work: Vec<(&EnvironmentName, String)> = Vec::new();
    for name in environments {
        if agents.is_none() {
            let is_known = [before, after].iter().all(|side| !side.blocked.environment(name));
            match is_known {
                true => work.push((name, ENVIRONMENT_UNIT.to_owned())),
                false => not_compared.push(format!("{name}/{ENVIRONMENT_UNIT}")),
            }
        }
        let run = |side: TreeSide<'_>| -> BTreeSet<AgentName> {
            let environment = side.workspace.environment(name.as_str());
            let agents = environment.map(|environment| side.workspace.agents_in(environment));
            agents.into_iter().flatten().map(|agent| agent.name.clone()).collect()
        };
        let units: BTreeSet<AgentName> = &run(before) | &run(after);
        let chosen = units
            .into_iter()
            .filter(|agent| agents.is_none_or(|agents| agents.contains(agent)));
        let is_known =
            |agent: &AgentName| !unsure.contains(agent) && before.knows(name, agent) && after.knows(name, agent);
        let (known, unknown): (Vec<AgentName>, Vec<AgentName>) = chosen.partition(is_known);
        work.extend(known.into_iter().map(|agent| (name, agent.to_string())));
        not_compared.extend(unknown.into_iter().map(|agent| format!("{name}/{agent}")));
    }
    let compared: Vec<Outcome> = work
        .par_iter()
        .map(|(environment, unit)| compare(before, after, environment, unit, &files))
        .collect();
    let failed = work.iter().zip(&compared).filter(|(_, outcome)| outcome.is_err());
    not_compared.extend(failed.map(|((environment, unit), _)| format!("{environment}/{unit}")));
    not_compared.sort();
    let mut compared = Compared::of(compared);
    compared.change.not_compared = not_compared;
    compared
}

/// The agents of which a tree does not say enough: those that cannot be read, whom they call, as far as the other tree
/// says, and all that call them, whose place in the order of start-up follows from theirs.
fn unsure(sides: [&Workspace; 2]) -> BTreeSet<AgentName> {
    let mut unsure: BTreeSet<AgentName> = sides.iter().flat_map(|side| side.unreadable.clone()).collect();
    if unsure.is_empty() {
        return unsure;
    }
    let mut next: Vec<AgentName> = unsure.iter().cloned().collect();
    let called: Vec<AgentName> = sides
        .iter()
        .flat_map(|side| side.agents.keys().map(move |agent| (side, agent)))
        .filter(|(side, agent)| {
            side.graph
                .dependents(agent)
                .iter()
                .any(|caller| unsure.contains(caller))
        })
        .map(|(_, agent)| agent.clone())
        .collect();
    while let Some(agent) = next.pop() {
        for caller in sides.iter().flat_map(|side| side.graph.dependents(&agent)) {
            if unsure.insert(caller.clone()) {
                next.push(caller.clone());
            }
        }
    }
    unsure.extend(called);
    unsure
}

/// What comparing one unit says: its difference, or what is wrong with either side.
pub(super) type Outcome = Result<Option<UnitDifference>, (Vec<Finding>, Vec<Finding>)>;

impl Compared {
    pub(super) fn of(outcomes: Vec<Outcome>) -> Compared {
        let mut compared = Compared::default();
        for outcome in outcomes {
            match outcome {
                Ok(Some(unit)) => compared.change.units.push(unit),
                Ok(None) => compared.change.unchanged += 1,
                Err((mut before, mut after)) => {
                    compared.before.append(&mut before);
                    compared.after.append(&mut after);
                }
            }
        }
        compared
    }
}

fn compare(
    before: TreeSide<'_>,
    after: TreeSide<'_>,
    environment: &EnvironmentName,
    unit: &str,
    files: &ComponentFiles<'_>,
) -> Outcome {
    let (old, new) = match (before.prepare(environment, unit), after.prepare(environment, unit)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return Err((old.err().unwrap_or_default(), new.err().unwrap_or_default())),
    };
    let digest = |input: &Option<Input<'_>>| input.as_ref().map(Input::digest);
    // an Application is rendered from a blueprint of its own, which is no part of an agent's input
    if digest(&old) == digest(&new) && before.argocd() == after.argocd() {
        return Ok(None);
    }
    let states = (
        old.map(|input| before.render(input)).transpose(),
        new.map(|input| after.render(input)).transpose(),
    );
    let (old, new) = match states {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return Err((old.err().unwrap_or_default(), new.err().unwrap_or_default())),
    };
    let subject = Subject {
        environment,
        other_environment: None,
        unit,
        naming: Naming::Same,
    };
    Ok(unit_difference(&subject, old.as_ref(), new.as_ref(), files))
}

/// What a unit is rendered from.
pub(super) enum Input<'a> {
    /// An agent.
    Agent(Box<Unit>),
    /// What an environment has of its own.
    Environment(&'a Environment, Box<FleetContext>, Digest),
}

impl Input<'_> {
    fn digest(&self) -> Digest {
        match self {
            Input::Agent(unit) => unit.input_digest,
            Input::Environment(.., digest) => *digest,
        }
    }

    /// How many generations of each hash-named ConfigMap stay beside the current one.
    pub(super) fn generations(&self) -> usize {
        match self {
            Input::Agent(unit) => unit.generations,
            Input::Environment(..) => 0,
        }
    }
}

impl<'a> TreeSide<'a> {
    /// Whether the files say for sure if the environment runs the agent, and what.
    pub(super) fn knows(&self, environment: &EnvironmentName, agent: &AgentName) -> bool {
        !self.blocked.unit(environment, agent) && !self.workspace.unreadable.contains(agent)
    }

    fn argocd(&self) -> Option<Digest> {
        let blueprint = self.workspace.blueprints.get(ARGOCD_BLUEPRINT)?;
        Some(blueprint.digest)
    }

    /// What a unit is rendered from; nothing where the tree does not have it.
    pub(super) fn prepare(&self, environment: &EnvironmentName, unit: &str) -> Result<Option<Input<'a>>, Vec<Finding>> {
        let Some(environment) = self.workspace.environment(environment.as_str()) else {
            return Ok(None);
        };
        if unit == ENVIRONMENT_UNIT {
            let (context, digest) = environment_input(self.workspace, environment)?;
            return Ok(Some(Input::Environment(environment, Box::new(context), digest)));
        }
        let agent = AgentName::new(unit)
            .ok()
            .and_then(|name| self.workspace.agents.get(&name));
        match agent.filter(|agent| environment.runs(&agent.name)) {
            None => Ok(None),
            Some(agent) => {
                let unit = Unit::new(self.workspace, environment, agent, &Map::new())?;
                Ok(Some(Input::Agent(Box::new(unit))))
            }
        }
    }

    /// Renders a unit, without earlier generations.
    pub(super) fn render(&self, input: Input<'_>) -> Result<UnitState, Vec<Finding>> {
        let input_digest = Some(input.digest());
        let (record, Rendered { mut objects, argocd }) = match input {
            Input::Agent(unit) => (Some(record(&unit)), self.engines.unit(self.workspace, &unit)?),
            Input::Environment(environment, context, _) => {
                (None, self.engines.environment(self.workspace, environment, &context)?)
            }
        };
        objects.extend(argocd.into_values().flatten());
        Ok(UnitState {
            record,
            input_digest,
            objects,
        })
    }
}
