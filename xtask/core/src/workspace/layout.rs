//! Where everything stands: the only module that knows a path.

pub mod ledger;
mod regression;

pub use regression::{cases, cassette, cassettes, mock, regression, suite, suite_files};

use crate::model::{AgentName, Digest, EnvironmentName, PlainVersion};

/// Folder of the agents.
pub const AGENTS: &str = "agents";
/// Folder of the environments.
pub const ENVIRONMENTS: &str = "environments";
/// Folder of the blueprints.
pub const TEMPLATES: &str = "templates";
/// Folder of an environment's release files, below its own.
pub const RELEASES: &str = "releases";
/// Folder of templates that all blueprints share.
pub const PARTIALS: &str = "partials";
/// The fleet file.
pub const FLEET: &str = "environments/fleet.yaml";
/// Who may sign releases.
pub const TRUST: &str = "environments/trust.yaml";
/// What certificates, logs and time stamps are held to, where it is not what the tool knows of the public instance.
pub const TRUSTED_ROOT: &str = "environments/sigstore/trusted_root.json";
/// Which services certify who signs, and keep a log of it, where they are not those of the public instance.
pub const SIGNING_CONFIG: &str = "environments/sigstore/signing_config.json";
/// What is known of models and indexes.
pub const MODELS: &str = "environments/models.yaml";
/// Copies of the blueprints that release files pin.
pub const PINNED_BLUEPRINTS: &str = "environments/blueprints";
/// What a template's file name ends in.
pub const TEMPLATE_SUFFIX: &str = ".yaml.tera";
/// The unit of what an environment has of its own.
pub const ENVIRONMENT_UNIT: &str = "_environment";
/// Folder of the admission policies, their bindings and parameters.
pub const ADMISSION: &str = "policies/admission";
/// Folder of the Rego policies.
pub const REGO: &str = "policies/rego";
/// Folder of the examples that policies are tested with: a folder a rule, with `pass` and `fail`.
pub const POLICY_TESTS: &str = "policies/tests";
/// Folder of the waivers.
pub const WAIVERS: &str = "policies/waivers";
/// Folder of the generated schemas.
pub const SCHEMAS: &str = "schemas";
/// Folder of the policies.
pub const POLICIES: &str = "policies";
/// What a schema's file name ends in.
pub const SCHEMA_SUFFIX: &str = ".schema.json";
/// Folder of the schemas of Kubernetes' own kinds.
pub const KUBERNETES_SCHEMAS: &str = "schemas/kubernetes";
/// Folder of the schemas of custom resources: one folder a group.
pub const CUSTOM_SCHEMAS: &str = "schemas/crds";
/// Folder of the generated pages.
pub const REFERENCE: &str = "docs/reference";
/// Folder of the workflows of GitHub Actions.
pub const WORKFLOWS: &str = ".github/workflows";
/// Who is asked to review what.
pub const CODEOWNERS: &str = ".github/CODEOWNERS";
/// What a pull request begins with.
pub const PULL_REQUEST_TEMPLATE: &str = ".github/pull_request_template.md";
/// Folder of the runbooks: one page an agent.
pub const RUNBOOKS: &str = "docs/runbooks";
/// The folders whose files the tool reads: a change there is a change of the fleet.
pub const ROOTS: [&str; 3] = [AGENTS, ENVIRONMENTS, TEMPLATES];
/// The folders of what rendered objects are judged by.
pub const JUDGES: [&str; 3] = [POLICIES, KUBERNETES_SCHEMAS, CUSTOM_SCHEMAS];

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

/// `environments/<env>/releases`
pub fn releases(environment: &EnvironmentName) -> String {
    format!("{ENVIRONMENTS}/{environment}/{RELEASES}")
}

/// Where a file of an environment's folder belongs that is about an agent.
pub(super) fn renamed(environment: &str, folder: &str, agent: &str) -> String {
    format!("{ENVIRONMENTS}/{environment}/{folder}/{agent}.yaml")
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

/// `schemas/kubernetes/index.json`: which kinds there are
pub fn kubernetes_index() -> String {
    format!("{KUBERNETES_SCHEMAS}/index.json")
}

/// `schemas/kubernetes/<package>.json`
pub fn kubernetes_package(package: &str) -> String {
    format!("{KUBERNETES_SCHEMAS}/{package}.json")
}

/// `schemas/crds/<group>/<kind>.<version>.json`
pub fn custom_schema(group: &str, kind: &str, version: &str) -> String {
    format!("{CUSTOM_SCHEMAS}/{group}/{kind}.{version}.json")
}

/// Group, kind and version of the custom resource whose schema a path is.
pub fn custom_kind(path: &str) -> Option<(&str, &str, &str)> {
    let (group, file) = path.strip_prefix(CUSTOM_SCHEMAS)?.strip_prefix('/')?.split_once('/')?;
    let (kind, version) = file.strip_suffix(".json")?.split_once('.')?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_word(kind) && is_word(version)).then_some((group, kind, version))
}

/// Whether the file says how an image is built.
pub fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_word = |word: &str| word == "Dockerfile" || word == "Containerfile";
    is_word(name)
        || name
            .split_once('.')
            .is_some_and(|(first, last)| is_word(first) || is_word(last))
}

/// Whether the file says what Kubernetes objects look like, or the folder (with a final `/`) holds such files.
pub fn is_object_schema(path: &str) -> bool {
    let is_below = |folder: &&str| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
    path.strip_suffix('/') == Some(SCHEMAS) || [KUBERNETES_SCHEMAS, CUSTOM_SCHEMAS].iter().any(is_below)
}

/// Whether judging what is rendered reads the file: schemas of objects and policies. Folders above them count too.
pub fn judges(path: &str) -> bool {
    path == "schemas/"
        || is_object_schema(path)
        // a link in the folder's place among them
        || path.strip_prefix(POLICIES).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a release reads the file, to render from or to judge by.
pub fn is_input(path: &str) -> bool {
    wanted(path) || judges(path)
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
    /// How an agent's image is built.
    Dockerfile(&'a str),
    /// An environment's own file.
    Environment(&'a str),
    /// Values: environment, agent.
    Values(&'a str, &'a str),
    /// A release file: environment, agent.
    Release(&'a str, &'a str),
    /// A hold: environment, agent.
    Hold(&'a str, &'a str),
    /// One of these three under a name that ends wrongly: environment, folder, agent.
    Misnamed(&'a str, &'a str, &'a str),
    /// A file of a pinned blueprint: digest in hexadecimal, file.
    PinnedBlueprint(&'a str, &'a str),
    /// A file of a blueprint: blueprint, file.
    Blueprint(&'a str, &'a str),
    /// A template that all blueprints share.
    Partial(&'a str),
    /// Who may sign.
    Trust,
    /// The services that certify it.
    Sigstore,
    /// Prose for people.
    Prose,
    /// Below one of the tool's folders, and nothing that the tool knows.
    Stray,
    /// Outside the tool's folders.
    Foreign,
}

impl<'a> Place<'a> {
    /// The agent that a file belongs to, everywhere or in one environment.
    pub fn agent(&self) -> Option<&'a str> {
        match *self {
            Place::Agent(agent)
            | Place::Prompt(agent, ..)
            | Place::Tools(agent, _)
            | Place::Retrieval(agent, _)
            | Place::Contract(agent, _)
            | Place::Regression(agent)
            | Place::Dockerfile(agent)
            | Place::Values(_, agent)
            | Place::Release(_, agent)
            | Place::Hold(_, agent) => Some(agent),
            _ => None,
        }
    }
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
        [agent, file] if is_dockerfile(file) => Place::Dockerfile(agent),
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
        [environment, folder @ ("values" | RELEASES | "holds"), file] => match (folder, file.strip_suffix(".yaml")) {
            ("values", Some(agent)) => Place::Values(environment, agent),
            (RELEASES, Some(agent)) => Place::Release(environment, agent),
            (_, Some(agent)) => Place::Hold(environment, agent),
            (_, None) => misnamed(file).map_or(Place::Stray, |agent| Place::Misnamed(environment, folder, agent)),
        },
        ["trust.yaml"] => Place::Trust,
        ["sigstore", "trusted_root.json" | "signing_config.json"] => Place::Sigstore,
        _ => Place::Stray,
    }
}

fn stem<'a>(file: &'a str, suffix: &str, place: impl FnOnce(&'a str) -> Place<'a>) -> Place<'a> {
    file.strip_suffix(suffix).map_or(Place::Stray, place)
}

/// The agent of a file whose name ends like that of a YAML file, though not as the tool reads them.
fn misnamed(file: &str) -> Option<&str> {
    let (stem, ending) = file.rsplit_once('.')?;
    ["yaml", "yml"]
        .contains(&ending.to_ascii_lowercase().as_str())
        .then_some(stem)
}

/// Whether rendering reads the file: everything below the tool's folders but prose, what is known of Sigstore and recorded
/// conversations.
pub fn wanted(path: &str) -> bool {
    regression::is_folder(path)
        || !matches!(
            place(path),
            Place::Foreign | Place::Sigstore | Place::Prose | Place::Regression(_)
        )
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
    /// What the name of a branch ends with that proposes a release.
    pub const PROPOSED: &str = "-next";

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

    /// The signed statement about a unit's files.
    pub fn bundle(unit: &str) -> String {
        format!("{RECORDS}/{unit}/release.sigstore.json")
    }

    /// The signed statement about how they were built.
    pub fn provenance(unit: &str) -> String {
        format!("{RECORDS}/{unit}/provenance.sigstore.json")
    }
}
