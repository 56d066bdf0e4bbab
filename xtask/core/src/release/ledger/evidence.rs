//! Events that speak for or against a tuple: what pipelines, suites, gates, decisions and people found.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ReleaseName, Verdict};
use crate::model::{Digest, Overrides, PipelineStage, StageStatus, Timestamp};
use crate::prompts::evaluation::{Evaluation, JudgeEvidence, Roll, Tokens, VerdictOutcome};
use crate::prompts::run::{Answered, UsedRecordings};

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
    #[schemars(range(min = 0.0))]
    pub duration_seconds: Option<f64>,
    /// Why it ended so, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: Option<f64>,
    /// Why, row by row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Why a person decided otherwise than the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

/// The name of the share of cases that hold by their weight; a record has it where they do not all count alike.
pub const WEIGHTED_RATE: &str = "weightedRate";

/// An agent's cases, asked and judged on a tuple.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluated {
    /// The tuple.
    pub tuple: Digest,
    /// SHA-256 of the overrides that it ran with; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Digest>,
    /// Tags whose cases had to hold for the environment that it was meant for, beside those of the suites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_hold: Vec<String>,
    /// SHA-256 over names and digests of all suites.
    pub suite_digest: Digest,
    /// Yes, no, or not known.
    pub outcome: VerdictOutcome,
    /// Why it is no yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// How many cases counted.
    pub cases: usize,
    /// The first ten cases that do not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// Which cases counted, and which of them held.
    #[serde(default, skip_serializing_if = "Roll::is_empty")]
    pub roll: Roll,
    /// Scores by name, from 0 to 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, f64>,
    /// How often each case was asked.
    pub repeats: u32,
    /// Who judged, and by which prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judges: Vec<JudgeEvidence>,
    /// Who answered how many requests.
    pub answered: Answered,
    /// The recordings that did, by suite: a promotion asks for the same ones among those that are committed. Empty where
    /// nothing but a live endpoint answered and nobody recorded it; absent in records of earlier versions, of which nobody
    /// knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings: Option<BTreeMap<String, UsedRecordings>>,
    /// Tokens of all answers.
    pub tokens: Tokens,
    /// What they cost by list price, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The tuple that it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Digest>,
}

impl Evaluated {
    /// What of an evaluation speaks for or against its tuple.
    pub fn of(evaluation: &Evaluation) -> Evaluated {
        let summary = &evaluation.summary;
        let scores = [
            ("passRate", Some(summary.pass_rate)),
            ("passRateBound", Some(summary.pass_rate_bound)),
            ("passEveryTime", Some(summary.pass_every_time)),
            ("score", Some(summary.score)),
            (WEIGHTED_RATE, summary.weighted_rate),
        ];
        let scores = scores
            .into_iter()
            .filter_map(|(name, score)| Some((name.to_owned(), score?)));
        let mut judges = Vec::new();
        for judge in evaluation.suites.iter().filter_map(|suite| suite.judge.as_ref()) {
            if !judges.contains(judge) {
                judges.push(judge.clone());
            }
        }
        Evaluated {
            tuple: evaluation.tuple_id,
            overrides: Evaluated::overrides_digest(&evaluation.overrides),
            must_hold: evaluation.must_hold.clone(),
            suite_digest: evaluation.suite_digest,
            outcome: evaluation.verdict.outcome,
            reasons: evaluation.verdict.reasons.clone(),
            cases: summary.total,
            roll: evaluation.roll.clone(),
            failed: evaluation.failures.iter().map(|case| case.case_id.clone()).collect(),
            scores: scores.collect(),
            repeats: summary.repeats,
            judges,
            answered: evaluation.answered,
            recordings: evaluation.recordings.clone(),
            tokens: evaluation.tokens,
            cost: evaluation.cost,
            against: evaluation.against.as_ref().and_then(|against| against.tuple_id),
        }
    }

    /// What evidence is bound to beside the tuple: nothing where nothing is replaced.
    pub fn overrides_digest(overrides: &Overrides) -> Option<Digest> {
        (*overrides != Overrides::default()).then(|| Digest::of_canonical(overrides))
    }
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
    /// Share of requests that succeeded, from 0 to 1; with that of traces with an error it makes 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub success_rate: f64,
    /// 95th percentile of the answer time, milliseconds.
    #[schemars(range(min = 0.0))]
    pub p95_latency_ms: f64,
    /// Share of traces with an error, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub error_trace_ratio: f64,
    /// Share of callbacks that failed, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub callback_fail_rate: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// What follows, for example `ready_to_promote`.
    pub action: String,
}
