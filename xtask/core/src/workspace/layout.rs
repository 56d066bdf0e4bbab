//! Where everything stands: the only module that knows a path.

use crate::model::{AgentName, Digest, EnvironmentName, PlainVersion};

/// Folder of the agents.
pub const AGENTS: &str = "agents";
/// Folder of the environments.
pub const ENVIRONMENTS: &str = "environments";
/// Folder of the blueprints.
pub const TEMPLATES: &str = "templates";
/// Folder of templates that all blueprints share.
pub const PARTIALS: &str = "partials";
/// The fleet file.
pub const FLEET: &str = "environments/fleet.yaml";
/// What is known of models and indexes.
pub const MODELS: &str = "environments/models.yaml";
/// Copies of the blueprints that release files pin.
pub const PINNED_BLUEPRINTS: &str = "environments/blueprints";
/// What a template's file name ends in.
pub const TEMPLATE_SUFFIX: &str = ".yaml.tera";
/// The unit of what an environment has of its own.
pub const ENVIRONMENT_UNIT: &str = "_environment";
/// Folder of the generated schemas.
pub const SCHEMAS: &str = "schemas";
/// What a schema's file name ends in.
pub const SCHEMA_SUFFIX: &str = ".schema.json";
/// Folder of the generated pages.
pub const REFERENCE: &str = "docs/reference";
/// The folders whose files the tool reads: a change there is a change of the fleet.
pub const ROOTS: [&str; 3] = [AGENTS, ENVIRONMENTS, TEMPLATES];

/// `agents/<agent>/agent.yaml`
pub fn agent(agent: &str) -> String {
    format!("{AGENTS}/{agent}/agent.yaml")
}

/// `agents/<agent>/prompts/<name>/<version>.prompt`
pub fn prompt(agent: &AgentName, name: &str, version: PlainVersion) -> String {
    format!("{AGENTS}/{agent}/prompts/{name}/{version}.prompt")
}

/// `agents/<agent>/tools/<version>.yaml`
pub fn tools(agent: &AgentName, version: PlainVersion) -> String {
    format!("{AGENTS}/{agent}/tools/{version}.yaml")
}

/// `agents/<agent>/retrieval/<version>.yaml`
pub fn retrieval(agent: &AgentName, version: PlainVersion) -> String {
    format!("{AGENTS}/{agent}/retrieval/{version}.yaml")
}

/// `agents/<agent>/contract/<version>.schema.json`
pub fn contract(agent: &AgentName, version: PlainVersion) -> String {
    format!("{AGENTS}/{agent}/contract/{version}.schema.json")
}

/// `agents/<agent>/regression/cases`: the folder of the suites.
pub fn cases(agent: &AgentName) -> String {
    format!("{AGENTS}/{agent}/regression/cases")
}

/// `agents/<agent>/regression/cassettes/<suite>.jsonl`
pub fn cassette(agent: &AgentName, suite: &str) -> String {
    format!("{AGENTS}/{agent}/regression/cassettes/{suite}.jsonl")
}

/// `agents/<agent>/regression/mock.yaml`
pub fn mock(agent: &AgentName) -> String {
    format!("{AGENTS}/{agent}/regression/mock.yaml")
}

/// `environments/<env>/environment.yaml`
pub fn environment(environment: &str) -> String {
    format!("{ENVIRONMENTS}/{environment}/environment.yaml")
}

/// `environments/<env>/values/<agent>.yaml`
pub fn values(environment: &EnvironmentName, agent: &AgentName) -> String {
    format!("{ENVIRONMENTS}/{environment}/values/{agent}.yaml")
}

/// `environments/<env>/releases/<agent>.yaml`
pub fn release(environment: &EnvironmentName, agent: &AgentName) -> String {
    format!("{ENVIRONMENTS}/{environment}/releases/{agent}.yaml")
}

/// `environments/<env>/holds/<agent>.yaml`
pub fn hold(environment: &EnvironmentName, agent: &AgentName) -> String {
    format!("{ENVIRONMENTS}/{environment}/holds/{agent}.yaml")
}

/// `environments/blueprints/<sha256>`
pub fn pinned_blueprint(digest: Digest) -> String {
    format!("{PINNED_BLUEPRINTS}/{}", digest.hex())
}

/// `schemas/<kind>.schema.json`
pub fn schema(kind: &str) -> String {
    format!("{SCHEMAS}/{kind}{SCHEMA_SUFFIX}")
}

/// `docs/reference/<name>.md`
pub fn reference(name: &str) -> String {
    format!("{REFERENCE}/{name}.md")
}

/// What a path in the tree is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// The fleet file.
    Fleet,
    /// What is known of models and indexes.
    Models,
    /// An agent's own file.
    Agent(&'a str),
    /// A prompt: agent, name, file stem.
    Prompt(&'a str, &'a str, &'a str),
    /// A tool manifest: agent, file stem.
    Tools(&'a str, &'a str),
    /// A retrieval configuration: agent, file stem.
    Retrieval(&'a str, &'a str),
    /// An output contract: agent, file stem.
    Contract(&'a str, &'a str),
    /// Cases, baselines and cassettes of an agent.
    Regression(&'a str),
    /// An environment's own file.
    Environment(&'a str),
    /// Values: environment, agent.
    Values(&'a str, &'a str),
    /// A release file: environment, agent.
    Release(&'a str, &'a str),
    /// A hold: environment, agent.
    Hold(&'a str, &'a str),
    /// A file of a pinned blueprint: digest in hexadecimal, file.
    PinnedBlueprint(&'a str, &'a str),
    /// A file of a blueprint: blueprint, file.
    Blueprint(&'a str, &'a str),
    /// A template that all blueprints share.
    Partial(&'a str),
    /// Prose for people.
    Prose,
    /// Below one of the tool's folders, and nothing that the tool knows.
    Stray,
    /// Outside the tool's folders.
    Foreign,
}

/// What a path is.
pub fn place(path: &str) -> Place<'_> {
    let Some((root, rest)) = path.split_once('/') else {
        return Place::Foreign;
    };
    if !ROOTS.contains(&root) {
        return Place::Foreign;
    }
    if rest.ends_with(".md") {
        return Place::Prose;
    }
    match root {
        AGENTS => place_of_agent(rest),
        ENVIRONMENTS => place_of_environment(path, rest),
        _ => match rest.split_once('/') {
            Some((PARTIALS, file)) => Place::Partial(file),
            Some((blueprint, file)) if !file.contains('/') => Place::Blueprint(blueprint, file),
            _ => Place::Stray,
        },
    }
}

fn place_of_agent(rest: &str) -> Place<'_> {
    let parts: Vec<&str> = rest.split('/').collect();
    match parts[..] {
        [agent, "agent.yaml"] => Place::Agent(agent),
        [agent, "prompts", name, file] => stem(file, ".prompt", |stem| Place::Prompt(agent, name, stem)),
        [agent, "tools", file] => stem(file, ".yaml", |stem| Place::Tools(agent, stem)),
        [agent, "retrieval", file] => stem(file, ".yaml", |stem| Place::Retrieval(agent, stem)),
        [agent, "contract", file] => stem(file, ".schema.json", |stem| Place::Contract(agent, stem)),
        [agent, "regression", ..] => Place::Regression(agent),
        _ => Place::Stray,
    }
}

fn place_of_environment<'a>(path: &str, rest: &'a str) -> Place<'a> {
    if path == FLEET {
        return Place::Fleet;
    }
    if path == MODELS {
        return Place::Models;
    }
    let parts: Vec<&str> = rest.splitn(3, '/').collect();
    match parts[..] {
        ["blueprints", digest, file] => Place::PinnedBlueprint(digest, file),
        [environment, "environment.yaml"] => Place::Environment(environment),
        [environment, "values", file] => stem(file, ".yaml", |agent| Place::Values(environment, agent)),
        [environment, "releases", file] => stem(file, ".yaml", |agent| Place::Release(environment, agent)),
        [environment, "holds", file] => stem(file, ".yaml", |agent| Place::Hold(environment, agent)),
        // read by later commands, not by rendering
        ["trust.yaml"] => Place::Prose,
        _ => Place::Stray,
    }
}

fn stem<'a>(file: &'a str, suffix: &str, place: impl FnOnce(&'a str) -> Place<'a>) -> Place<'a> {
    file.strip_suffix(suffix).map_or(Place::Stray, place)
}

/// Whether rendering reads the file: everything below the tool's folders but prose and recorded conversations.
pub fn wanted(path: &str) -> bool {
    !matches!(place(path), Place::Foreign | Place::Prose | Place::Regression(_))
}

/// Paths on an environment branch.
pub mod branch {
    /// Attributes that fold generated files in a review.
    pub const ATTRIBUTES: &str = ".gitattributes";
    /// Folder of the manifests: one folder a unit.
    pub const APPS: &str = "apps";
    /// Folder of the Argo CD objects.
    pub const ARGOCD: &str = "argocd";
    /// Folder of the records: one folder a unit.
    pub const RECORDS: &str = ".lockstep";

    /// All objects of a unit.
    pub fn manifest(unit: &str) -> String {
        format!("{APPS}/{unit}/manifest.yaml")
    }

    /// Which commit a unit came from, as the Argo CD Source Hydrator writes it.
    pub fn metadata(unit: &str) -> String {
        format!("{APPS}/{unit}/hydrator.metadata")
    }

    /// What a person wants to know of a unit.
    pub fn readme(unit: &str) -> String {
        format!("{APPS}/{unit}/README.md")
    }

    /// The Argo CD object of this name.
    pub fn argocd(name: &str) -> String {
        format!("{ARGOCD}/{name}.yaml")
    }

    /// The tuple, the overrides and the input digest.
    pub fn tuple(unit: &str) -> String {
        format!("{RECORDS}/{unit}/tuple.json")
    }

    /// Every file and every object of a unit.
    pub fn inventory(unit: &str) -> String {
        format!("{RECORDS}/{unit}/inventory.json")
    }
}
