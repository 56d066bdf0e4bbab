//! Rendering many units at once.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::{Engines, OUTPUT_FORMAT, Rendered, Unit, built_in, fleet_context};
use crate::model::{AgentName, Digest, EnvironmentName, Finding, Manifest};
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{ARGOCD_BLUEPRINT, ENVIRONMENT_BLUEPRINT, Environment, Workspace};

/// What to render.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// In these environments.
    pub environments: Vec<&'a Environment>,
    /// These agents; all, and what the environments have of their own, where none are named.
    pub agents: Option<BTreeSet<AgentName>>,
    /// Values that are stronger than those of any file.
    pub set: Map<String, Value>,
}

impl<'a> Selection<'a> {
    /// Every unit of a fleet, as its files say.
    pub fn everything(workspace: &'a Workspace) -> Selection<'a> {
        Selection {
            environments: workspace.environments.iter().collect(),
            agents: None,
            set: Map::new(),
        }
    }
}

/// A unit and what it renders to.
#[derive(Clone, Debug)]
pub struct RenderedUnit {
    /// The environment.
    pub environment: EnvironmentName,
    /// The agent, or `_environment`.
    pub unit: String,
    /// SHA-256 of everything that it was rendered from.
    pub input_digest: Digest,
    /// Its merged values.
    pub values: Value,
    /// Its objects.
    pub rendered: Rendered,
}

impl RenderedUnit {
    /// Its own objects, then its Argo CD objects.
    pub fn all_objects(&self) -> impl Iterator<Item = &Manifest> {
        self.rendered
            .objects
            .iter()
            .chain(self.rendered.argocd.values().flatten())
    }
}

/// Renders the units of a selection, ordered by environment and name; units with findings are left out.
pub fn render_all(
    workspace: &Workspace,
    engines: &Engines,
    selection: &Selection<'_>,
) -> (Vec<RenderedUnit>, Vec<Finding>) {
    let (units, findings, _) = render_while(workspace, engines, selection, &|| true);
    (units, findings)
}

/// The same as long as `goes_on`, which is asked before each unit; last, how many units are left.
pub fn render_while(
    workspace: &Workspace,
    engines: &Engines,
    selection: &Selection<'_>,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> (Vec<RenderedUnit>, Vec<Finding>, usize) {
    let mut work: Vec<(&Environment, Option<&AgentName>)> = Vec::new();
    for environment in &selection.environments {
        if selection.agents.is_none() {
            work.push((environment, None));
        }
        let agents = workspace.agents_in(environment).map(|agent| &agent.name);
        let chosen = agents.filter(|agent| selection.agents.as_ref().is_none_or(|agents| agents.contains(*agent)));
        work.extend(chosen.map(|agent| (*environment, Some(agent))));
    }
    let all = work.len();
    let results: Vec<Result<RenderedUnit, Vec<Finding>>> = work
        .into_par_iter()
        .filter(|_| goes_on())
        .map(|(environment, agent)| match agent {
            Some(agent) => agent_unit(workspace, engines, environment, agent, &selection.set),
            None => environment_unit(workspace, engines, environment),
        })
        .collect();
    let left = all - results.len();
    let mut findings = Vec::new();
    let units = results
        .into_iter()
        .filter_map(|result| result.map_err(|mut new| findings.append(&mut new)).ok())
        .collect();
    findings.sort();
    findings.dedup();
    (units, findings, left)
}

/// Renders an agent in an environment that runs it.
pub fn agent_unit(
    workspace: &Workspace,
    engines: &Engines,
    environment: &Environment,
    agent: &AgentName,
    set: &Map<String, Value>,
) -> Result<RenderedUnit, Vec<Finding>> {
    render_unit(
        workspace,
        engines,
        Unit::new(workspace, environment, &workspace.agents[agent], set)?,
    )
}

/// Renders a unit.
pub fn render_unit(workspace: &Workspace, engines: &Engines, unit: Unit) -> Result<RenderedUnit, Vec<Finding>> {
    Ok(RenderedUnit {
        rendered: engines.unit(workspace, &unit)?,
        environment: unit.environment,
        unit: unit.agent.to_string(),
        input_digest: unit.input_digest,
        values: unit.context.values,
    })
}

/// Renders what an environment has of its own.
pub fn environment_unit(
    workspace: &Workspace,
    engines: &Engines,
    environment: &Environment,
) -> Result<RenderedUnit, Vec<Finding>> {
    let (context, input_digest) = environment_input(workspace, environment)?;
    Ok(RenderedUnit {
        environment: environment.name.clone(),
        unit: ENVIRONMENT_UNIT.to_owned(),
        input_digest,
        rendered: engines.environment(workspace, environment, &context)?,
        values: context.values,
    })
}

/// What the templates of an environment see, and its input digest, in which its two blueprints count.
pub fn environment_input(
    workspace: &Workspace,
    environment: &Environment,
) -> Result<(super::FleetContext, Digest), Vec<Finding>> {
    let own = built_in(workspace, ENVIRONMENT_BLUEPRINT)?;
    let argocd = built_in(workspace, ARGOCD_BLUEPRINT)?;
    let context = fleet_context(workspace, environment, own);
    let digest = Digest::of_json(&(OUTPUT_FORMAT, &context, own.digest, argocd.digest));
    Ok((context, digest))
}
