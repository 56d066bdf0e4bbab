//! `agents/<agent>/regression/mock.yaml`: rules that answer instead of a model, and results instead of tools.

use fancy_regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Answers, Refusal, Reply, Request, Speaker, ToolCall, Usage};
use crate::model::Digest;
use crate::prompts::template::{Data, Partials, Piece, parse, render};

/// Characters that are counted as one token.
const CHARACTERS_PER_TOKEN: usize = 4;

/// Rules that answer instead of a model. They read the prompt, so a damaged prompt changes the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Mock of a model and its tools")]
pub struct MockFile {
    /// The rules; the first that holds answers.
    pub rules: Vec<MockRule>,
    /// What tools return; the first that fits counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<MockTool>,
}

/// A rule: when it holds, and what is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["answer"]}, {"required": ["json"]}, {"required": ["call"]}]))]
pub struct MockRule {
    /// What a model would do here, in a few words.
    pub name: String,
    /// When it holds; always where nothing is said.
    #[serde(default)]
    pub when: MockWhen,
    /// Text that is answered: a template over `match`, `result` and `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub answer: Option<String>,
    /// JSON that is answered; texts in it are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = ["array", "boolean", "number", "object", "string"]))]
    pub json: Option<Value>,
    /// A tool that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "MockCall")]
    pub call: Option<MockCall>,
}

/// When a rule holds: everything that is said must.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MockWhen {
    /// A regular expression that the user's last message fits; its groups are `match.1`, `match.2` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Texts that the prompt has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<String>,
    /// Texts of which the prompt lacks at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt_lacks: Vec<String>,
    /// Tools that may be called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Tools that were called since the user spoke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<String>,
    /// Tools that were not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_called: Vec<String>,
    /// A regular expression that the last tool's result fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

/// A tool call of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MockCall {
    /// The tool.
    pub tool: String,
    /// Its arguments; texts in them are templates.
    #[serde(default)]
    pub arguments: Map<String, Value>,
}

/// What a tool returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MockTool {
    /// The tool.
    pub tool: String,
    /// Arguments that the call must have.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
    /// What it returns.
    pub result: Value,
}

/// A mock, ready to answer.
#[derive(Debug)]
pub struct Mock {
    rules: Vec<(MockRule, Option<Regex>, Option<Regex>)>,
    tools: Vec<MockTool>,
}

impl Mock {
    /// Makes the rules ready; each that is none is named by its place in the list, with the reason.
    pub fn new(file: MockFile) -> Result<Mock, Vec<(usize, String)>> {
        let pattern = |rule: &MockRule, text: &Option<String>| -> Result<Option<Regex>, String> {
            let compiled = text.as_deref().map(Regex::new).transpose();
            compiled.map_err(|error| format!("the rule `{}` has no regular expression: {error}", rule.name))
        };
        let read = |rule: MockRule| {
            let outcomes = [rule.answer.is_some(), rule.json.is_some(), rule.call.is_some()];
            if outcomes.iter().filter(|set| **set).count() != 1 {
                return Err(format!(
                    "the rule `{}` needs one of `answer`, `json` and `call`",
                    rule.name
                ));
            }
            let (user, result) = (pattern(&rule, &rule.when.user)?, pattern(&rule, &rule.when.result)?);
            Ok((rule, user, result))
        };
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for (index, rule) in file.rules.into_iter().enumerate() {
            match read(rule) {
                Ok(rule) => rules.push(rule),
                Err(fault) => faults.push((index, fault)),
            }
        }
        match faults.is_empty() {
            true => Ok(Mock {
                rules,
                tools: file.tools,
            }),
            false => Err(faults),
        }
    }

    /// What the tools return, each with its tool and the arguments that it is for, in their order.
    pub fn results(&self) -> Vec<(String, Value)> {
        let result = |tool: &MockTool| {
            let returned = json!({"arguments": tool.arguments, "result": tool.result});
            (tool.tool.clone(), returned)
        };
        self.tools.iter().map(result).collect()
    }

    /// What a tool returns to a call.
    pub fn result(&self, call: &ToolCall) -> Option<&Value> {
        let fits = |tool: &&MockTool| {
            tool.tool == call.name
                && tool
                    .arguments
                    .iter()
                    .all(|(key, value)| call.arguments.get(key) == Some(value))
        };
        self.tools.iter().find(fits).map(|tool| &tool.result)
    }
}

impl Answers for Mock {
    fn answer(&self, request: &Request, _key: &Digest) -> Result<Reply, Refusal> {
        let seen = Seen::of(request);
        for (rule, user, result) in &self.rules {
            let Some(matched) = seen.holds(&rule.when, user.as_ref(), result.as_ref()) else {
                continue;
            };
            return seen
                .reply(rule, matched, request)
                .map_err(|error| Refusal::Failed(format!("the rule `{}` of the mock: {error}", rule.name)));
        }
        Err(Refusal::Failed("no rule of the mock answers this".to_owned()))
    }
}

/// What a rule looks at.
struct Seen<'a> {
    prompt: String,
    user: &'a str,
    called: Vec<&'a str>,
    result: &'a str,
    tools: Vec<&'a str>,
}

impl<'a> Seen<'a> {
    fn of(request: &'a Request) -> Seen<'a> {
        let messages = &request.messages;
        let last = messages.iter().rposition(|message| message.speaker == Speaker::User);
        let since = &messages[last.map_or(0, |last| last + 1)..];
        let prompt = messages
            .iter()
            .filter(|message| message.speaker == Speaker::System)
            .map(|message| message.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        Seen {
            prompt,
            user: last.map_or("", |last| messages[last].text.as_str()),
            called: since
                .iter()
                .flat_map(|message| message.calls.iter().map(|call| call.name.as_str()))
                .collect(),
            result: since
                .iter()
                .rfind(|message| message.speaker == Speaker::Tool)
                .map_or("", |message| message.text.as_str()),
            tools: request.tools.iter().map(|tool| tool.name.as_str()).collect(),
        }
    }

    /// The groups of the user's pattern where the rule holds.
    fn holds(&self, when: &MockWhen, user: Option<&Regex>, result: Option<&Regex>) -> Option<Vec<String>> {
        let has = |list: &[&str], names: &[String]| names.iter().all(|name| list.contains(&name.as_str()));
        let holds = when.prompt.iter().all(|text| self.prompt.contains(text.as_str()))
            && (when.prompt_lacks.is_empty()
                || when
                    .prompt_lacks
                    .iter()
                    .any(|text| !self.prompt.contains(text.as_str())))
            && has(&self.tools, &when.tools)
            && has(&self.called, &when.called)
            && !when.not_called.iter().any(|name| self.called.contains(&name.as_str()))
            && result.is_none_or(|result| result.is_match(self.result).unwrap_or_default());
        if !holds {
            return None;
        }
        let Some(user) = user else { return Some(Vec::new()) };
        let captures = user.captures(self.user).ok().flatten()?;
        let groups = captures
            .iter()
            .map(|group| group.map_or("", |group| group.as_str()).to_owned());
        Some(groups.collect())
    }

    fn reply(&self, rule: &MockRule, matched: Vec<String>, request: &Request) -> Result<Reply, String> {
        let result = serde_json::from_str(self.result).unwrap_or_else(|_| json!(self.result));
        let data = json!({"match": matched, "result": result, "user": self.user});
        let mut reply = Reply {
            finish: "stop".to_owned(),
            ..Reply::default()
        };
        if let Some(text) = &rule.answer {
            reply.text = filled(text, &data)?;
        }
        if let Some(value) = &rule.json {
            reply.text = filled_value(value, &data)?.to_string();
        }
        if let Some(call) = &rule.call {
            reply.finish = "tool_calls".to_owned();
            reply.calls.push(ToolCall {
                id: format!("call-{}", self.called.len() + 1),
                name: call.tool.clone(),
                arguments: filled_value(&Value::Object(call.arguments.clone()), &data)?,
            });
        }
        let question: usize = request.messages.iter().map(|message| message.text.len()).sum();
        let calls: usize = reply.calls.iter().map(|call| call.arguments.to_string().len()).sum();
        let tokens = |characters: usize| characters.div_ceil(CHARACTERS_PER_TOKEN) as u64;
        reply.usage = Usage {
            input: tokens(question),
            output: tokens(reply.text.len() + calls),
        };
        Ok(reply)
    }
}

fn filled(text: &str, data: &Value) -> Result<String, String> {
    if !text.contains("{{") {
        return Ok(text.to_owned());
    }
    let template = parse(text).map_err(|faults| faults[0].message.clone())?;
    let data = Data {
        input: data,
        context: &Map::new(),
        partials: &Partials::new(),
    };
    let pieces = render(&template, &data).map_err(|error| error.message)?;
    let texts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        _ => String::new(),
    });
    Ok(texts.collect())
}

fn filled_value(value: &Value, data: &Value) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(filled(text, data)?),
        Value::Array(items) => items
            .iter()
            .map(|item| filled_value(item, data))
            .collect::<Result<_, _>>()?,
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| Ok((key.clone(), filled_value(value, data)?)))
            .collect::<Result<Map<_, _>, String>>()?
            .into(),
        other => other.clone(),
    })
}
