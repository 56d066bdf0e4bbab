//! What a pod is made of: resources, ports, environment, probes, and how many there are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IntOrPercent;

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What should not happen.
    Warning,
    /// What must not happen.
    Error,
}

/// What a container asks for and may use.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// What it is promised.
    pub requests: Amounts,
    /// The most that it gets.
    pub limits: Amounts,
}

/// Processors and memory as Kubernetes quantities, for example `500m` and `512Mi`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Amounts {
    /// Processors.
    pub cpu: String,
    /// Memory.
    pub memory: String,
}

/// TCP ports of the container.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Ports {
    /// Requests.
    pub http: u16,
    /// Metrics.
    pub metrics: u16,
}

/// An environment variable that comes from a secret.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretReference {
    /// The variable.
    pub env: String,
    /// The Secret's name; something else makes it (External Secrets, Vault …).
    pub secret: String,
    /// The key in the Secret.
    pub key: String,
}

/// How health is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Probes {
    /// Restart it when this fails.
    pub liveness: Probe,
    /// Send it no requests while this fails.
    pub readiness: Probe,
    /// Neither counts until this succeeded once.
    pub startup: Probe,
}

/// One HTTP probe.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Probe {
    /// What is asked.
    pub path: String,
    /// Seconds before the first.
    pub initial_delay_seconds: u32,
    /// Seconds between two.
    pub period_seconds: u32,
    /// Seconds that an answer may take.
    pub timeout_seconds: u32,
    /// Failures in a row that count.
    pub failure_threshold: u32,
}

/// How a pod ends.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Shutdown {
    /// Seconds to wait before the signal, until no load balancer sends requests any more.
    pub pre_stop_seconds: u32,
    /// Seconds that a pod has to end, `preStopSeconds` included; then it is killed. Longer than the longest answer.
    pub grace_period_seconds: u32,
}

/// Pods by load.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Autoscaling {
    /// Whether an autoscaler decides the number of pods.
    pub enabled: bool,
    /// Fewest pods; the larger of this and `replicas` counts.
    pub min_replicas: u32,
    /// Most pods.
    pub max_replicas: u32,
    /// Wanted use of the processors requested, percent.
    pub cpu_percent: u32,
    /// Wanted use of the memory requested, percent.
    pub memory_percent: u32,
    /// Wanted 99th percentile of the answer time, a quantity of seconds; empty means that it does not count.
    pub p99_latency_seconds: String,
}

/// What voluntary disruptions must leave.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Disruption {
    /// Whether there is a PodDisruptionBudget.
    pub enabled: bool,
    /// Pods that may be down.
    pub max_unavailable: IntOrPercent,
}

/// How the pod's own identity is set up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServiceAccount {
    /// Annotations, for example of a cloud's workload identity.
    pub annotations: BTreeMap<String, String>,
    /// What it may do in its namespace; nothing by default.
    pub rules: Vec<AccessRule>,
}

/// A rule of a Role.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRule {
    /// API groups; `""` is the core group.
    pub api_groups: Vec<String>,
    /// Resources, plural.
    pub resources: Vec<String>,
    /// Names, where not all.
    #[serde(default)]
    pub resource_names: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
}
