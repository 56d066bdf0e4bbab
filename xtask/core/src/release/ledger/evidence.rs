//! Events that speak for or against a tuple: what pipelines, suites, gates, decisions and people found.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ReleaseName, Verdict};
use crate::model::{Digest, PipelineStage, StageStatus, Timestamp};

/// A stage of the pipeline and how it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageResult {
    /// The stage.
    pub stage: PipelineStage,
    /// How it ended.
    pub status: StageStatus,
    /// How long it took, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// The tuple that it was about.
    pub tuple: Digest,
    /// What it has to say, in its own words.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// Where what it made is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
}

/// What is decided about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// How risky it is, and who must approve.
    Risk,
    /// How it is rolled out.
    Strategy,
    /// In which order.
    Order,
    /// When.
    Window,
    /// With how much room.
    Capacity,
    /// Whether it goes on.
    Gate,
    /// Whether it goes back, and to what.
    Rollback,
    /// What went wrong.
    Diagnosis,
}

/// A row of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// What was looked at.
    pub fact: String,
    /// What it was.
    pub value: Value,
}

/// A decision, as it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decided {
    /// What was decided.
    pub decision: DecisionKind,
    /// The tuple that it is about.
    pub tuple: Digest,
    /// How it was decided.
    pub outcome: String,
    /// How sure that is, from 0 to 1, where it means something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Why, row by row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Why a person decided otherwise than the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

/// A suite that was run on a tuple.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluated {
    /// The tuple.
    pub tuple: Digest,
    /// SHA-256 of the overrides that it ran with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Digest>,
    /// The suite.
    pub suite: String,
    /// Whether it passed.
    pub passed: bool,
    /// Scores by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, f64>,
    /// How many cases it ran.
    pub cases: u64,
}

/// What a gate saw and said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gated {
    /// The release.
    pub release: ReleaseName,
    /// When the look began.
    pub started: Timestamp,
    /// Which of the agent's pods it looked at.
    pub agent_group: String,
    /// Share of requests that succeeded, from 0 to 1.
    pub success_rate: f64,
    /// 95th percentile of the answer time, milliseconds.
    pub p95_latency_ms: f64,
    /// Share of traces with an error, from 0 to 1.
    pub error_trace_ratio: f64,
    /// Share of callbacks that failed, from 0 to 1.
    pub callback_fail_rate: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// What follows, for example `ready_to_promote`.
    pub action: String,
}

/// Something that went wrong in the field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Incident {
    /// Its name, for example a ticket.
    pub id: String,
    /// What users noticed.
    pub summary: String,
    /// The tuple that ran, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuple: Option<Digest>,
    /// When it was noticed.
    pub since: Timestamp,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What was learnt from a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retrospective {
    /// The release.
    pub release: ReleaseName,
    /// What was found.
    pub conclusions: Vec<String>,
    /// What is done about it, and by whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub action_items: Vec<String>,
    /// Failed samples that went into the regression set, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}
