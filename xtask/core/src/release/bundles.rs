//! The bundles of a run, and what they share across branches.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Map;

use super::bundle::{Bundle, Record};
use super::{EnvironmentInput, Options};
use crate::artifact::TupleRecord;
use crate::model::{AgentName, Finding};
use crate::render::{ARGOCD_BLUEPRINT, ENVIRONMENT_BLUEPRINT, Engines, Unit, environment_input};
use crate::workspace::Workspace;
use crate::workspace::layout::ENVIRONMENT_UNIT;

/// Bundles of one environment by unit; a unit with findings has none.
pub(super) type Bundles = BTreeMap<String, Option<Bundle>>;

/// Renders every unit of the run, in parallel.
pub(super) fn bundles(
    workspace: &Workspace,
    engines: &Engines,
    inputs: &[EnvironmentInput<'_>],
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Vec<Bundles> {
    let mut work: Vec<(usize, Option<&AgentName>)> = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        work.push((index, None));
        let chosen = |agent: &&AgentName| {
            options.agents.as_ref().is_none_or(|agents| agents.contains(*agent))
                && !input.environment.holds.contains_key(*agent)
                && !options.blocked.unit(&input.environment.name, agent)
                && !options
                    .unchanged
                    .contains_key(&(input.environment.name.clone(), (*agent).clone()))
        };
        let agents = workspace.agents_in(input.environment).map(|agent| &agent.name);
        work.extend(agents.filter(chosen).map(|agent| (index, Some(agent))));
    }
    let results: Vec<(usize, String, Result<Bundle, Vec<Finding>>)> = work
        .into_par_iter()
        .with_min_len(4)
        .map(|(index, agent)| {
            let input = &inputs[index];
            match agent {
                Some(agent) => {
                    let mut bundle = agent_bundle(workspace, engines, input, agent);
                    if let Ok(bundle) = &mut bundle {
                        let previous = input.branch.units.get(agent.as_str());
                        bundle.differs |= options.restates(&input.environment.name, previous);
                    }
                    (index, agent.to_string(), bundle)
                }
                None => (
                    index,
                    ENVIRONMENT_UNIT.to_owned(),
                    environment_bundle(workspace, engines, input),
                ),
            }
        })
        .collect();
    let mut bundles: Vec<Bundles> = inputs.iter().map(|_| BTreeMap::new()).collect();
    for (index, unit, result) in results {
        let bundle = result.map_err(|mut new| findings.append(&mut new)).ok();
        bundles[index].insert(unit, bundle);
    }
    bundles
}

fn agent_bundle(
    workspace: &Workspace,
    engines: &Engines,
    input: &EnvironmentInput<'_>,
    agent: &AgentName,
) -> Result<Bundle, Vec<Finding>> {
    let unit = Unit::new(workspace, input.environment, &workspace.agents[agent], &Map::new())?;
    let rendered = engines.unit(workspace, &unit)?;
    let record = Record::Agent(Box::new(record(&unit)));
    let previous = input.branch.units.get(agent.as_str());
    Ok(Bundle::new(
        agent.as_str(),
        record,
        rendered,
        unit.generations,
        previous,
        input.branch.sequence + 1,
    ))
}

/// What is recorded of a unit's tuple.
pub(super) fn record(unit: &Unit) -> TupleRecord {
    TupleRecord {
        environment: unit.environment.clone(),
        agent: unit.agent.clone(),
        version: unit.context.release.version.clone(),
        id: unit.context.release.tuple_id,
        input_digest: unit.input_digest,
        tuple: unit.context.tuple.clone(),
        overrides: unit.context.release.overrides.clone(),
    }
}

fn environment_bundle(
    workspace: &Workspace,
    engines: &Engines,
    input: &EnvironmentInput<'_>,
) -> Result<Bundle, Vec<Finding>> {
    let (context, input_digest) = environment_input(workspace, input.environment)?;
    let rendered = engines.environment(workspace, input.environment, &context)?;
    let digest = |name: &str| Some((name.to_owned(), workspace.blueprints.get(name)?.digest));
    let record = Record::Environment {
        environment: input.environment.name.clone(),
        input_digest,
        blueprints: [ENVIRONMENT_BLUEPRINT, ARGOCD_BLUEPRINT]
            .into_iter()
            .filter_map(digest)
            .collect(),
    };
    let previous = input.branch.units.get(ENVIRONMENT_UNIT);
    Ok(Bundle::new(
        ENVIRONMENT_UNIT,
        record,
        rendered,
        0,
        previous,
        input.branch.sequence + 1,
    ))
}

/// Objects that two units of one cluster both have.
pub(super) fn shared_identities(inputs: &[EnvironmentInput<'_>], bundles: &[Bundles]) -> Vec<Finding> {
    let mut owned = Vec::new();
    for (index, (input, bundles)) in inputs.iter().zip(bundles).enumerate() {
        let server = input.environment.file.cluster.server.as_str();
        for bundle in bundles.values().flatten() {
            let objects = bundle.objects.iter();
            owned.extend(objects.map(|object| (server, &object.id, index, bundle.unit.as_str())));
        }
    }
    owned.par_sort_unstable();
    let mut findings = Vec::new();
    for (position, (server, id, index, unit)) in owned.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| owned[before]);
        let twin = before.filter(|before| (before.0, before.1) == (*server, *id));
        let twin = twin.map(|(.., index, unit)| format!("{}/{unit}", inputs[index].environment.name));
        let environment = &inputs[*index].environment.name;
        if let Some(other) = twin.or_else(|| inputs[*index].foreign.get(id).cloned()) {
            findings.push(
                Finding::error(
                    "shared-object",
                    format!("`{id}` is in `{other}` and in `{environment}/{unit}`"),
                )
                .unit(environment.as_str(), unit)
                .object(id.to_string())
                .help("give the environments different namespaces or suffixes, or one of the objects another name"),
            );
        }
    }
    findings
}
