//! What is measured, when someone is called, and what is tried after a sync.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Resources;

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
