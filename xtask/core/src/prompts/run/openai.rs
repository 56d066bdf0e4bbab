//! OpenAI's chat completions: a request in its words, and its answers without anything secret.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ChatMessage, Reply, Request, Speaker, ToolCall, Usage};
use crate::model::one_line;
use crate::prompts::retro::without_secrets;

/// Most tokens that a question or its answer can have: far more than any model takes.
pub const MOST_TOKENS: u64 = 100_000_000;
/// Why an answer ended that a filter of the endpoint kept back.
pub const FILTERED: &str = "content_filter";
/// Why an answer ended that was longer than it might be.
pub const CUT_OFF: &str = "length";
/// Most bytes of a body that no completion is in and that are looked at for a message.
const MOST_LOOKED_AT: usize = 4096;

/// A request in the words of the protocol, to the model that is served under this name.
pub fn body(request: &Request, served: &str) -> Value {
    let mut body = json!({
        "model": served,
        "messages": request.messages.iter().map(message).collect::<Vec<_>>(),
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
    });
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            })
        });
        body["tools"] = tools.collect();
    }
    if request.json {
        body["response_format"] = json!({"type": "json_object"});
    }
    body
}

fn message(message: &ChatMessage) -> Value {
    let role = match message.speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
        Speaker::Tool => "tool",
    };
    let mut said = json!({"role": role, "content": message.text});
    if !message.calls.is_empty() {
        let calls = message.calls.iter().map(|call| {
            let arguments = match &call.arguments {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
        });
        said["tool_calls"] = calls.collect();
    }
    if let Some(id) = &message.answers {
        said["tool_call_id"] = json!(id);
    }
    said
}

/// Least characters of a key that is one: local servers take any word, and such a word is taken out of nothing.
const LEAST_OF_A_KEY: usize = 8;
/// From so many characters on, letters alone are a key as well: `not-needed` and `sk-no-key-required` are none.
const LEAST_OF_LETTERS: usize = 20;

/// What a server sent, without the key that it was asked with and without what looks like one: nothing of it is read,
/// shown or kept before.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    text: String,
    value: Option<Value>,
}

impl Received {
    /// What is left of a body.
    pub fn new(body: &[u8], key: Option<&str>) -> Received {
        let cleaner = Cleaner {
            key: key.filter(|key| is_secret(key)),
        };
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => {
                let clean = cleaner.value(value.clone());
                let text = if clean == value {
                    String::from_utf8_lossy(body).into_owned()
                } else {
                    clean.to_string()
                };
                Received {
                    text,
                    value: Some(cleaner.texts(value)),
                }
            }
            Err(_) => Received {
                text: cleaner.text(&String::from_utf8_lossy(&body[..body.len().min(MOST_LOOKED_AT)])),
                value: None,
            },
        }
    }

    /// Its beginning in one line.
    pub fn excerpt(&self) -> String {
        let beginning: String = self.text.chars().take(400).collect();
        one_line(&beginning).chars().take(120).collect()
    }

    /// The answer in it, where it is one and whole; the model that is served under this name was asked.
    pub fn reply(self, served: &str) -> Result<Reply, String> {
        let excerpt = self.excerpt();
        let wrong = |what: &str| format!("the endpoint's answer {what}: {excerpt}");
        let completion = self.value.and_then(|value| serde_json::from_value(value).ok());
        let completion: Completion = completion.ok_or_else(|| wrong("is no completion"))?;
        let other_model = completion
            .model
            .filter(|model| !model.is_empty() && !is_of(model, served));
        let choice = completion.choices.into_iter().next();
        let choice = choice.ok_or_else(|| wrong("has no choice"))?;
        let usage = completion.usage.ok_or_else(|| wrong("does not count its tokens"))?;
        let usage = Usage {
            input: usage.prompt_tokens,
            output: usage.completion_tokens,
        };
        if usage.input.max(usage.output) > MOST_TOKENS {
            return Err(wrong("counts more tokens than any model takes"));
        }
        let finish = choice.finish_reason.filter(|finish| !finish.is_empty());
        let finish = finish.ok_or_else(|| wrong("does not say why it ended"))?;
        let calls: Vec<ToolCall> = choice.message.tool_calls.into_iter().flatten().map(call).collect();
        let text = choice.message.content.map(Content::text).or(choice.message.refusal);
        // what a filter keeps back is an answer without text
        if text.is_none() && calls.is_empty() && finish != FILTERED {
            return Err(wrong("has neither text nor tool calls"));
        }
        Ok(Reply {
            text: text.unwrap_or_default(),
            calls,
            finish,
            usage,
            latency_ms: 0,
            other_model,
        })
    }
}

/// Whether an answer of this model is one of the model that was asked: of the same name, or of a snapshot of it, as
/// `gpt-x-2026-01-01` is of `gpt-x`. Who serves it may stand in front: `openai/gpt-x`.
fn is_of(answered: &str, asked: &str) -> bool {
    let own = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let (answered, asked) = (own(answered), own(asked));
    let Some(rest) = answered.strip_prefix(&asked) else {
        return false;
    };
    // fewer digits are another model: `gpt-4` and `gpt-4-1`
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let is_dated =
        rest.starts_with(['-', '@']) && rest[1..].bytes().all(|b| b.is_ascii_digit() || b == b'-') && digits >= 4;
    rest.is_empty() || is_dated
}

fn call(call: Called) -> ToolCall {
    let arguments = serde_json::from_str::<Value>(&call.function.arguments)
        .ok()
        .filter(Value::is_object);
    ToolCall {
        arguments: arguments.unwrap_or(Value::String(call.function.arguments)),
        id: call.id,
        name: call.function.name,
    }
}

/// Whether a key is a secret, and no word that stands in for one where none is asked for.
fn is_secret(key: &str) -> bool {
    let is_word = key.bytes().all(|b| b.is_ascii_lowercase() || b"-_ ".contains(&b))
        || key.bytes().all(|b| b.is_ascii_uppercase() || b"-_ ".contains(&b));
    key.len() >= LEAST_OF_A_KEY && (!is_word || key.len() >= LEAST_OF_LETTERS)
}

/// Takes out the key that a server was asked with, even where it echoes it, and what looks like one.
struct Cleaner<'a> {
    key: Option<&'a str>,
}

impl Cleaner<'_> {
    fn text(&self, text: &str) -> String {
        match self.key {
            Some(key) => without_secrets(&text.replace(key, "[removed]")),
            None => without_secrets(text),
        }
    }

    /// The same of every text that a value says; the protocol's own names stay, whatever the key is.
    fn texts(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.inner(text)),
            Value::Array(items) => items.into_iter().map(|item| self.texts(item)).collect(),
            Value::Object(map) => map
                .into_iter()
                .map(|(name, value)| (name, self.texts(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }

    /// The same of every text and name in a value; one that holds JSON, as the arguments of a tool call do, stays JSON.
    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.inner(text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(map) => map
                .into_iter()
                .map(|(key, value)| (self.text(&key), self.value(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }

    fn inner(&self, text: String) -> String {
        let is_structured = |value: &Value| value.is_object() || value.is_array();
        let Some(value) = serde_json::from_str(&text).ok().filter(is_structured) else {
            return self.text(&text);
        };
        let clean = self.value(value.clone());
        let text = if clean == value { text } else { clean.to_string() };
        let plain = self.text(&text);
        // a rule about text may take a brace with it
        if serde_json::from_str::<Value>(&plain).is_ok() {
            plain
        } else {
            text
        }
    }
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<CompletionUsage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<Content>,
    /// What the model says instead of an answer.
    refusal: Option<String>,
    tool_calls: Option<Vec<Called>>,
}

/// A text, or its parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Whole(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
enum Part {
    Text { text: String },
    Refusal { refusal: String },
}

impl Content {
    fn text(self) -> String {
        match self {
            Content::Whole(text) => text,
            Content::Parts(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Part::Text { text } | Part::Refusal { refusal: text } => text,
                })
                .collect(),
        }
    }
}

#[derive(Deserialize)]
struct Called {
    id: String,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
struct CompletionUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
}
