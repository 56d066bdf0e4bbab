//! `environments/<env>/environment.yaml` and `environments/<env>/values/<agent>.yaml`: where agents run and what differs there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Overrides, Tier};

/// An environment: where agents run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Environment")]
pub struct EnvironmentFile {
    /// What it is for, in a sentence.
    pub description: String,
    /// How near it is to users.
    pub tier: Tier,
    /// Where its tuples come from.
    #[serde(default)]
    pub follows: Follows,
    /// The cluster that it is in.
    pub cluster: Cluster,
    /// The namespace that its agents run in.
    #[schemars(length(max = 63), regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub namespace: String,
    /// Whether Namespace, quota and limits are rendered here; one of the environments that share a namespace does it.
    #[serde(default = "owns")]
    pub namespace_owner: bool,
    /// What names and selectors end in, where a namespace is shared, for example `-canary`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(-[a-z0-9]+)*$"))]
    pub suffix: String,
    /// Most that all its agents together may ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// What a container gets that asks for nothing, and the most that one may ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_range: Option<LimitRange>,
    /// How far models and tools may go here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_limits: Option<ModelLimits>,
    /// Labels of the nodes that its pods run on.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
    /// When Argo CD may sync.
    #[serde(default)]
    pub sync_windows: Vec<SyncWindow>,
    /// Who may do what in its AppProject.
    #[serde(default)]
    pub roles: Vec<ProjectRole>,
    /// What it deliberately replaces in every tuple that it runs.
    #[serde(default)]
    pub overrides: Overrides,
    /// What differs here for every agent.
    #[serde(default)]
    #[schemars(with = "super::Values")]
    pub values: Map<String, Value>,
}

fn owns() -> bool {
    true
}

/// Where an environment's tuples come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Follows {
    /// What each agent.yaml describes now; only in the tier `dev`.
    Candidate,
    /// The release files, which promotion and rollback write.
    #[default]
    Releases,
}

/// A Kubernetes cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cluster {
    /// Its name in Argo CD.
    pub name: String,
    /// Its API server's address, for example `https://kubernetes.default.svc`.
    pub server: String,
    /// Its Kubernetes version, `1.33` to `1.37`.
    #[schemars(regex(pattern = r"^1\.\d+$"))]
    pub version: String,
    /// The region that it is in.
    pub region: String,
}

/// Most that all agents of an environment together may ask for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quota {
    /// Sum of requested processors.
    pub requests_cpu: String,
    /// Sum of requested memory.
    pub requests_memory: String,
    /// Sum of processor limits.
    pub limits_cpu: String,
    /// Sum of memory limits.
    pub limits_memory: String,
    /// Number of pods.
    pub pods: u32,
}

/// What a container gets that asks for nothing, and the most that one may ask for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitRange {
    /// Processors requested by default.
    pub default_request_cpu: String,
    /// Memory requested by default.
    pub default_request_memory: String,
    /// Processor limit by default.
    pub default_cpu: String,
    /// Memory limit by default.
    pub default_memory: String,
    /// Highest processor limit.
    pub max_cpu: String,
    /// Highest memory limit.
    pub max_memory: String,
}

/// How far models and tools may go in an environment; what is absent is free.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelLimits {
    /// Most tokens of one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// Highest sampling temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Longest that one call may take, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub timeout_seconds: Option<u32>,
    /// Permissions that no tool may have here unless it is mocked; `orders:*` stands for all that start so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_permissions: Vec<String>,
    /// Whether tools may connect to addresses outside the cluster; yes where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_egress: Option<bool>,
}

/// A span of time in which Argo CD may, or may not, sync.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncWindow {
    /// Whether it opens or closes.
    pub kind: SyncWindowKind,
    /// When it starts: a cron line.
    pub schedule: String,
    /// How long it lasts, for example `8h`.
    pub duration: String,
    /// The time zone of the schedule, an IANA name.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Whether a person may sync by hand in a closed window.
    #[serde(default)]
    pub manual_sync: bool,
    /// Applications that it is about.
    #[serde(default = "every")]
    pub applications: Vec<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn every() -> Vec<String> {
    vec!["*".to_owned()]
}

/// Whether a sync window opens or closes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SyncWindowKind {
    /// Syncs happen only inside.
    Allow,
    /// No sync happens inside.
    Deny,
}

/// A role of an AppProject.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRole {
    /// Its name, for example `release-admin`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Groups of people who have it.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What it may do to applications: `get`, `sync`, `override`, `delete`, `action/*` …
    pub actions: Vec<String>,
}

/// `values/<agent>.yaml`: what differs for one agent in one environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Values of one agent in one environment")]
pub struct EnvironmentValues {
    /// What it deliberately replaces in the tuple.
    #[serde(default)]
    pub overrides: Overrides,
    /// What differs.
    #[serde(default)]
    #[schemars(with = "super::Values")]
    pub values: Map<String, Value>,
}
