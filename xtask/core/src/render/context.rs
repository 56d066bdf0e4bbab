//! The template context: everything that a template of a unit, or of an environment, may see.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::{AgentName, Digest, EnvironmentName, Overrides, PlainVersion, Tier, ToolName, Tuple, Version};
use crate::workspace::files::{
    Cluster, Criticality, Embedding, LimitRange, Objectives, Owner, Profile, ProjectRole, Quota, SyncWindow, Tool,
    Values,
};

/// What a template of a unit sees; the input digest is taken over it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// Where it runs.
    pub environment: EnvironmentContext,
    /// What runs, with the environment's overrides applied.
    pub agent: AgentContext,
    /// Which release it is.
    pub release: ReleaseContext,
    /// The tuple as promoted, without overrides.
    pub tuple: Tuple,
    /// The merged values.
    #[schemars(with = "Values")]
    pub values: Value,
}

/// What a template of an environment sees.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetContext {
    /// The environment.
    pub environment: EnvironmentContext,
    /// Ids of the GPG keys that sign the commits of its branch; empty where nobody must, and where an SSH key may, which
    /// Argo CD does not know.
    pub gpg_keys: Vec<String>,
    /// Values of fleet and environment, merged.
    #[schemars(with = "Values")]
    pub values: Value,
}

/// Where an agent runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentContext {
    /// Its name.
    pub name: EnvironmentName,
    /// The fleet's name.
    pub fleet: String,
    /// How near it is to users.
    pub tier: Tier,
    /// The namespace of its agents.
    pub namespace: String,
    /// Whether the namespace is rendered by this environment.
    pub namespace_owner: bool,
    /// What names and selectors end in.
    pub suffix: String,
    /// The cluster.
    pub cluster: Cluster,
    /// Labels of its nodes.
    pub node_selector: BTreeMap<String, String>,
    /// Most that all agents together may ask for.
    pub quota: Option<Quota>,
    /// Defaults and limits of one container.
    pub limit_range: Option<LimitRange>,
    /// When Argo CD may sync.
    pub sync_windows: Vec<SyncWindow>,
    /// Who may do what.
    pub roles: Vec<ProjectRole>,
    /// The fleet's gray steps, percent.
    pub gray_steps: Vec<u8>,
    /// The address under which Argo CD reads the branch.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The branch as an Application names it.
    pub target_revision: String,
    /// The namespace of Argo CD.
    pub argocd_namespace: String,
}

/// What runs: the agent with the environment's overrides applied.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentContext {
    /// Its name.
    pub name: AgentName,
    /// Its name in Kubernetes: with the environment's suffix.
    pub resource_name: String,
    /// What it does.
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// What breaks when it breaks.
    pub criticality: Criticality,
    /// Which monitoring it gets.
    pub profile: Profile,
    /// Its place in the order of start-up: 0 depends on no other agent.
    pub wave: u32,
    /// The image by digest.
    pub image: String,
    /// The model with its parameters as they hold here.
    pub model: Option<ModelContext>,
    /// The prompts as they hold here, by name.
    pub prompts: BTreeMap<String, PromptContext>,
    /// The tools as they hold here.
    pub tools: Option<ToolsContext>,
    /// The retrieval index.
    pub retrieval: Option<RetrievalContext>,
    /// The output contract.
    pub contract: Option<ContractContext>,
    /// What it calls.
    pub dependencies: Vec<DependencyContext>,
    /// Agents of this environment that call it.
    pub dependents: Vec<AgentName>,
    /// What it promises.
    pub objectives: Objectives,
}

/// The model with its parameters as they hold in an environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelContext {
    /// Who serves it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// Sampling temperature.
    pub temperature: f64,
    /// Most tokens of one answer.
    pub max_tokens: u32,
    /// Longest that one call may take, in seconds.
    pub timeout_seconds: u32,
    /// Whether a mock answers.
    pub mock: bool,
}

/// A prompt as it holds in an environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptContext {
    /// Its version.
    pub version: PlainVersion,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The file's text.
    pub text: String,
}

/// The tools as they hold in an environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolsContext {
    /// The tool manifest's version.
    pub version: PlainVersion,
    /// Names of the tools that may be called here.
    pub enabled: Vec<ToolName>,
    /// Whether mocks answer.
    pub mock: bool,
    /// The tools that may be called here.
    pub tools: Vec<Tool>,
}

/// The retrieval index.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetrievalContext {
    /// The configuration's version.
    pub version: PlainVersion,
    /// The index's name.
    pub index: String,
    /// The snapshot.
    pub snapshot: String,
    /// The embedding model.
    pub embedding: Embedding,
    /// Chunks of one answer.
    pub top_k: u32,
    /// Host of the index.
    pub host: String,
    /// Port of the index.
    pub port: u16,
}

/// The output contract.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractContext {
    /// Its version.
    pub version: PlainVersion,
    /// The JSON Schema as text.
    pub text: String,
}

/// A dependency with the address that it has in an environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DependencyContext {
    /// Its name.
    pub name: String,
    /// Whether it is an agent of this fleet.
    pub agent: Option<AgentName>,
    /// The URL of its health check; empty for a TCP service.
    pub health: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What is checked beside reachability.
    pub checks: Vec<String>,
}

/// Which release a unit is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseContext {
    /// The label.
    pub version: Version,
    /// The tuple's id.
    pub tuple_id: Digest,
    /// What the environment replaces.
    pub overrides: Overrides,
}
