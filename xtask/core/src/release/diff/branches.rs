//! A tree against the environment branches, and two environment branches against each other.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::components::ComponentFiles;
use super::pairing::{Names, Naming};
use super::trees::{Compared, Outcome, TreeSide};
use super::unit::{Subject, UnitState, unit_difference};
use crate::model::{AgentName, FleetChange};
use crate::release::{BranchState, PreviousUnit};
use crate::render::retained;
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{Environment, Workspace};

/// What the next release of these environments would change on their branches.
pub fn against_branches(
    tree: TreeSide<'_>,
    branches: &[(&Environment, &BranchState)],
    agents: Option<&BTreeSet<AgentName>>,
) -> Compared {
    let files = ComponentFiles::of(&[tree.workspace]);
    let mut work: Vec<(&Environment, &BranchState, String)> = Vec::new();
    let mut held = Vec::new();
    for (environment, branch) in branches {
        if agents.is_none() && !tree.blocked.environment(&environment.name) {
            work.push((environment, branch, ENVIRONMENT_UNIT.to_owned()));
        }
        let run = tree.workspace.agents_in(environment).map(|agent| agent.name.clone());
        let had = branch.units.keys().filter_map(|unit| AgentName::new(unit).ok());
        let units: BTreeSet<AgentName> = run.chain(had).collect();
        let chosen = |agent: &AgentName| agents.is_none_or(|agents| agents.contains(agent));
        for agent in units.into_iter().filter(chosen) {
            if environment.holds.contains_key(&agent) {
                held.push(format!("{}/{agent}", environment.name));
            } else if tree.knows(&environment.name, &agent) {
                work.push((environment, branch, agent.to_string()));
            }
        }
    }
    let compared = work
        .into_par_iter()
        .map(|(environment, branch, unit)| next_release(tree, environment, branch, &unit, &files))
        .collect();
    let mut compared = Compared::of(compared);
    compared.change.held = held;
    compared
}

fn next_release(
    tree: TreeSide<'_>,
    environment: &Environment,
    branch: &BranchState,
    unit: &str,
    files: &ComponentFiles<'_>,
) -> Outcome {
    let previous = branch.units.get(unit);
    let before = previous.map(UnitState::of_branch);
    let of_tree = |findings| (Vec::new(), findings);
    let after = match tree.prepare(&environment.name, unit).map_err(of_tree)? {
        None => None,
        Some(input) => {
            let generations = input.generations();
            let mut state = tree.render(input).map_err(of_tree)?;
            let had = previous.map(PreviousUnit::objects).unwrap_or_default();
            let kept = retained(&state.objects, &had, generations, branch.sequence + 1);
            state.objects.extend(kept);
            Some(state)
        }
    };
    let subject = Subject {
        environment: &environment.name,
        other_environment: None,
        unit,
        naming: Naming::Same,
    };
    Ok(unit_difference(&subject, before.as_ref(), after.as_ref(), files))
}

/// What the units of one environment's branch differ in from those of another's.
pub fn between_environments(
    workspace: &Workspace,
    before: (&Environment, &BranchState),
    after: (&Environment, &BranchState),
    agents: Option<&BTreeSet<AgentName>>,
) -> FleetChange {
    let files = ComponentFiles::of(&[workspace]);
    let units: BTreeSet<&String> = before.1.units.keys().chain(after.1.units.keys()).collect();
    let chosen =
        |unit: &&String| agents.is_none_or(|agents| AgentName::new(unit).is_ok_and(|agent| agents.contains(&agent)));
    let units: Vec<&String> = units.into_iter().filter(chosen).collect();
    let compared = units
        .into_par_iter()
        .map(|unit| {
            let state = |(_, branch): (&Environment, &BranchState)| branch.units.get(unit).map(UnitState::of_branch);
            let subject = Subject {
                environment: &after.0.name,
                other_environment: (before.0.name != after.0.name).then_some(&before.0.name),
                unit,
                naming: Naming::Of(names(before.0, unit), names(after.0, unit)),
            };
            Ok(unit_difference(
                &subject,
                state(before).as_ref(),
                state(after).as_ref(),
                &files,
            ))
        })
        .collect();
    Compared::of(compared).change
}

fn names(environment: &Environment, unit: &str) -> Names {
    Names {
        namespace: environment.file.namespace.clone(),
        environment: environment.name.to_string(),
        name: if unit == ENVIRONMENT_UNIT {
            environment.name.to_string()
        } else {
            format!("{unit}{}", environment.file.suffix)
        },
    }
}
