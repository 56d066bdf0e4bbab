//! Units: which agent runs where with what, and the template context that says it all.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{
    AgentContext, Context, ContractContext, DependencyContext, EnvironmentContext, FleetContext, ModelContext,
    PromptContext, ReleaseContext, RetrievalContext, ToolsContext,
};
use crate::model::{
    AgentName, Digest, FileComponent, Finding, Location, Overrides, PlainVersion, PromptChoice, Tuple, Version,
    impossible_port,
};
use crate::values;
use crate::workspace::files::{Dependency, Follows, TargetRevision};
use crate::workspace::{Agent, Blueprint, Environment, PromptComponent, Workspace};

/// Number of the output's format: what else than the context decides the bytes of a unit. Part of every input digest.
pub const OUTPUT_FORMAT: u32 = 1;

/// What to do about a neighbour that cannot be read.
pub(crate) const MEND: &str = "mend that file first: `cargo xtask validate` says what is wrong with it";

/// One agent in one environment, ready to be rendered.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The environment's name.
    pub environment: crate::model::EnvironmentName,
    /// The agent's name.
    pub agent: AgentName,
    /// The blueprint that it is rendered from.
    pub blueprint: Arc<Blueprint>,
    /// What its templates see.
    pub context: Context,
    /// Generations of each hash-named ConfigMap that stay beside the current one.
    pub generations: usize,
    /// SHA-256 of context and output format.
    pub input_digest: Digest,
}

impl Unit {
    /// The unit of an agent in an environment that runs it; what stands in the way are findings.
    pub fn new(
        workspace: &Workspace,
        environment: &Environment,
        agent: &Agent,
        set: &serde_json::Map<String, Value>,
    ) -> Result<Unit, Vec<Finding>> {
        let (version, tuple) = released(workspace, environment, agent)?;
        let Some(blueprint) = workspace.by_digest.get(&tuple.blueprint.sha256).cloned() else {
            // reported with the release file when the workspace was read
            return Err(Vec::new());
        };
        let overrides = environment.overrides(&agent.name);
        let layers = workspace.layers(environment, Some(agent), &blueprint);
        let mut merged = values::merge(layers.iter().map(|layer| layer.values));
        values::merge_into(&mut merged, set);
        let mut findings = Vec::new();
        let agent_context = agent_context(workspace, environment, agent, &tuple, &overrides, &mut findings);
        if !findings.is_empty() {
            let name = agent.name.as_str();
            return Err(findings
                .into_iter()
                .map(|finding| finding.unit(environment.name.as_str(), name))
                .collect());
        }
        let context = Context {
            environment: environment_context(workspace, environment),
            agent: agent_context,
            release: ReleaseContext {
                version,
                tuple_id: tuple.id(),
                overrides,
            },
            tuple,
            values: Value::Object(merged),
        };
        let generations = context
            .values
            .get("generations")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        Ok(Unit {
            environment: environment.name.clone(),
            agent: agent.name.clone(),
            blueprint,
            generations: usize::try_from(generations).unwrap_or(usize::MAX),
            input_digest: Digest::of_json(&(OUTPUT_FORMAT, &context)),
            context,
        })
    }
}

impl Unit {
    /// The values that the Application's template sees: its own, above the default values of its blueprint, which is
    /// not part of the tuple and so not of the input digest.
    pub(super) fn argocd_values(&self, argocd: &Blueprint) -> serde_json::Map<String, Value> {
        let mut values = values::merge(argocd.values.iter().map(|(_, values)| values));
        let own = self.context.values.as_object().into_iter().flatten();
        let said = own.filter(|(key, _)| values.contains_key(*key));
        let said = said.map(|(key, value)| (key.clone(), value.clone())).collect();
        values::merge_into(&mut values, &said);
        values
    }
}

/// What the templates of an environment see.
pub fn fleet_context(workspace: &Workspace, environment: &Environment, blueprint: &Blueprint) -> FleetContext {
    let layers = workspace.layers(environment, None, blueprint);
    FleetContext {
        environment: environment_context(workspace, environment),
        gpg_keys: gpg_keys(workspace, environment).unwrap_or_default(),
        values: Value::Object(values::merge(layers.iter().map(|layer| layer.values))),
    }
}

/// The keys that Argo CD can hold the commits of a branch to; nothing where another one may sign them.
fn gpg_keys(workspace: &Workspace, environment: &Environment) -> Option<Vec<String>> {
    let keys = workspace.commit_keys.get(&environment.name)?;
    keys.iter().map(|key| key.argocd_id().map(str::to_owned)).collect()
}

/// The tuple that an environment runs, and its label.
fn released(workspace: &Workspace, environment: &Environment, agent: &Agent) -> Result<(Version, Tuple), Vec<Finding>> {
    match environment.file.follows {
        Follows::Candidate => {
            let (tuple, findings) = agent.candidate(workspace);
            tuple.map(|tuple| (Version::DevLatest, tuple)).ok_or(findings)
        }
        Follows::Releases => environment
            .releases
            .get(&agent.name)
            .filter(|release| agent.can_read(&release.tuple))
            .map(|release| (release.version.clone(), release.tuple.clone()))
            // the caller asks only for agents that the environment runs, and what cannot be read was said
            .ok_or_else(Vec::new),
    }
}

fn environment_context(workspace: &Workspace, environment: &Environment) -> EnvironmentContext {
    let delivery = &workspace.fleet.delivery;
    let file = &environment.file;
    // what Argo CD reads is the active branch, whatever branch releases are proposed on
    let branch = format!("{}{}", delivery.branch_prefix, environment.name);
    EnvironmentContext {
        name: environment.name.clone(),
        fleet: workspace.fleet.name.clone(),
        tier: file.tier,
        namespace: file.namespace.clone(),
        namespace_owner: file.namespace_owner,
        suffix: file.suffix.clone(),
        cluster: file.cluster.clone(),
        node_selector: file.node_selector.clone(),
        quota: file.quota.clone(),
        limit_range: file.limit_range.clone(),
        sync_windows: file.sync_windows.clone(),
        roles: file.roles.clone(),
        gray_steps: workspace.fleet.gray_steps.clone(),
        repo_url: delivery.repo_url.clone(),
        target_revision: match delivery.target_revision {
            TargetRevision::Branch => branch,
            TargetRevision::Reference => format!("refs/heads/{branch}"),
        },
        argocd_namespace: delivery.argocd_namespace.clone(),
    }
}

fn agent_context(
    workspace: &Workspace,
    environment: &Environment,
    agent: &Agent,
    tuple: &Tuple,
    overrides: &Overrides,
    findings: &mut Vec<Finding>,
) -> AgentContext {
    let model = tuple.model.as_ref().map(|model| {
        let other = overrides.model.clone().unwrap_or_default();
        ModelContext {
            provider: other.provider.unwrap_or_else(|| model.provider.clone()),
            name: other.name.unwrap_or_else(|| model.name.clone()),
            temperature: other.temperature.unwrap_or(model.temperature),
            max_tokens: other.max_tokens.unwrap_or(model.max_tokens),
            timeout_seconds: other.timeout_seconds.unwrap_or(model.timeout_seconds),
            mock: other.mock.unwrap_or_default(),
        }
    });
    let mut dependencies = Vec::new();
    for (index, dependency) in agent.file.dependencies.iter().enumerate() {
        match resolve(workspace, environment, dependency) {
            Ok(dependency) => dependencies.push(dependency),
            Err(finding) => {
                let Location { file, line, column } = agent.dependency_place(index);
                findings.push(finding.at(file, line, column));
            }
        }
    }
    AgentContext {
        name: agent.name.clone(),
        resource_name: format!("{}{}", agent.name, environment.file.suffix),
        description: agent.file.description.clone(),
        owner: agent.file.owner.clone(),
        criticality: agent.file.criticality,
        profile: agent.file.profile,
        wave: workspace.graph.wave(&agent.name),
        image: format!("{}@{}", tuple.code.repository, tuple.code.digest),
        model,
        prompts: prompts(agent, tuple, overrides),
        tools: tuple.tools.as_ref().and_then(|part| tools(agent, part, overrides)),
        retrieval: tuple.retrieval.as_ref().and_then(|part| retrieval(agent, part)),
        contract: tuple.contract.as_ref().and_then(|part| {
            let file = agent.contracts.get(&part.version)?;
            Some(ContractContext {
                version: part.version,
                text: file.text.to_string(),
            })
        }),
        dependencies,
        dependents: dependents(workspace, environment, agent),
        objectives: agent.file.objectives.clone(),
    }
}

fn prompts(agent: &Agent, tuple: &Tuple, overrides: &Overrides) -> BTreeMap<String, PromptContext> {
    let latest = overrides.prompts == Some(PromptChoice::Latest);
    let chosen = |name: &String, part: &FileComponent| -> Option<(PlainVersion, PromptComponent)> {
        let versions = agent.prompts.get(name)?;
        let (version, file) = if latest {
            versions.last_key_value()?
        } else {
            versions.get_key_value(&part.version)?
        };
        Some((*version, file.clone()))
    };
    tuple
        .prompts
        .iter()
        .filter_map(|(name, part)| {
            let (version, file) = chosen(name, part)?;
            let prompt = PromptContext {
                version,
                sha256: file.digest,
                text: file.text.to_string(),
            };
            Some((name.clone(), prompt))
        })
        .collect()
}

fn tools(agent: &Agent, part: &FileComponent, overrides: &Overrides) -> Option<ToolsContext> {
    let file = agent.tools.get(&part.version)?;
    let choice = overrides.tools.clone().unwrap_or_default();
    let on = |name: &crate::model::ToolName| choice.enabled.as_ref().is_none_or(|enabled| enabled.contains(name));
    let tools: Vec<_> = file.file.tools.iter().filter(|tool| on(&tool.name)).cloned().collect();
    Some(ToolsContext {
        version: part.version,
        enabled: tools.iter().map(|tool| tool.name.clone()).collect(),
        mock: choice.mock.unwrap_or_default(),
        tools,
    })
}

fn retrieval(agent: &Agent, part: &FileComponent) -> Option<RetrievalContext> {
    let file = &agent.retrieval.get(&part.version)?.file;
    Some(RetrievalContext {
        version: part.version,
        index: file.index.clone(),
        snapshot: file.snapshot.clone(),
        embedding: file.embedding.clone(),
        top_k: file.top_k,
        host: file.host.clone(),
        port: file.port,
    })
}

/// The address of a dependency: an agent, or an external service.
fn resolve(
    workspace: &Workspace,
    environment: &Environment,
    dependency: &Dependency,
) -> Result<DependencyContext, Finding> {
    let mut found = DependencyContext {
        name: dependency.name.clone(),
        agent: dependency.agent.clone(),
        health: dependency.health.clone().unwrap_or_default(),
        host: dependency.host.clone().unwrap_or_default(),
        port: dependency.port.unwrap_or_default(),
        checks: dependency.checks.clone(),
    };
    if let Some(agent) = &dependency.agent {
        let is_known = workspace.agents.contains_key(agent) || workspace.elsewhere.contains_key(agent);
        // of one that is none of the fleet, its name is told, and there is nothing to promote
        let anywhere = (!is_known && !workspace.unreadable.contains(agent)).then_some(environment);
        let Some(home) = workspace.home(environment, agent).or(anywhere) else {
            if let Some(file) = workspace.unread_beside(environment, std::iter::once(agent)) {
                let message =
                    format!("`{agent}`, which it depends on, may be where `{file}` says, which cannot be read");
                return Err(Finding::error("unread-neighbour", message).help(MEND));
            }
            let message = format!("`{agent}`, which it depends on, is not in `{}`", environment.name);
            return Err(Finding::error("absent-dependency", message).help(format!("promote `{agent}` first")));
        };
        found.host = format!("{agent}{}.{}.svc", home.file.suffix, home.file.namespace);
        found.port = port_of(workspace, home, agent);
        found.health = format!("http://{}:{}/health", found.host, found.port);
    } else if let Some(health) = &dependency.health {
        let (host, port) = address(health).ok_or_else(|| {
            let message = match impossible_port(health) {
                Some(port) => format!("`{health}` has the port {port}; ports go from 1 to 65535"),
                None => format!("`{health}` is no URL with a host"),
            };
            Finding::error("invalid-url", message).help("write it like `http://user-service.users.svc:8080/health`")
        })?;
        (found.host, found.port) = (host, port);
    }
    Ok(found)
}

/// The port on which an agent answers in an environment.
fn port_of(workspace: &Workspace, home: &Environment, agent: &AgentName) -> u16 {
    let found = workspace.agents.get(agent).and_then(|agent| {
        let blueprint = workspace.blueprint_of(home, agent)?;
        values::lookup(&workspace.layers(home, Some(agent), blueprint), &["ports", "http"])?.as_u64()
    });
    found.and_then(|port| u16::try_from(port).ok()).unwrap_or(8080)
}

/// Host and port of an `http` or `https` URL.
fn address(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let authority = rest.split('/').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, default),
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// Agents that call this one, here or in an environment that shares the namespace.
fn dependents(workspace: &Workspace, environment: &Environment, agent: &Agent) -> Vec<AgentName> {
    let runs = |name: &&AgentName| workspace.neighbours(environment).any(|neighbour| neighbour.runs(name));
    workspace
        .graph
        .dependents(&agent.name)
        .iter()
        .filter(runs)
        .cloned()
        .collect()
}
