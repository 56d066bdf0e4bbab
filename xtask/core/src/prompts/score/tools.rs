//! Assertions about the tools that were called: which, in which order, with what.

use serde_json::Value;

use super::{Grade, Ungraded};
use crate::prompts::cases::{Assertion, ExpectedTool, Order};
use crate::prompts::run::{Attempt, ToolCall};

fn names(attempt: &Attempt) -> Vec<&str> {
    attempt.calls.iter().map(|call| call.name.as_str()).collect()
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        "no tool".to_owned()
    } else {
        names.join(", ")
    }
}

/// The tools of a case: the same ones, in order where that counts, with the arguments that are named. The score is F1.
pub(super) fn expected(expected: &[ExpectedTool], order: Order, attempt: &Attempt) -> Grade {
    let wanted: Vec<&str> = expected.iter().map(ExpectedTool::name).collect();
    let called = names(attempt);
    let score = f1(&wanted, &called);
    let same = match order {
        Order::Strict => wanted == called,
        Order::Any => sorted(&wanted) == sorted(&called),
    };
    let missed = expected.iter().find(|tool| match tool {
        ExpectedTool::Name(_) => false,
        ExpectedTool::Call { name, arguments } => !attempt
            .calls
            .iter()
            .any(|call| call.name == *name && has_arguments(call, &Value::Object(arguments.clone()))),
    });
    let got = match missed {
        Some(tool) if same => format!(
            "`{}` with other arguments: {}",
            tool.name(),
            arguments(attempt, tool.name())
        ),
        _ => listed(&called),
    };
    let wanted = match missed {
        Some(ExpectedTool::Call { name, arguments }) if same => {
            format!("`{name}` with {}", Value::Object(arguments.clone()))
        }
        _ => listed(&wanted),
    };
    Grade {
        holds: same && missed.is_none(),
        score: if same && missed.is_some() { 0.0 } else { score },
        expected: wanted,
        got,
    }
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// Harmonic mean of the shares of expected tools that were called and of calls that were expected.
#[expect(clippy::cast_precision_loss, reason = "tool calls are few")]
fn f1(wanted: &[&str], called: &[&str]) -> f64 {
    if wanted.is_empty() && called.is_empty() {
        return 1.0;
    }
    let mut rest = called.to_vec();
    let mut both = 0;
    for name in wanted {
        if let Some(at) = rest.iter().position(|other| other == name) {
            rest.swap_remove(at);
            both += 1;
        }
    }
    2.0 * f64::from(both) / (wanted.len() + called.len()) as f64
}

fn arguments(attempt: &Attempt, name: &str) -> String {
    let calls = attempt.calls.iter().filter(|call| call.name == name);
    calls
        .map(|call| call.arguments.to_string())
        .collect::<Vec<_>>()
        .join("; ")
}

/// Whether a call has these arguments, and perhaps others.
fn has_arguments(call: &ToolCall, wanted: &Value) -> bool {
    fn within(wanted: &Value, found: &Value) -> bool {
        match (wanted, found) {
            (Value::Object(wanted), Value::Object(found)) => wanted
                .iter()
                .all(|(key, value)| found.get(key).is_some_and(|other| within(value, other))),
            _ => wanted == found,
        }
    }
    within(wanted, &call.arguments)
}

/// Grades an assertion about tools.
pub(super) fn grade(kind: &str, assertion: &Assertion, value: &Value, attempt: &Attempt) -> Result<Grade, Ungraded> {
    let called = names(attempt);
    match kind {
        "tool-call-f1" => {
            let wanted = list(kind, value)?;
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
            let threshold = assertion.threshold.unwrap_or(1.0);
            Ok(Grade::scored(
                f1(&wanted, &called),
                threshold,
                listed(&wanted),
                listed(&called),
            ))
        }
        "trajectory:tool-used" => used(kind, value, &called),
        "trajectory:tool-sequence" => sequence(kind, value, &called),
        "trajectory:step-count" => {
            let bound = |key: &str| value.get(key).and_then(Value::as_u64);
            let pattern = value.get("pattern").and_then(Value::as_str);
            let count = called
                .iter()
                .filter(|name| pattern.is_none_or(|pattern| fits(pattern, name)))
                .count() as u64;
            let (least, most) = (bound("min"), bound("max"));
            if least.is_none() && most.is_none() {
                return Err(format!("`{kind}` needs `min` or `max`"));
            }
            let holds = least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most);
            Ok(Grade::of(holds, value.to_string(), format!("{count} steps")))
        }
        _ => {
            let name = value
                .get("name")
                .and_then(Value::as_str)
                .ok_or_else(|| format!("`{kind}` needs `name`"))?;
            let wanted = value
                .get("args")
                .or_else(|| value.get("arguments"))
                .ok_or_else(|| format!("`{kind}` needs `args`"))?;
            let exact = value.get("mode").and_then(Value::as_str) == Some("exact");
            let matches = |call: &&ToolCall| {
                call.name == name
                    && if exact {
                        call.arguments == *wanted
                    } else {
                        has_arguments(call, wanted)
                    }
            };
            let holds = attempt.calls.iter().any(|call| matches(&call));
            Ok(Grade::of(
                holds,
                format!("`{name}` with {wanted}"),
                arguments(attempt, name),
            ))
        }
    }
}

/// A name, a list of names (all of them), or `{name | pattern, min, max}`.
fn used(kind: &str, value: &Value, called: &[&str]) -> Result<Grade, Ungraded> {
    if let Value::Object(map) = value {
        let pattern = map.get("pattern").or_else(|| map.get("name")).and_then(Value::as_str);
        let pattern = pattern.ok_or_else(|| format!("`{kind}` needs `name` or `pattern`"))?;
        let count = called.iter().filter(|name| fits(pattern, name)).count() as u64;
        let least = map.get("min").and_then(Value::as_u64).unwrap_or(1);
        let most = map.get("max").and_then(Value::as_u64);
        let holds = count >= least && most.is_none_or(|most| count <= most);
        return Ok(Grade::of(holds, value.to_string(), listed(called)));
    }
    let wanted = list(kind, value)?;
    let holds = wanted
        .iter()
        .all(|pattern| called.iter().any(|name| fits(pattern, name)));
    Ok(Grade::of(holds, wanted.join(", "), listed(called)))
}

/// `{steps: […], mode: in_order | exact}`, or the steps alone.
fn sequence(kind: &str, value: &Value, called: &[&str]) -> Result<Grade, Ungraded> {
    let steps = list(kind, value.get("steps").unwrap_or(value))?;
    let exact = value.get("mode").and_then(Value::as_str) == Some("exact");
    let holds = if exact {
        steps.len() == called.len() && steps.iter().zip(called).all(|(step, name)| fits(step, name))
    } else {
        let mut rest = called.iter();
        steps.iter().all(|step| rest.any(|name| fits(step, name)))
    };
    Ok(Grade::of(holds, steps.join(", then "), listed(called)))
}

/// A name, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => {
            let Some(tail) = name.strip_prefix(start) else {
                return false;
            };
            if rest.is_empty() {
                return true;
            }
            (0..=tail.len()).any(|at| tail.is_char_boundary(at) && fits(rest, &tail[at..]))
        }
    }
}

fn list(kind: &str, value: &Value) -> Result<Vec<String>, Ungraded> {
    let text = |value: &Value| -> Option<String> {
        let name = value.get("name").unwrap_or(value);
        name.as_str().map(str::to_owned)
    };
    let found: Option<Vec<String>> = match value {
        Value::String(name) => Some(name.split(',').map(|name| name.trim().to_owned()).collect()),
        Value::Array(items) => items.iter().map(text).collect(),
        _ => None,
    };
    found.ok_or_else(|| format!("`{kind}` needs a list of tools"))
}
