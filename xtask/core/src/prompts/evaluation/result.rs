//! The result of an evaluation as a document: what the ledger binds to a tuple.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Comparison, Roll};
use crate::model::{AgentName, Digest, Overrides, PlainVersion};
use crate::prompts::run::{Answered, UsedRecordings};
use crate::prompts::score::Violation;

/// How one case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CaseOutcome {
    /// It holds.
    Passed,
    /// Something does not hold.
    Failed,
    /// It could not be judged: the case does not fit, or the judge did not judge.
    Error,
    /// Nothing answered: its answer was never recorded.
    NotEvaluated,
    /// It does not count: it is a draft, or for a later version of the prompt.
    Skipped,
    /// It needs a tool that the environment does not enable.
    Withheld,
}

/// One case and how it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// The case.
    pub case_id: String,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Whether it holds.
    pub passed: bool,
    /// What was asked, its first 200 characters.
    pub input: String,
    /// The tools that were called, in order.
    pub tools_called: Vec<String>,
    /// The first 200 characters of the answer.
    pub response_preview: String,
    /// Tokens of the answer.
    pub token_count: u64,
    /// What does not hold.
    pub violations: Vec<Violation>,
    /// From 0 to 1.
    pub score: f64,
}

/// What a run of all cases came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Cases that count: all but the skipped and the withheld ones.
    pub total: usize,
    /// Cases that hold.
    pub passed: usize,
    /// Cases that do not.
    pub failed: usize,
    /// Cases that could not be judged.
    pub errors: usize,
    /// Cases that nothing answered.
    pub not_evaluated: usize,
    /// Drafts, and cases for a later version of the prompt.
    pub skipped: usize,
    /// Cases that need a tool which the environment does not enable.
    #[serde(default, skip_serializing_if = "is_none")]
    pub withheld: usize,
    /// Share of cases that hold.
    pub pass_rate: f64,
    /// The rate that these cases prove: exact, with 95 % confidence.
    pub pass_rate_bound: f64,
    /// Share of the weights of cases that were judged which those that hold have; absent where all count alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighted_rate: Option<f64>,
    /// Cases that must hold and do not, by the tag that says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vetoes: BTreeMap<String, Vec<String>>,
    /// The least number of cases that could prove the rate that is demanded.
    pub least_cases: usize,
    /// Weighted mean of the scores.
    pub score: f64,
    /// How often each case was asked.
    pub repeats: u32,
    /// Share of cases that held every time.
    pub pass_every_time: f64,
    /// Cases that held sometimes.
    pub flaky: Vec<String>,
}

/// Tokens of a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tokens {
    /// Of questions.
    pub input: u64,
    /// Of answers.
    pub output: u64,
}

/// Which cases were asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuiteEvidence {
    /// The suite.
    pub name: String,
    /// Its file.
    pub file: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// The prompt.
    pub prompt: String,
    /// Its version.
    pub prompt_version: PlainVersion,
    /// Who judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeEvidence>,
    /// What came of it.
    pub summary: Summary,
}

/// Who judged, and how it was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgeEvidence {
    /// Who serves the model.
    pub provider: String,
    /// The model.
    pub name: String,
    /// The least score that passes.
    pub threshold: f64,
    /// SHA-256 of the judge's prompt.
    pub prompt: Digest,
}

/// What an evaluation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictOutcome {
    /// The tuple may move on.
    Passed,
    /// It may not.
    Failed,
    /// Not known: nothing that was judged speaks against it, and not everything was judged.
    Incomplete,
}

impl VerdictOutcome {
    /// The outcome in one word.
    pub fn word(self) -> &'static str {
        match self {
            VerdictOutcome::Passed => "passed",
            VerdictOutcome::Failed => "failed",
            VerdictOutcome::Incomplete => "incomplete",
        }
    }
}

/// What an evaluation says, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Yes or no.
    pub outcome: VerdictOutcome,
    /// Why not; empty for a yes.
    pub reasons: Vec<String>,
}

/// The evidence that a tuple was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Evaluation")]
pub struct Evaluation {
    /// The agent.
    pub agent: AgentName,
    /// The tuple: what the evidence is bound to.
    pub tuple_id: Digest,
    /// What the environment replaced in it, where one was evaluated.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overrides: Overrides,
    /// Tags whose cases had to hold for the environment that it is meant for, beside those of the suites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_hold: Vec<String>,
    /// SHA-256 over names and digests of all suites.
    pub suite_digest: Digest,
    /// The suites.
    pub suites: Vec<SuiteEvidence>,
    /// All of them together.
    pub summary: Summary,
    /// Who answered how many requests.
    pub answered: Answered,
    /// The recordings that did, by suite, where this is evidence: without those that answered nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings: Option<BTreeMap<String, UsedRecordings>>,
    /// Tokens of all answers.
    pub tokens: Tokens,
    /// What they cost by the prices in `environments/models.yaml`, where these are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Beside what it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Comparison>,
    /// Yes or no.
    pub verdict: Verdict,
    /// The first ten cases that do not hold.
    pub failures: Vec<CaseResult>,
    /// Every case in order, by suite.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, Vec<CaseResult>>,
    /// Which cases these are: by this another case in the place of one is noticed.
    #[serde(default, skip_serializing_if = "Roll::is_empty")]
    pub roll: Roll,
    /// When it was done, seconds since 1970 UTC.
    pub evaluated_at: i64,
}

/// What a set of suites is known by: SHA-256 over the names of the suites and the digests of their files.
pub fn suite_digest(suites: &BTreeMap<&str, Digest>) -> Digest {
    Digest::of_canonical(suites)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

fn is_default(overrides: &Overrides) -> bool {
    *overrides == Overrides::default()
}
