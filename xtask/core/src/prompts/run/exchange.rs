//! What is sent to a model and what comes back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::Digest;

/// A question to a model, in no provider's own words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Who is asked.
    pub model: RequestModel,
    /// What was said so far.
    pub messages: Vec<ChatMessage>,
    /// What may be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// Sampling temperature.
    pub temperature: f64,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// Whether the answer must be JSON.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
}

/// A model by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestModel {
    /// Who serves it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// Its dated version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Who says something to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The prompt.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool.
    Tool,
}

/// Something said to a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// By whom.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// The tools that the model called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// The call that a tool answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
}

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its parameters.
    pub parameters: Map<String, Value>,
}

/// A tool call that a model asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Its arguments; text where the model wrote no JSON object.
    pub arguments: Value,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// Its text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The tools that it calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// Why it ended: `stop`, `length`, `tool_calls` …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub finish: String,
    /// Tokens.
    #[serde(default)]
    pub usage: Usage,
    /// How long it took.
    #[serde(default)]
    pub latency_ms: u64,
    /// The model that it says it is of, where that is another one than was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_model: Option<String>,
}

/// Tokens of a question and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the question.
    pub input: u64,
    /// Of the answer.
    pub output: u64,
}

impl Usage {
    /// Both together; a file may claim any number.
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
        }
    }
}

/// Why nothing answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was never recorded.
    Missing,
    /// What came back was no answer.
    Failed(String),
    /// It could not be reached, or did not want to answer: that says nothing of what is judged.
    Outage(String),
    /// Money or tokens are used up.
    OverBudget(String),
}

/// Whoever answers requests.
pub trait Answers: Sync {
    /// The answer to a request, which has this key.
    fn answer(&self, request: &Request, key: &Digest) -> Result<Reply, Refusal>;
}

/// What an answer is recorded under: the SHA-256 of the canonical request and the number of the repeat, from 0.
pub fn key(request: &Request, repeat: u32) -> Digest {
    #[derive(Serialize)]
    struct Keyed<'a> {
        request: &'a Request,
        repeat: u32,
    }
    Digest::of_canonical(&Keyed { request, repeat })
}

impl ChatMessage {
    /// A message of text.
    pub fn text(speaker: Speaker, text: impl Into<String>) -> ChatMessage {
        ChatMessage {
            speaker,
            text: text.into(),
            calls: Vec::new(),
            answers: None,
        }
    }
}
