//! Which units a change of the files affects, and why: by their input alone, without rendering.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Blocked;
use super::diff::field_changes;
use crate::model::{AgentName, ChangeKind, Digest, EnvironmentName, FieldChange, Finding, Step};
use crate::render::{Unit, environment_input};
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{ARGOCD_BLUEPRINT, ENVIRONMENT_BLUEPRINT, Workspace};

/// A unit that a change affects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// The environment.
    pub environment: EnvironmentName,
    /// The agent, or `_environment`.
    #[serde(rename = "agent")]
    pub unit: String,
    /// What happens to it.
    pub change: ChangeKind,
    /// Why; a unit that is new or gone needs no reason.
    pub reasons: Vec<Reason>,
}

/// One of the things that a unit's input differs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// What it is.
    pub cause: Cause,
    /// Where it stands in the template context.
    pub fields: Vec<String>,
}

/// What of a unit's input differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The tuple's image.
    Code,
    /// The tuple's prompts.
    Prompts,
    /// The tuple's model.
    Model,
    /// The tuple's tools.
    Tools,
    /// The tuple's retrieval index.
    Retrieval,
    /// The tuple's output contract.
    Contract,
    /// The templates.
    Blueprint,
    /// The label of the release.
    Version,
    /// What the environment replaces in the tuple.
    Overrides,
    /// The merged values.
    Values,
    /// What it calls.
    Dependencies,
    /// What calls it.
    Dependents,
    /// Its place in the order of start-up.
    Wave,
    /// The environment, or how the fleet is delivered.
    Environment,
    /// Which agents an environment runs.
    Agents,
    /// Owner, description, criticality or objectives of the agent.
    Agent,
}

impl Cause {
    /// The cause in one word.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Code => "code",
            Cause::Prompts => "prompts",
            Cause::Model => "model",
            Cause::Tools => "tools",
            Cause::Retrieval => "retrieval",
            Cause::Contract => "contract",
            Cause::Blueprint => "blueprint",
            Cause::Version => "version",
            Cause::Overrides => "overrides",
            Cause::Values => "values",
            Cause::Dependencies => "dependencies",
            Cause::Dependents => "dependents",
            Cause::Wave => "wave",
            Cause::Environment => "environment",
            Cause::Agents => "agents",
            Cause::Agent => "agent",
        }
    }
}

/// One tree, and what findings about its files keep from being judged.
type Side<'a> = (&'a Workspace, &'a Blocked);

/// The units whose input differs between two trees, by environment in the fleet's order, then by name; and what is
/// wrong with the units of the later tree that cannot be judged.
pub fn affected(base: Side<'_>, head: Side<'_>) -> (Vec<Affected>, Vec<Finding>) {
    let mut work: Vec<(&EnvironmentName, String)> = Vec::new();
    for name in environments(base.0, head.0) {
        if base.1.environment(name) || head.1.environment(name) {
            continue;
        }
        work.push((name, ENVIRONMENT_UNIT.to_owned()));
        let units: BTreeSet<&AgentName> = &agents(base.0, name) | &agents(head.0, name);
        let known = |(workspace, blocked): Side<'_>, agent: &AgentName| {
            !blocked.unit(name, agent) && !workspace.unreadable.contains(agent)
        };
        let judged = units
            .into_iter()
            .filter(|agent| known(base, agent) && known(head, agent));
        work.extend(judged.map(|agent| (name, agent.to_string())));
    }
    let judged: Vec<Result<Option<Affected>, Vec<Finding>>> = work
        .into_par_iter()
        .map(|(environment, unit)| judge(base.0, head.0, environment, unit))
        .collect();
    let mut findings = Vec::new();
    let units = judged
        .into_iter()
        .filter_map(|result| result.map_err(|mut new| findings.append(&mut new)).ok().flatten())
        .collect();
    (units, findings)
}

/// The environments of the later tree in its order, then those that only the earlier one has.
pub(super) fn environments<'a>(base: &'a Workspace, head: &'a Workspace) -> Vec<&'a EnvironmentName> {
    let names = |workspace: &'a Workspace| workspace.environments.iter().map(|environment| &environment.name);
    let gone = names(base).filter(|name| head.environment(name.as_str()).is_none());
    names(head).chain(gone).collect()
}

fn agents<'a>(workspace: &'a Workspace, environment: &EnvironmentName) -> BTreeSet<&'a AgentName> {
    let environment = workspace.environment(environment.as_str());
    let agents = environment.map(|environment| workspace.agents_in(environment));
    agents.into_iter().flatten().map(|agent| &agent.name).collect()
}

fn judge(
    base: &Workspace,
    head: &Workspace,
    environment: &EnvironmentName,
    unit: String,
) -> Result<Option<Affected>, Vec<Finding>> {
    // what cannot be told of the earlier tree counts as changed
    let before = input(base, environment, &unit).unwrap_or_default();
    let after = input(head, environment, &unit)?;
    let reasons = match (&before, &after) {
        (Some(before), Some(after)) if before.digest == after.digest && before.blueprints == after.blueprints => {
            return Ok(None);
        }
        (Some(before), Some(after)) => reasons(before, after),
        (None, None) => return Ok(None),
        _ => Vec::new(),
    };
    Ok(Some(Affected {
        environment: environment.clone(),
        unit,
        change: ChangeKind::of(before, after),
        reasons,
    }))
}

/// What a unit is rendered from.
struct Input {
    digest: Digest,
    context: Value,
    /// Blueprints that render a part of it without being in its context.
    blueprints: BTreeMap<&'static str, Digest>,
}

fn input(workspace: &Workspace, environment: &EnvironmentName, unit: &str) -> Result<Option<Input>, Vec<Finding>> {
    let Some(environment) = workspace.environment(environment.as_str()) else {
        return Ok(None);
    };
    let digest = |name: &'static str| Some((name, workspace.blueprints.get(name)?.digest));
    if unit == ENVIRONMENT_UNIT {
        let (context, input_digest) = environment_input(workspace, environment)?;
        return Ok(Some(Input {
            digest: input_digest,
            context: serde_json::to_value(context).unwrap_or_default(),
            blueprints: [ENVIRONMENT_BLUEPRINT, ARGOCD_BLUEPRINT]
                .into_iter()
                .filter_map(digest)
                .collect(),
        }));
    }
    let agent = AgentName::new(unit).ok().and_then(|name| workspace.agents.get(&name));
    let Some(agent) = agent.filter(|agent| environment.runs(&agent.name)) else {
        return Ok(None);
    };
    let unit = Unit::new(workspace, environment, agent, &Map::new())?;
    Ok(Some(Input {
        digest: unit.input_digest,
        context: serde_json::to_value(&unit.context).unwrap_or_default(),
        blueprints: [ARGOCD_BLUEPRINT].into_iter().filter_map(digest).collect(),
    }))
}

fn reasons(before: &Input, after: &Input) -> Vec<Reason> {
    let changes = field_changes(&before.context, &after.context);
    let tuple_differs = |part: &str| changes.iter().any(|change| keys(change) == ("tuple", part));
    let overridden = changes.iter().any(|change| keys(change) == ("release", "overrides"));
    let mut found: BTreeMap<Cause, BTreeSet<String>> = BTreeMap::new();
    for change in &changes {
        let cause = match keys(change) {
            ("tuple", part) => component(part),
            ("release", "version") => Some(Cause::Version),
            ("release", "overrides") => Some(Cause::Overrides),
            // the tuple's id follows from the tuple
            ("release", _) => None,
            ("values", _) => Some(Cause::Values),
            ("environment", _) => Some(Cause::Environment),
            ("agents", _) => Some(Cause::Agents),
            ("agent", "dependencies") => Some(Cause::Dependencies),
            ("agent", "dependents") => Some(Cause::Dependents),
            ("agent", "wave") => Some(Cause::Wave),
            // follows from where it runs
            ("agent", "resourceName") => Some(Cause::Environment),
            ("agent", "image") => None,
            // what holds here follows from the tuple and the overrides, except for prompts that are always the latest
            ("agent", part) => component(part).map_or(Some(Cause::Agent), |cause| {
                (!tuple_differs(part) && !overridden).then_some(cause)
            }),
            _ => Some(Cause::Agent),
        };
        if let Some(cause) = cause {
            found.entry(cause).or_default().insert(change.path.to_string());
        }
    }
    for (name, digest) in &after.blueprints {
        if before.blueprints.get(name) != Some(digest) {
            found
                .entry(Cause::Blueprint)
                .or_default()
                .insert(format!("templates/{name}"));
        }
    }
    found
        .into_iter()
        .map(|(cause, fields)| Reason {
            cause,
            fields: fields.into_iter().collect(),
        })
        .collect()
}

fn component(part: &str) -> Option<Cause> {
    Some(match part {
        "code" => Cause::Code,
        "prompts" => Cause::Prompts,
        "model" => Cause::Model,
        "tools" => Cause::Tools,
        "retrieval" => Cause::Retrieval,
        "contract" => Cause::Contract,
        "blueprint" => Cause::Blueprint,
        _ => return None,
    })
}

/// The first two keys of a change's path.
fn keys(change: &FieldChange) -> (&str, &str) {
    let key = |index: usize| match change.path.0.get(index) {
        Some(Step::Key(key)) => key.as_str(),
        _ => "",
    };
    (key(0), key(1))
}
