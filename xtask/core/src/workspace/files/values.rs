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
    /// Most that a pod may write to `/tmp`, its only writable folder, as a quantity.
    pub scratch: String,
    /// Secrets, by name, that open the image registry.
    pub image_pull_secrets: Vec<String>,
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
    /// What is tried after each sync, and before a new side gets traffic.
    pub verification: Verification,
    /// The namespace itself, where the environment owns it.
    pub namespace: NamespaceSettings,
    /// How Argo CD treats Applications and projects.
    pub argocd: ArgoCd,
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
    /// Seconds that a pod has to end, `preStopSeconds` included; then it is killed. Longer than the longest answer.
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
    /// Seconds to watch after each step; metrics are taken over the same span.
    #[schemars(range(min = 1))]
    pub pause_seconds: u32,
    /// What is measured at each step.
    pub analysis: StepAnalysis,
    /// Active and preview: whether the switch happens by itself after the analysis.
    pub auto_promotion: bool,
    /// Active and preview: pods of the preview.
    pub preview_replicas: u32,
    /// Active and preview: seconds that the old pods stay after the switch.
    pub scale_down_delay_seconds: u32,
}

/// What is measured at each step of a rollout; the limits are the agent's objectives.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StepAnalysis {
    /// Whether metrics are analysed at each step.
    pub enabled: bool,
    /// How often each metric is measured at a step.
    #[schemars(range(min = 1))]
    pub count: u32,
    /// Seconds between two measurements.
    #[schemars(range(min = 1))]
    pub interval_seconds: u32,
    /// Measurements that may fail before the rollout is undone.
    pub failure_limit: u32,
    /// Measurements that may say nothing before the rollout waits for a person.
    pub inconclusive_limit: u32,
    /// Below this success rate, percent, the new side has failed; between this and the objective it is watched.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub least_success_rate: f64,
    /// The 95th percentile of the answer time may be this many times that of the old side.
    pub latency_growth: f64,
    /// Beyond this many times the old side's 95th percentile the new side has failed.
    pub latency_growth_limit: f64,
    /// Beyond this many times the objective of the answer time the new side has failed.
    pub latency_objective_factor: f64,
    /// Beyond this many times the old side's error rate the new side has failed.
    pub error_growth_limit: f64,
    /// Availability of the new side's pods, percent, below which it has failed.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub least_availability: f64,
    /// Failed requests that block the version, together with `failedShare`.
    pub failed_requests: u32,
    /// The share of requests, from 0 to 1, that the failed ones must reach to block the version.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub failed_share: f64,
    /// Share of failed callbacks, from 0 to 1, above which a person looks downstream first.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub callback_failures: f64,
    /// Errors logged in one span above which the new side is watched.
    pub log_errors: u32,
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
    /// A full-size preview that is checked without traffic, then gets it in steps.
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

/// Who may connect.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Network {
    /// Namespaces whose pods may connect, beside the agents that depend on this one.
    pub from_namespaces: Vec<String>,
    /// The namespace that scrapes metrics.
    pub monitoring_namespace: String,
    /// The namespace of the cluster's name servers.
    pub dns_namespace: String,
    /// Where it may connect to beside tools, model and dependencies; private addresses of those belong here too.
    pub egress: Vec<NetworkEgress>,
}

/// A place that a pod may connect to: addresses, or the pods of a namespace.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkEgress {
    /// The addresses, for example `10.20.0.0/16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    /// The namespace, where no addresses are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The TCP port of the pod or the host.
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// How requests reach an agent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Routing {
    /// What routes them.
    pub provider: RoutingProvider,
    /// Whether anything outside the cluster may reach it; the blueprint `internal-service` says no.
    pub exposed: bool,
    /// The host name; empty means that nothing outside the cluster, or the mesh, reaches it.
    pub host: String,
    /// The path prefix.
    pub path: String,
    /// The Ingress class.
    pub class_name: String,
    /// The gateway: for Istio `<namespace>/<name>`, for Gateway API its name.
    pub gateway: String,
    /// The namespace of the gateway's or the Ingress controller's pods, which may connect.
    pub gateway_namespace: String,
    /// The Secret with the host's certificate; empty means no TLS here.
    pub tls_secret: String,
    /// This environment's share of the host's traffic beside the main Ingress, percent; 0 means this is the main one (ingress-nginx).
    #[schemars(range(max = 100))]
    pub canary_weight: u8,
    /// The environment that shares this one's namespace and host (Istio and Gateway API).
    pub beside: Beside,
    /// Headers that lead to the new side, by name in lower case, for example `x-gray-tag: gray-phase-A`.
    pub headers: BTreeMap<String, String>,
    /// Tenants whose requests lead to the new side.
    pub tenants: Vec<String>,
    /// The header that names the tenant, in lower case.
    pub tenant_header: String,
    /// How pods that fail are left out.
    pub outliers: Outliers,
    /// Whether requests stay in their zone while it is healthy.
    pub locality: bool,
}

/// An environment that shares namespace and host with this one: canary beside production.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Beside {
    /// Its suffix, for example `-canary`; empty means that there is none.
    #[schemars(regex(pattern = r"^(-[a-z0-9]+)*$"))]
    pub suffix: String,
    /// Its share of the traffic, percent; headers and tenants lead to it whatever the share.
    #[schemars(range(max = 100))]
    pub weight: u8,
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
    /// The `url` of the blackbox exporter that probes dependencies, for example `blackbox-exporter.monitoring.svc:9115`; empty means that none does.
    pub prober: String,
    /// How the health of dependencies is judged.
    pub dependencies: DependencyChecks,
    /// When someone is called.
    pub alerts: Alerts,
}

/// How the health of dependencies is judged; written to a ConfigMap that a watcher of dependencies reads.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DependencyChecks {
    /// Seconds between two probes.
    pub interval_seconds: u32,
    /// Longest answer of a healthy dependency, milliseconds.
    pub response_milliseconds: u32,
    /// How far ahead trouble is foreseen, as a duration, for example `30m`.
    pub prediction_window: String,
    /// From which anomaly score, 0 to 1, someone is told.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub anomaly_threshold: f64,
    /// Whether a watcher may restart what it finds broken.
    pub auto_healing: bool,
}

/// When someone is called.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Alerts {
    /// Error rate above which it is critical, percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub error_percent: f64,
    /// Answer time above which it is critical, seconds.
    pub response_seconds: f64,
    /// Used share of the processor limit above which it is a warning, percent.
    pub cpu_percent: u32,
    /// Used share of the memory limit above which it is a warning, percent.
    pub memory_percent: u32,
    /// Used share of a node's disk above which it is a warning, percent.
    pub disk_percent: u32,
    /// Share of deployments that succeed, from 0 to 1, below which it is critical.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub deploy_success_rate: f64,
    /// Rollbacks in one hour above which it is critical.
    pub rollbacks_per_hour: u32,
    /// Share of prompt regression cases that pass, from 0 to 1, below which it is critical.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub regression_pass_rate: f64,
    /// Used share of a database's connection pool above which it is a warning, percent.
    pub pool_percent: u32,
    /// 95th percentile of a database query above which it is a warning, seconds.
    pub query_seconds: f64,
    /// Replication lag above which it is a warning, seconds.
    pub replication_lag_seconds: f64,
}

/// What is tried after each sync, and before a new side gets traffic; nothing while `image` is empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Verification {
    /// The image that runs the checks, by digest; the commands below need `curl` in it.
    pub image: String,
    /// Seconds that one check may take.
    pub timeout_seconds: u32,
    /// What a check's container asks for and may use.
    pub resources: Resources,
    /// It answers.
    pub smoke: VerificationCheck,
    /// The core flow works from end to end.
    pub core_flow: VerificationCheck,
    /// The API keeps its contract.
    pub api: VerificationCheck,
    /// Data are consistent.
    pub data: VerificationCheck,
}

/// One check: a command that exits with 0 when all is well.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VerificationCheck {
    /// Whether it is tried.
    pub enabled: bool,
    /// The command; Kubernetes puts the address of what is checked in place of `$(LOCKSTEP_TARGET)`.
    pub command: Vec<String>,
}

/// The namespace itself, where the environment owns it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NamespaceSettings {
    /// Labels of the namespace, for example `istio-injection: enabled`.
    pub labels: BTreeMap<String, String>,
    /// Which pods are let in.
    pub pod_security: PodSecurity,
}

/// The level of the Pod Security Standards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PodSecurity {
    /// Anything.
    Privileged,
    /// No known way to more rights; sidecars that set up their network need it.
    Baseline,
    /// As hardened as Kubernetes can ask for.
    #[default]
    Restricted,
}

/// How Argo CD treats Applications and projects.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ArgoCd {
    /// Annotations of every Application, for example subscriptions to notifications.
    pub annotations: BTreeMap<String, String>,
    /// How often a sync that failed is tried again.
    pub retry_limit: u32,
    /// The project of the Application that creates all others: it must be allowed to write into Argo CD's namespace.
    pub root_project: String,
    /// Kinds that an environment may hold beside those that the blueprints render.
    pub kinds: Vec<GroupKind>,
}

/// A kind of Kubernetes objects.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}
