//! Assertions in the words of promptfoo, so that its files can be read and written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The greatest weight of a case and of an assertion: sums of weights stay numbers, and exact ones.
pub const MOST_WEIGHT: f64 = 1_000_000.0;

/// Something that an answer must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    /// Which, for example `contains` or `not-contains`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is compared with.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
    /// From where on it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How much it counts; 0 only reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub weight: Option<f64>,
    /// The name that promptfoo sums it up under. It is carried, and nothing is summed up by it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Those of a set.
    #[serde(default, rename = "assert", skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Assertion>,
    /// Settings of single types.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Value>,
}

impl Assertion {
    /// The type without `not-`, and whether it is turned round.
    pub fn plain_kind(&self) -> (&str, bool) {
        match self.kind.strip_prefix("not-") {
            Some(kind) => (kind, true),
            None => (&self.kind, false),
        }
    }

    /// What stands for something that a person has to say, with the reason and what is known. No suite is judged with it.
    pub fn undecided(reason: &str, was: Value) -> Assertion {
        Assertion {
            kind: UNDECIDED.to_owned(),
            value: json!({"reason": reason, "was": was}),
            ..Assertion::default()
        }
    }

    /// Why it cannot be judged here; nothing where it can.
    pub fn support(&self) -> Result<(), String> {
        match self.value.get("reason").and_then(Value::as_str) {
            Some(reason) if self.kind == UNDECIDED => Err(reason.to_owned()),
            _ => support(&self.kind),
        }
    }
}

/// The type of what a person has to say, since no program could: what an import could not carry, what a good answer is.
const UNDECIDED: &str = "unsupported";

/// The types that are judged here.
const SUPPORTED: &[&str] = &[
    "assert-set",
    "bleu",
    "contains",
    "contains-all",
    "contains-any",
    "contains-html",
    "contains-json",
    "contains-xml",
    "cost",
    "equals",
    "finish-reason",
    "gleu",
    "icontains",
    "icontains-all",
    "icontains-any",
    "is-html",
    "is-json",
    "is-refusal",
    "is-valid-function-call",
    "is-valid-openai-function-call",
    "is-valid-openai-tools-call",
    "is-xml",
    "latency",
    "levenshtein",
    "llm-rubric",
    "meteor",
    "regex",
    "rouge-n",
    "starts-with",
    "tool-call-f1",
    "trajectory:goal-success",
    "trajectory:step-count",
    "trajectory:tool-args-match",
    "trajectory:tool-sequence",
    "trajectory:tool-used",
    "word-count",
];

/// The types that only a build with a parser of SQL judges.
const SQL: &[&str] = &["contains-sql", "is-sql"];

/// The feature of the build that a type needs and this build lacks.
pub fn lacking(kind: &str) -> Option<&'static str> {
    let plain = kind.strip_prefix("not-").unwrap_or(kind);
    (SQL.contains(&plain) && !cfg!(feature = "sql")).then_some("sql")
}

/// The types that are known and cannot be judged here, each with the reason.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("agent-rubric", "it runs an agent as judge"),
    ("answer-relevance", "it needs an embedding model"),
    ("classifier", "it needs a classifier"),
    ("context-faithfulness", "it needs several rounds of a judge"),
    ("context-recall", "it needs several rounds of a judge"),
    ("context-relevance", "it needs several rounds of a judge"),
    ("conversation-relevance", "it needs several rounds of a judge"),
    ("factuality", "its rubric is the other program's"),
    ("g-eval", "its rubric is the other program's"),
    ("guardrails", "it needs the other program's provider"),
    ("human", "a person has to look"),
    ("javascript", "no code of a suite is run"),
    ("max-score", "it compares several providers"),
    ("not-meteor", "without a dictionary of synonyms too much would pass"),
    ("model-graded-closedqa", "its rubric is the other program's"),
    ("model-graded-factuality", "its rubric is the other program's"),
    ("moderation", "it needs a moderation service"),
    ("perplexity", "answers carry no probabilities"),
    ("perplexity-score", "answers carry no probabilities"),
    ("pi", "it needs the other program's service"),
    ("python", "no code of a suite is run"),
    ("ruby", "no code of a suite is run"),
    ("search-rubric", "it needs a search"),
    ("select-best", "it compares several providers"),
    ("similar", "it needs an embedding model"),
    ("skill-used", "agents here have tools, not skills"),
    ("trace-error-spans", "there are no traces in a regression run"),
    ("trace-span-count", "there are no traces in a regression run"),
    ("trace-span-duration", "there are no traces in a regression run"),
    (UNDECIDED, "a person has to say it in another way"),
    ("webhook", "no address of a suite is called"),
];

/// The same of all types that begin so.
const FAMILIES: &[(&str, &str)] = &[
    ("promptfoo:redteam:", "its grader is the other program's"),
    ("similar:", "it needs an embedding model"),
];

/// Why a type cannot be judged here; nothing where it can.
pub fn support(kind: &str) -> Result<(), String> {
    let plain = kind.strip_prefix("not-").unwrap_or(kind);
    if plain != kind && (plain == "assert-set" || plain.starts_with("is-valid-")) {
        return Err(format!("promptfoo does not turn `{plain}` round"));
    }
    if let Some(feature) = lacking(kind) {
        return Err(format!(
            "assertions of type `{kind}` need the build with the feature `{feature}`"
        ));
    }
    let whole = UNSUPPORTED.iter().find(|(name, _)| *name == kind);
    if whole.is_none() && (SUPPORTED.contains(&plain) || SQL.contains(&plain)) {
        return Ok(());
    }
    let family = FAMILIES.iter().find(|(family, _)| plain.starts_with(family));
    let reason = whole
        .or_else(|| UNSUPPORTED.iter().find(|(name, _)| *name == plain))
        .or(family);
    Err(match reason {
        Some((_, reason)) => format!("assertions of type `{kind}` are not supported: {reason}"),
        None => format!("there is no assertion of type `{kind}`"),
    })
}
