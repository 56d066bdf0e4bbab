//! Agents that leave an environment: which they are, who calls them still, and how many one run may remove.

use super::{EnvironmentInput, Options};
use crate::model::{AgentName, Finding, Location, named};
use crate::policy::Fleet;
use crate::workspace::layout::{self, ENVIRONMENT_UNIT};
use crate::workspace::{Environment, Workspace, place_of_key};

/// Units that the branch has and the environment runs no more.
pub(super) fn removed<'a>(workspace: &Workspace, input: &EnvironmentInput<'a>, options: &Options) -> Vec<&'a str> {
    let units = input.branch.units.keys().map(String::as_str);
    units.filter(|unit| leaves(workspace, input, options, unit)).collect()
}

/// Whether a run takes a unit away that the branch has.
pub(super) fn leaves(workspace: &Workspace, input: &EnvironmentInput<'_>, options: &Options, unit: &str) -> bool {
    AgentName::new(unit).is_ok_and(|agent| {
        let known = workspace.agents.contains_key(&agent) || workspace.elsewhere.contains_key(&agent);
        let runs = known && input.environment.runs(&agent);
        !runs
            && !workspace.unreadable.contains(&agent)
            && !input.environment.holds.contains_key(&agent)
            && options.agents.as_ref().is_none_or(|agents| agents.contains(&agent))
    })
}

/// Agents that would leave while others that stay call them.
pub(super) fn still_called<'a>(
    workspace: &'a Workspace,
    environment: &'a Environment,
    removed: &'a [&str],
) -> impl Iterator<Item = Finding> {
    let is_known = |agent: &AgentName| workspace.agents.contains_key(agent) || workspace.elsewhere.contains_key(agent);
    let finding = move |unit: &&str| {
        let agent = AgentName::new(unit).ok()?;
        let answers = |place: &Environment| is_known(&agent) && workspace.home(place, &agent).is_some();
        let left_alone = |place: &&Environment| {
            let was_home = place.name == environment.name || environment.file.namespace_owner;
            was_home && !answers(place)
        };
        let places: Vec<&Environment> = workspace.neighbours(environment).filter(left_alone).collect();
        let runs = |caller: &&AgentName| places.iter().any(|place| place.runs(caller));
        let callers: Vec<&AgentName> = workspace.graph.dependents(&agent).iter().filter(runs).collect();
        let Location { file, line, column } = call(workspace, callers.first()?, &agent);
        let names: Vec<String> = callers.iter().map(|caller| format!("`{caller}`")).collect();
        let (calls, they) = if names.len() == 1 {
            ("calls", "it")
        } else {
            ("call", "them")
        };
        let message = format!(
            "`{agent}` would leave `{}`, and {} still {calls} it",
            environment.name,
            named(&names, 5)
        );
        let help = format!("let {they} call another agent first, or remove {they} too; or bring `{agent}` back");
        let finding = Finding::error("removed-dependency", message).at(file, line, column);
        Some(finding.unit(environment.name.as_str(), unit).help(help))
    };
    removed.iter().filter_map(finding)
}

/// Where an agent's file names another.
fn call(workspace: &Workspace, caller: &AgentName, agent: &AgentName) -> Location {
    let whole = Location {
        file: layout::agent(caller.as_str()),
        line: 0,
        column: 0,
    };
    workspace
        .agents
        .get(caller)
        .and_then(|caller| caller.call_place(agent))
        .unwrap_or(whole)
}

/// That one run would remove more agents than the fleet allows.
pub(super) fn over_budget(
    fleet: Fleet<'_>,
    input: &EnvironmentInput<'_>,
    removed: &[&str],
    options: &Options,
) -> Option<Finding> {
    let agents = input.branch.units.len().saturating_sub(1);
    let budget = options
        .allow_removals
        .unwrap_or_else(|| fleet.workspace.fleet.deletion_budget.of(agents));
    if removed.len() <= budget {
        return None;
    }
    let environment = input.environment.name.as_str();
    let message = format!(
        "`{environment}` would lose {} of its {agents} agents, and one run may remove {budget}: {}",
        removed.len(),
        removed.join(", ")
    );
    let finding = Finding::error("deletion-budget", message).help(format!(
        "if they shall go, run it again with `--allow-removals {}`",
        removed.len()
    ));
    let limit = place_of_key(fleet.tree, layout::FLEET, &["deletionBudget"]);
    Some(match limit.filter(|_| options.allow_removals.is_none()) {
        Some(Location { file, line, column }) => finding.at(file, line, column).unit(environment, ENVIRONMENT_UNIT),
        None => finding.in_file(layout::environment(environment)),
    })
}
