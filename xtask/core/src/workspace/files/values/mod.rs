//! Values: what may differ between environments, as the blueprints read it.
//!
//! Every key is optional in every layer; the blueprint's own `values.yaml` is the first layer and sets them all.

mod monitoring;
mod network;
mod platform;
mod rollout;
mod workload;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use monitoring::*;
pub use network::*;
pub use platform::*;
pub use rollout::*;
pub use workload::*;

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
