//! A live endpoint that speaks OpenAI's chat completions: retries, budgets, and nothing half taken.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockstep::model::Digest;
use lockstep::prompts::run::{Answers, ChatMessage, Refusal, Reply, Request, Speaker, ToolCall, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sources::Endpoint;
use crate::ports::{Clock, Http, HttpRequest, HttpResponse};

/// How often a request is sent in all.
const TRIES: u32 = 5;
/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Most bytes of an answer: far more than any model writes.
const MOST_BYTES: u64 = 4 << 20;

/// What a run may use up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    pub(super) cost: Option<f64>,
    pub(super) tokens: Option<u64>,
}

/// A live endpoint.
pub(super) struct Live<'a> {
    pub(super) http: &'a dyn Http,
    pub(super) clock: &'a dyn Clock,
    pub(super) endpoint: &'a Endpoint,
    pub(super) timeout: Duration,
    pub(super) budget: Budget,
    /// Price of a million tokens of question and of answer, by provider and model.
    pub(super) price: &'a (dyn Fn(&str, &str) -> Option<(f64, f64)> + Sync),
    pub(super) spent: &'a Spent,
}

/// What a run has used up: tokens, and millionths of money.
#[derive(Default)]
pub(super) struct Spent {
    tokens: AtomicU64,
    millionths: AtomicU64,
}

impl Answers for Live<'_> {
    fn answer(&self, request: &Request, _key: &Digest) -> Result<Reply, Refusal> {
        self.within_budget(request)?;
        let body = serde_json::to_vec(&body(request)).expect("requests have string keys");
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if let Some(key) = &self.endpoint.key {
            headers.push(("authorization".to_owned(), format!("Bearer {key}")));
        }
        let call = HttpRequest {
            url: format!("{}/chat/completions", self.endpoint.base),
            headers,
            body,
            timeout: self.timeout,
            most_bytes: MOST_BYTES,
        };
        let started = self.clock.monotonic();
        let response = self.send(&call)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a wait is short and not negative"
        )]
        let latency = ((self.clock.monotonic() - started) * 1000.0) as u64;
        let mut reply = self.reply(&response)?;
        reply.latency_ms = latency;
        self.spend(request, reply.usage);
        Ok(reply)
    }
}

impl Live<'_> {
    fn within_budget(&self, request: &Request) -> Result<(), Refusal> {
        let tokens = self.spent.tokens.load(Ordering::Relaxed);
        if let Some(most) = self.budget.tokens.filter(|most| tokens >= *most) {
            return Err(Refusal::OverBudget(format!("the budget of {most} tokens is used up")));
        }
        if let Some(most) = self.budget.cost {
            #[expect(clippy::cast_precision_loss, reason = "a run costs less than billions")]
            let cost = self.spent.millionths.load(Ordering::Relaxed) as f64 / 1e6;
            if cost >= most {
                return Err(Refusal::OverBudget(format!("the budget of {most} is used up")));
            }
            if (self.price)(&request.model.provider, &request.model.name).is_none() {
                let message = format!(
                    "the price of `{}` is not known, so no budget can hold it",
                    request.model.name
                );
                return Err(Refusal::OverBudget(message));
            }
        }
        Ok(())
    }

    fn spend(&self, request: &Request, usage: Usage) {
        self.spent
            .tokens
            .fetch_add(usage.input + usage.output, Ordering::Relaxed);
        if let Some((input, output)) = (self.price)(&request.model.provider, &request.model.name) {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "prices are positive and tokens few"
            )]
            let millionths = (usage.input as f64 * input + usage.output as f64 * output).ceil() as u64;
            self.spent.millionths.fetch_add(millionths, Ordering::Relaxed);
        }
    }

    /// Sends until an answer comes that is worth reading, waiting twice as long each time.
    fn send(&self, call: &HttpRequest) -> Result<HttpResponse, Refusal> {
        let mut wait = Duration::from_millis(500);
        for attempt in 1..=TRIES {
            let (problem, asked) = match self.http.post(call) {
                Ok(response) if response.status == 429 || response.status >= 500 => (
                    format!(
                        "the endpoint answers with status {}: {}",
                        response.status,
                        excerpt(&response.body)
                    ),
                    response.retry_after,
                ),
                Ok(response) if response.status != 200 => {
                    return Err(Refusal::Failed(format!(
                        "the endpoint answers with status {}: {}",
                        response.status,
                        excerpt(&response.body)
                    )));
                }
                Ok(response) => return Ok(response),
                Err(failure) => (failure.message, None),
            };
            if attempt == TRIES {
                return Err(Refusal::Failed(format!("{problem}, {TRIES} times")));
            }
            self.clock
                .wait(asked.map_or(wait, Duration::from_secs).min(LONGEST_WAIT));
            wait *= 2;
        }
        Err(Refusal::Failed("the endpoint was never asked".to_owned()))
    }

    fn reply(&self, response: &HttpResponse) -> Result<Reply, Refusal> {
        let wrong = |what: &str| Refusal::Failed(format!("the endpoint's answer {what}: {}", excerpt(&response.body)));
        let completion: Completion = serde_json::from_slice(&response.body).map_err(|_| wrong("is no completion"))?;
        let choice = completion
            .choices
            .into_iter()
            .next()
            .ok_or_else(|| wrong("has no choice"))?;
        let usage = completion.usage.ok_or_else(|| wrong("does not count its tokens"))?;
        let calls = choice.message.tool_calls.unwrap_or_default();
        Ok(Reply {
            text: self.without_secrets(choice.message.content.unwrap_or_default()),
            calls: calls
                .into_iter()
                .map(|call| ToolCall {
                    arguments: serde_json::from_str::<Value>(&call.function.arguments)
                        .ok()
                        .filter(Value::is_object)
                        .unwrap_or(Value::String(call.function.arguments)),
                    id: call.id,
                    name: call.function.name,
                })
                .collect(),
            finish: choice.finish_reason.unwrap_or_default(),
            usage: Usage {
                input: usage.prompt_tokens,
                output: usage.completion_tokens,
            },
            latency_ms: 0,
        })
    }

    /// Our own key never gets into a cassette, even when a server echoes it.
    fn without_secrets(&self, text: String) -> String {
        let text = match &self.endpoint.key {
            Some(key) => text.replace(key.as_str(), "[removed]"),
            None => text,
        };
        lockstep::prompts::retro::without_secrets(&text)
    }
}

fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(120).collect()
}

/// The request in the words of the protocol.
fn body(request: &Request) -> Value {
    let mut body = json!({
        "model": request.model.name,
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

#[derive(Deserialize)]
struct Completion {
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
    content: Option<String>,
    tool_calls: Option<Vec<Called>>,
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
