//! Production samples made into cases: scrubbed, normalised, never twice.

mod dropped;
mod identity;
mod patterns;
mod people;
mod placeholder;
mod search;
mod taken;
mod twin;

pub use self::dropped::Dropped;
pub use self::twin::{Twin, as_asked, twins};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::dropped::{arguments_without, demanded};
use self::placeholder::{Numbers, marked, unmarked, unnumbered, with_texts};
use super::cases::{Assertion, Case, ExpectedTool, Suite, Turn};
use super::score::quoted;
use crate::model::Digest;

/// A text without what looks like a key, a token or a password.
pub fn without_secrets(text: &str) -> String {
    unmarked(&patterns::without_secrets(text))
}

/// What a text says where it is JSON with fields.
fn structured(text: &str) -> Option<Value> {
    let is_structured = text.trim_start().starts_with(['{', '[']);
    is_structured.then(|| serde_json::from_str(text).ok()).flatten()
}

/// A text without secrets and without what tells who somebody is. One that is JSON is looked through field by field.
pub fn scrubbed(text: &str) -> String {
    unmarked(&clean(text))
}

/// The same with marked placeholders.
fn clean(text: &str) -> String {
    if let Some(value) = structured(text) {
        let clean = clean_value(&value, "");
        return if clean == value {
            text.to_owned()
        } else {
            clean.to_string()
        };
    }
    patterns::without_any(text)
}

/// The same of every text in a value, and of fields that say by their name what they hold: `holder` is the field of the
/// value itself.
fn clean_value(value: &Value, holder: &str) -> Value {
    let field = |map: &Map<String, Value>, key: &String, value: &Value| {
        instead(key, value, holder, map).unwrap_or_else(|| clean_value(value, key))
    };
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => items.iter().map(|item| clean_value(item, holder)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), field(map, key, value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// What a field says instead that says by its name what it holds.
fn instead(key: &str, value: &Value, holder: &str, beside: &Map<String, Value>) -> Option<Value> {
    let placeholder = people::instead(key, value, holder, beside).or_else(|| identity::instead(key, value));
    let said = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let of_person = placeholder.map(|placeholder| marked(placeholder, &said()).into());
    of_person.or_else(|| secret(key, value))
}

/// What a field says instead that is called as secrets are: the patterns of texts need its name beside the value.
fn secret(key: &str, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let together = format!("{key}: {text}");
    let clean = patterns::without_secrets(&together);
    let said = clean.strip_prefix(key)?.strip_prefix(": ")?;
    (said != text).then(|| said.into())
}

/// A failed sample of production, as monitoring hands it over.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trace {
    /// What the user said.
    #[serde(default, alias = "user_input", alias = "input")]
    pub user_input: String,
    /// Inputs of the prompt.
    #[serde(default)]
    pub vars: Map<String, Value>,
    /// The conversation before.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// What was answered.
    #[serde(default, alias = "response", alias = "output")]
    pub answer: String,
    /// The tools that were called: by name, or with arguments.
    #[serde(default, alias = "tools_called")]
    pub tools_called: Option<Vec<ExpectedTool>>,
    /// What a good answer would have done.
    #[serde(default, alias = "expected_behavior")]
    pub expected_behavior: String,
    /// The tools that a good answer would have called: by name, or with arguments.
    #[serde(default, alias = "expected_tools")]
    pub expected_tools: Option<Vec<ExpectedTool>>,
    /// Words of the answer that must not come again.
    #[serde(default, alias = "forbidden_keywords")]
    pub forbidden_keywords: Vec<String>,
    /// The prompt.
    #[serde(default)]
    pub prompt: Option<String>,
}

impl Trace {
    /// Reads a sample, or says which field of it is wrong, and why.
    pub fn read(sample: &Value) -> Result<Trace, String> {
        let whole = |error: serde_json::Error| wrong_field(sample).unwrap_or_else(|| error.to_string());
        serde_json::from_value(sample.clone()).map_err(whole)
    }
}

/// What a tool of a sample is.
const TOOL: &str = "expected a name, or a map of `name` and `arguments`";

/// The first field of a sample that cannot be read, found by reading each alone: the reader does not say where it was.
fn wrong_field(sample: &Value) -> Option<String> {
    let why = |name: &str, value: &Value| {
        let alone = serde_json::from_value::<Trace>(json!({name: value}));
        let reason = alone.err()?.to_string();
        // the reader of several forms says nothing of what was wrong with each
        let is_tool = reason.contains("untagged enum ExpectedTool");
        Some(if is_tool { TOOL.to_owned() } else { reason })
    };
    sample.as_object()?.iter().find_map(|(name, value)| {
        let reason = why(name, value)?;
        if reason.starts_with(&format!("unknown field `{name}`")) {
            return Some(reason);
        }
        let mut items = value.as_array().into_iter().flatten().enumerate();
        let item = items.find_map(|(index, item)| {
            let reason = why(name, &json!([item]))?;
            Some(format!("`{name}[{index}]`: {reason}"))
        });
        item.or_else(|| Some(format!("`{name}`: {reason}")))
    })
}

/// What a case asks of a prompt, as far as two that ask the same share it.
fn asked(case: &Case, suite: &Suite) -> Digest {
    let plain = |text: &str| {
        // of what several placeholders stand for says nothing of what is asked
        unnumbered(&scrubbed(text))
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut vars = suite.vars.clone();
    vars.extend(case.vars.clone());
    let mut said = case.user_input.clone();
    // the same may be said as what the user says, or as the input that takes it
    let variable = suite.user_variable.as_ref().and_then(|name| vars.remove(name));
    if let (true, Some(Value::String(text))) = (said.is_empty(), variable) {
        said = text;
    }
    let turns: Vec<String> = case.turns.iter().map(|turn| plain(&turn.text)).collect();
    let vars = plain(&Value::Object(vars).to_string());
    Digest::of_json(&(plain(&said), turns, vars))
}

/// The case that a sample makes for a suite, scrubbed; where one of the agent's suites asks the same of the same prompt
/// already, and demands all that the sample does, the id of that case instead. With it come the demands that it lost.
pub fn case_of(trace: &Trace, origin: &str, target: &Suite, others: &[Suite]) -> (Result<Case, String>, Vec<Dropped>) {
    let taken = taken::Taken::of(trace);
    let clean = |text: &str| taken.out_of(&clean(text));
    let user_input = clean(&trace.user_input);
    let turns: Vec<String> = trace.turns.iter().map(|turn| clean(&turn.text)).collect();
    let vars = clean_value(&Value::Object(trace.vars.clone()), "");
    let vars = with_texts(&vars, &|text| taken.out_of(text));
    let (expected, answer) = (clean(&trace.expected_behavior), clean(&trace.answer));
    let mut numbers = Numbers::new(taken.same());
    numbers.read(&user_input);
    turns.iter().for_each(|text| numbers.read(text));
    numbers.read_value(&vars);
    let question = format!("{user_input}\n{}\n{vars}", turns.join("\n"));
    let demanded = demanded(trace, &taken, &question);
    numbers.read(&expected);
    numbers.read(&answer);
    let turns = trace.turns.iter().zip(turns).map(|(turn, text)| Turn {
        role: turn.role.clone(),
        text: numbers.shown(&text),
    });
    let mut case = Case {
        name: String::new(),
        user_input: numbers.shown(&user_input).trim().to_owned(),
        expected_behavior: numbers.shown(&expected),
        expected_tools: demanded.tools.map(|tools| {
            let shown = |text: &str| numbers.shown(text);
            tools.into_iter().map(|tool| with_arguments(tool, &shown)).collect()
        }),
        // braces of an answer are no names of inputs
        forbidden_keywords: demanded
            .forbidden
            .iter()
            .map(|(_, word)| quoted(&numbers.shown(word)))
            .collect(),
        vars: with_texts(&vars, &|text| numbers.shown(text))
            .as_object()
            .cloned()
            .unwrap_or_default(),
        turns: turns.collect(),
        origin: Some(origin.to_owned()),
        tags: vec!["incident".to_owned()],
        weight: 1.0,
        ..Case::default()
    };
    // one that demands less would pass what failed
    let mut twins = twins(&case, target, others.iter().chain([target])).into_iter();
    if let Some(twin) = twins.find(|twin| twin.lacks.is_empty()) {
        return (Err(twin.id), demanded.dropped);
    }
    // a case that people changed keeps the id that it got for what it asked before
    let id = format!("sample-{}", asked(&case, target).short());
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let known = others.iter().chain([target]).flat_map(|suite| &suite.cases);
    let is_free = |id: &String| known.clone().all(|case| case.id != *id);
    case.id = [id.clone()].into_iter().chain(numbered).find(is_free).unwrap_or(id);
    let forbidden: Vec<&String> = demanded.forbidden.iter().map(|(word, _)| *word).collect();
    let called: Option<Vec<ExpectedTool>> = trace.tools_called.as_ref().map(|tools| {
        let clean = tools.iter().map(|tool| match tool {
            ExpectedTool::Call { name, arguments } => ExpectedTool::Call {
                name: name.clone(),
                arguments: arguments_without(arguments, &taken),
            },
            ExpectedTool::Name(_) => tool.clone(),
        });
        clean
            .map(|tool| with_arguments(tool, &|text| numbers.shown(text)))
            .collect()
    });
    case.assertions = demands(trace, &case, &forbidden, numbers.shown(&answer), called.as_deref());
    (Ok(case), demanded.dropped)
}

/// A tool with something else in place of each text in its arguments.
fn with_arguments(tool: ExpectedTool, instead: &dyn Fn(&str) -> String) -> ExpectedTool {
    match tool {
        ExpectedTool::Name(_) => tool,
        ExpectedTool::Call { name, arguments } => {
            let arguments = with_texts(&Value::Object(arguments), instead);
            let arguments = arguments.as_object().cloned().unwrap_or_default();
            ExpectedTool::Call { name, arguments }
        }
    }
}

/// What a case demands so that the sample would not pass it: another answer, and where nothing else is known to be wrong
/// with it, a person who says what a good one is.
fn demands(
    trace: &Trace,
    case: &Case,
    forbidden: &[&String],
    answer: String,
    called: Option<&[ExpectedTool]>,
) -> Vec<Assertion> {
    let mut demands = Vec::new();
    // where something was replaced in it, no answer would ever equal it
    if !answer.is_empty() && answer == trace.answer {
        demands.push(Assertion {
            kind: "not-equals".to_owned(),
            value: Value::String(quoted(&answer)),
            ..Assertion::default()
        });
    }
    if !is_failed_by(trace, case, forbidden, called) {
        let was = json!({"answer": answer, "toolsCalled": called});
        demands.push(Assertion::undecided("nobody has said yet what a good answer is", was));
    }
    demands
}

/// Whether the sample fails what its case demands, as far as that can be known without a judge.
fn is_failed_by(trace: &Trace, case: &Case, forbidden: &[&String], called: Option<&[ExpectedTool]>) -> bool {
    let sorted = |tools: &[ExpectedTool]| {
        let mut names: Vec<String> = tools.iter().map(|tool| tool.name().to_owned()).collect();
        names.sort();
        names
    };
    let other_tools = case.expected_tools.as_ref().is_some_and(|expected| {
        called.is_none_or(|called| {
            sorted(called) != sorted(expected) || expected.iter().any(|tool| is_called_otherwise(tool, called))
        })
    });
    let answer = trace.answer.to_lowercase();
    let forbidden = forbidden.iter().any(|word| {
        let word = word.to_lowercase();
        !word.is_empty() && (answer.is_empty() || answer.contains(&word))
    });
    other_tools || forbidden || !case.expected_behavior.is_empty()
}

/// Whether all calls of a tool have other arguments than a case demands; of calls known by name alone nobody knows.
fn is_called_otherwise(tool: &ExpectedTool, called: &[ExpectedTool]) -> bool {
    let ExpectedTool::Call { name, arguments } = tool else {
        return false;
    };
    let mut own = called.iter().filter(|call| call.name() == name);
    own.all(|call| match call {
        ExpectedTool::Name(_) => false,
        ExpectedTool::Call { arguments: had, .. } => !arguments
            .iter()
            .all(|(argument, value)| had.get(argument) == Some(value)),
    })
}
