//! Values: what may differ between environments, as the blueprints read it.
//!
//! Every key is optional in every layer; the blueprint's own `values.yaml` is the first layer and sets them all.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What may differ between environments.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(title = "Values")]
pub struct Values {
    /// Number of pods where no autoscaler decides it.
    pub replicas: u32,
    /// How much is logged.
    pub log_level: LogLevel,
    /// The share of all traffic that this environment gets, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub traffic_weight: f64,
    /// What a container asks for and may use.
    pub resources: Resources,
    /// TCP ports of the container.
    pub ports: Ports,
    /// Plain environment variables.
    pub env: BTreeMap<String, String>,
    /// Environment variables that come from secrets: only ever by reference.
    pub secrets: Vec<SecretReference>,
    /// What the agent reads from its configuration file beside what the tuple fixes, for example addresses that differ by environment.
    pub configuration: BTreeMap<String, Value>,
    /// Labels of every object.
    pub labels: BTreeMap<String, String>,
    /// Annotations of every pod.
    pub pod_annotations: BTreeMap<String, String>,
    /// How health is asked for.
    pub probes: Probes,
    /// How a pod ends.
    pub shutdown: Shutdown,
    /// How a new release replaces the old one.
    pub rollout: Rollout,
    /// Pods by load.
    pub autoscaling: Autoscaling,
    /// What voluntary disruptions must leave.
    pub disruption: Disruption,
    /// How the pod's own identity is set up.
    pub service_account: ServiceAccount,
    /// Who may connect.
    pub network: Network,
    /// How requests reach it.
    pub routing: Routing,
    /// What is measured and when someone is called.
    pub monitoring: Monitoring,
    /// What is tried after each sync.
    pub verification: Verification,
    /// How many earlier generations of each hash-named ConfigMap stay.
    pub generations: usize,
    /// Whatever your own templates read.
    pub custom: BTreeMap<String, Value>,
}

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
    /// Seconds from the signal to the end.
    pub grace_period_seconds: u32,
}

/// How a new release replaces the old one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rollout {
    /// The way.
    pub strategy: Strategy,
    /// Pods above the number wanted, a number or a percentage.
    pub max_surge: IntOrPercent,
    /// Pods below the number wanted, a number or a percentage.
    pub max_unavailable: IntOrPercent,
    /// Seconds after which a rollout that does not move has failed.
    pub progress_deadline_seconds: u32,
    /// The traffic shares by name; `weights` replaces them.
    pub preset: StepPreset,
    /// Traffic shares in percent, in order, the last 100; empty means the preset's.
    pub weights: Vec<u8>,
    /// Seconds to watch after each step.
    pub pause_seconds: u32,
    /// Whether metrics are analysed at each step.
    pub analysis: bool,
    /// Active and preview: whether the switch happens by itself after the analysis.
    pub auto_promotion: bool,
    /// Active and preview: pods of the preview.
    pub preview_replicas: u32,
    /// Active and preview: seconds that the old pods stay after the switch.
    pub scale_down_delay_seconds: u32,
}

/// The way in which a new release replaces the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// A Deployment, pod by pod.
    #[default]
    Rolling,
    /// A Rollout that shifts traffic in steps.
    Canary,
    /// A Rollout with an active and a preview side.
    BlueGreen,
    /// Active and preview, and steps after the switch.
    BlueGreenCanary,
    /// A Rollout whose new side gets only requests that match a route.
    AbTest,
}

/// Named traffic shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepPreset {
    /// The fleet's gray steps: 5, 10, 30, 50, 100 unless fleet.yaml says otherwise.
    #[default]
    Gray,
    /// 5, 20, 50, 100.
    Fast,
    /// 5, 100.
    Direct,
}

/// A number or a percentage such as `25%`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum IntOrPercent {
    /// A number.
    Number(u32),
    /// A percentage.
    Percent(String),
}

impl Default for IntOrPercent {
    fn default() -> IntOrPercent {
        IntOrPercent::Number(0)
    }
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
    /// Wanted 99th percentile of the answer time, a quantity of seconds.
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

/// Who may connect.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Network {
    /// Namespaces whose pods may connect, beside the agents that depend on this one.
    pub from_namespaces: Vec<String>,
    /// The namespace that scrapes metrics.
    pub monitoring_namespace: String,
    /// Addresses beside those of tools, model and dependencies that it may connect to.
    pub egress: Vec<NetworkEgress>,
}

/// Addresses that a pod may connect to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkEgress {
    /// The addresses.
    pub cidr: String,
    /// The TCP port.
    pub port: u16,
}

/// How requests reach an agent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Routing {
    /// What routes them.
    pub provider: RoutingProvider,
    /// The host name.
    pub host: String,
    /// The path prefix.
    pub path: String,
    /// The Ingress class.
    pub class_name: String,
    /// The gateway: for Istio `<namespace>/<name>`, for Gateway API its name.
    pub gateway: String,
    /// The namespace of the Gateway API gateway.
    pub gateway_namespace: String,
    /// The Secret with the host's certificate; empty means no TLS here.
    pub tls_secret: String,
    /// This environment's share of the host's traffic beside the main Ingress, percent; 0 means this is the main one.
    #[schemars(range(max = 100))]
    pub canary_weight: u8,
    /// Headers that lead to the new side, by name, for example `x-gray-tag: gray-phase-A`.
    pub headers: BTreeMap<String, String>,
    /// Tenants whose requests (header `x-tenant-id`) lead to the new side.
    pub tenants: Vec<String>,
    /// How pods that fail are left out.
    pub outliers: Outliers,
    /// Whether requests stay in their zone while it is healthy.
    pub locality: bool,
}

/// What routes requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoutingProvider {
    /// Nothing from outside the cluster.
    #[default]
    None,
    /// Ingress with ingress-nginx.
    Nginx,
    /// VirtualService and DestinationRule.
    Istio,
    /// HTTPRoute.
    GatewayApi,
}

/// How pods that fail are left out of load balancing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Outliers {
    /// Server errors in a row that count.
    pub consecutive_errors: u32,
    /// Seconds between two looks.
    pub interval_seconds: u32,
    /// Seconds that a pod stays out.
    pub ejection_seconds: u32,
    /// Most pods that may be out, percent.
    #[schemars(range(max = 100))]
    pub max_ejection_percent: u8,
}

/// What is measured and when someone is called.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Monitoring {
    /// Whether ServiceMonitor, rules and dashboard are rendered.
    pub enabled: bool,
    /// Seconds between two scrapes.
    pub scrape_seconds: u32,
    /// The address of Prometheus, for analyses.
    pub prometheus: String,
    /// Labels by which the Prometheus operator finds rules and monitors.
    pub labels: BTreeMap<String, String>,
    /// Fewest requests in a window before a ratio counts.
    pub least_requests: u32,
}

/// What is tried after each sync.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Verification {
    /// The image that runs the checks, by digest.
    pub image: String,
    /// It answers.
    pub smoke: bool,
    /// The core flow works from end to end.
    pub core_flow: bool,
    /// The API keeps its contract.
    pub api: bool,
    /// Data are consistent.
    pub data: bool,
    /// Seconds that one check may take.
    pub timeout_seconds: u32,
}
