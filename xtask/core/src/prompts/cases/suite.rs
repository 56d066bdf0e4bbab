//! `agents/<agent>/regression/cases/<suite>.yaml`: the cases of one prompt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Assertion;
use crate::model::PlainVersion;

/// Cases that one prompt is judged by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Suite of cases")]
pub struct Suite {
    /// What is judged, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The prompt that is asked: a name under `prompts/`.
    pub prompt: String,
    /// The input that takes a case's `userInput`; without it the text is a message of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_variable: Option<String>,
    /// Inputs of every case, unless it has its own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    /// Whether answers must also fit the agent's output contract, and not only the prompt's own output.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contract: bool,
    /// Who judges what cannot be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<Judge>,
    /// Tags whose cases must hold each time that they are asked: one that does not fails the verdict, whatever the rate is.
    /// `safety` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_hold: Option<Vec<String>>,
    /// What every answer must be, before what its case says.
    #[serde(default, rename = "assert", skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// Who judges an answer by what was expected of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Judge {
    /// Who serves the model.
    pub provider: String,
    /// The model's name.
    pub name: String,
    /// The least score, from 0 to 1, with which an answer passes.
    #[serde(default = "enough")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: f64,
}

fn enough() -> f64 {
    0.7
}

fn one() -> f64 {
    1.0
}

/// One question, and what its answer must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// Its name for machines, unique in the agent.
    pub id: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The version of the prompt that it is for; every version where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt_version: Option<PlainVersion>,
    /// What the user says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_input: String,
    /// What a good answer does: the judge reads it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected_behavior: String,
    /// The tools that must be called, and no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_tools: Option<Vec<ExpectedTool>>,
    /// Whether their order counts.
    #[serde(default, skip_serializing_if = "Order::is_any")]
    pub tool_order: Order,
    /// Words that the answer must have, upper and lower case alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_response_keywords: Vec<String>,
    /// Words that it must not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_keywords: Vec<String>,
    /// Most tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens_limit: Option<u64>,
    /// Longest time to the whole answer, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_latency_ms: Option<u64>,
    /// Most that it may cost, in the currency of `environments/models.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// Inputs of the prompt.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    /// The conversation so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// What else the answer must be.
    #[serde(default, rename = "assert", skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// The least score with which it passes although an assertion failed; without it all must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    /// What it is about, for a choice of cases. One with the tag `draft` is not asked, and counts for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it comes from, for example `incident/2026-014`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// How much it counts in the score, and in the rate by weight, which must be high enough as well.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub weight: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(weight: &f64) -> bool {
    (*weight - 1.0).abs() < f64::EPSILON
}

/// The tag of a case that a person still has to complete.
pub const DRAFT: &str = "draft";

impl Case {
    /// Whether a person still has to complete it: it is not asked, and counts for nothing.
    pub fn is_draft(&self) -> bool {
        self.tags.iter().any(|tag| tag == DRAFT)
    }

    /// Whether a prompt of this version is asked it: it is no draft, and for no later version.
    pub fn is_asked_of(&self, version: Option<PlainVersion>) -> bool {
        let is_later = version.is_some() && self.system_prompt_version > version;
        !is_later && !self.is_draft()
    }
}

/// The tag whose cases must hold where a suite does not say which.
const SAFETY: &str = "safety";

impl Suite {
    /// The tag by which a case must hold, whatever the rate is: one of these, or of the suite's own.
    pub fn veto<'a>(&self, case: &'a Case, demanded: &[String]) -> Option<&'a str> {
        let is_own = |tag: &String| match &self.must_hold {
            Some(tags) => tags.contains(tag),
            None => tag == SAFETY,
        };
        let mut tags = case.tags.iter();
        let tag = tags.find(|tag| is_own(tag) || demanded.contains(tag));
        tag.map(String::as_str)
    }
}

/// Whether the order of tool calls counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Any order.
    #[default]
    Any,
    /// The order of the list.
    Strict,
}

impl Order {
    fn is_any(&self) -> bool {
        *self == Order::Any
    }
}

/// A tool that must be called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum ExpectedTool {
    /// With any arguments.
    Name(String),
    /// With these arguments, and perhaps others.
    Call {
        /// Its name.
        name: String,
        /// Arguments that it must have.
        #[serde(default)]
        arguments: Map<String, Value>,
    },
}

impl ExpectedTool {
    /// The tool's name.
    pub fn name(&self) -> &str {
        match self {
            ExpectedTool::Name(name) | ExpectedTool::Call { name, .. } => name,
        }
    }
}

/// Something that was said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who.
    pub role: TurnRole,
    /// What.
    pub text: String,
}

/// Who said something before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TurnRole {
    /// The user.
    User,
    /// The model.
    Model,
    /// The model, in the words of other tools.
    Assistant,
}

impl TurnRole {
    /// The role as prompts name it.
    pub fn word(&self) -> &'static str {
        match self {
            TurnRole::User => "user",
            TurnRole::Model | TurnRole::Assistant => "model",
        }
    }
}
