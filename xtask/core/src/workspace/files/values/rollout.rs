//! How a new release replaces the old one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Traffic shares in percent, from 1, each above the one before it, the last 100; empty means the preset's.
    #[schemars(with = "Vec<i64>", extend("x-traffic-shares" = true))]
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
