//! Assertions about the tools that were called: which, in which order, with what.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::limit::bound;
use super::shape::{bounds, lacks, only, same, shown, text, texts, within};
use super::{Grade, Ungraded, script};
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
    let share = |of: usize| if of == 0 { 0.0 } else { f64::from(both) / of as f64 };
    let (precision, recall) = (share(called.len()), share(wanted.len()));
    match precision + recall > 0.0 {
        true => 2.0 * precision * recall / (precision + recall),
        false => 0.0,
    }
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
    has(&call.arguments, wanted)
}

fn has(found: &Value, wanted: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(key, value)| found.get(key).is_some_and(|other| has(other, value))),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| has(found, wanted))
        }
        _ => same(wanted, found),
    }
}

/// Grades an assertion about tools; `turned` says that it will be turned round.
pub(super) fn grade(
    kind: &str,
    assertion: &Assertion,
    turned: bool,
    value: &Value,
    attempt: &Attempt,
) -> Result<Grade, Ungraded> {
    let called = names(attempt);
    match kind {
        "tool-call-f1" => {
            // commas separate, and quotes mean nothing here
            let wanted: Vec<String> = match value {
                Value::String(text) => text.split(',').map(|name| script::trimmed(name).to_owned()).collect(),
                other => texts(kind, other)?,
            };
            if wanted.iter().any(String::is_empty) {
                return Err(lacks(kind, "names that are not empty"));
            }
            let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
            let distinct: BTreeSet<&str> = called.iter().copied().collect();
            let (wanted, distinct): (Vec<_>, Vec<_>) = (wanted.into_iter().collect(), distinct.into_iter().collect());
            let threshold = bound(assertion);
            let score = f1(&wanted, &distinct);
            Ok(Grade::scored(score, threshold, listed(&wanted), listed(&called)))
        }
        "trajectory:tool-used" => used(kind, value, turned, &called),
        "trajectory:tool-sequence" => sequence(kind, value, &called),
        "trajectory:step-count" => {
            let Value::Object(map) = value else {
                return Err(lacks(kind, "a map with `min` or `max`"));
            };
            let pattern = pattern(kind, map, &["max", "min"])?;
            let count = called
                .iter()
                .filter(|name| pattern.is_none_or(|pattern| fits(pattern, name)))
                .count() as u64;
            let bounds = bounds(kind, map)?;
            if bounds == (None, None) {
                return Err(format!("`{kind}` needs `min` or `max`"));
            }
            Ok(Grade::of(
                within(count, bounds),
                value.to_string(),
                format!("{count} steps"),
            ))
        }
        _ => arguments_match(kind, value, attempt),
    }
}

/// The tool that a map is about: `name`, or a `pattern`. Its `type` may only be `tool`: an attempt has no other steps.
fn pattern<'a>(kind: &str, map: &'a Map<String, Value>, others: &[&str]) -> Result<Option<&'a str>, Ungraded> {
    only(kind, map, &[others, &["name", "pattern", "type"]].concat())?;
    if let Some(other) = map.get("type").filter(|value| *value != "tool") {
        return Err(format!(
            "`{kind}` counts tool calls here, and no steps of type `{}`",
            shown(other)
        ));
    }
    let found = map.get("pattern").or_else(|| map.get("name"));
    found.map(|value| text(kind, value)).transpose()
}

fn named<'a>(kind: &str, map: &'a Map<String, Value>, others: &[&str]) -> Result<&'a str, Ungraded> {
    pattern(kind, map, others)?.ok_or_else(|| format!("`{kind}` needs `name` or `pattern`"))
}

/// `{name | pattern, args, mode: partial | exact, defaults, ignore}`.
fn arguments_match(kind: &str, value: &Value, attempt: &Attempt) -> Result<Grade, Ungraded> {
    let Value::Object(map) = value else {
        return Err(lacks(kind, "a map with `name` and `args`"));
    };
    let name = named(kind, map, &["args", "arguments", "defaults", "ignore", "mode"])?;
    let wanted = map.get("args").or_else(|| map.get("arguments"));
    let wanted = wanted.ok_or_else(|| format!("`{kind}` needs `args`"))?;
    let exact = mode(kind, map, "partial")? == "exact";
    let ignored = match map.get("ignore") {
        None => Vec::new(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| text(kind, item).map(str::to_owned))
            .collect::<Result<_, _>>()?,
        Some(other) => vec![text(kind, other)?.to_owned()],
    };
    let none = Map::new();
    let defaults = match map.get("defaults") {
        None => &none,
        Some(Value::Object(defaults)) => defaults,
        Some(_) => return Err(format!("`defaults` of `{kind}` is a map")),
    };
    // only a pattern takes upper and lower case alike
    let ignores = |entry: &String, key: &str| entry == key || (entry.contains(['*', '?']) && fits(entry, key));
    let counts = |key: &str| !ignored.iter().any(|entry| ignores(entry, key));
    let is_default = |key: &str, value: &Value| defaults.get(key).is_some_and(|default| same(default, value));
    let wanted_left = without(wanted, |key, _| counts(key));
    let matches = |call: &ToolCall| {
        let found = without(&call.arguments, |key, value| counts(key) && !is_default(key, value));
        fits(name, &call.name)
            && if exact {
                same(&found, &wanted_left)
            } else {
                has(&found, &wanted_left)
            }
    };
    let holds = attempt.calls.iter().any(matches);
    let got = attempt.calls.iter().filter(|call| fits(name, &call.name));
    let got: Vec<String> = got.map(|call| call.arguments.to_string()).collect();
    Ok(Grade::of(holds, format!("`{name}` with {wanted}"), got.join("; ")))
}

/// A map with the entries that are kept; anything else as it is.
fn without(value: &Value, keep: impl Fn(&str, &Value) -> bool) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| keep(key, value));
            Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        other => other.clone(),
    }
}

fn mode<'a>(kind: &str, map: &'a Map<String, Value>, other: &'a str) -> Result<&'a str, Ungraded> {
    match map.get("mode").map(Value::as_str) {
        None => Ok(other),
        Some(Some(mode)) if mode == other || mode == "exact" => Ok(mode),
        Some(_) => Err(format!("`mode` of `{kind}` is `{other}` or `exact`")),
    }
}

/// A name, a list of names (all of them; turned round none of them), or `{name | pattern, min, max}`.
fn used(kind: &str, value: &Value, turned: bool, called: &[&str]) -> Result<Grade, Ungraded> {
    if let Value::Object(map) = value {
        let pattern = named(kind, map, &["max", "min"])?;
        let count = called.iter().filter(|name| fits(pattern, name)).count() as u64;
        let (least, most) = bounds(kind, map)?;
        let holds = within(count, (least.or(Some(1)), most));
        return Ok(Grade::of(holds, value.to_string(), listed(called)));
    }
    let wanted = match value {
        Value::String(_) => vec![text(kind, value)?.to_owned()],
        other => texts(kind, other)?,
    };
    let was_called = |pattern: &String| called.iter().any(|name| fits(pattern, name));
    let holds = if turned {
        wanted.iter().any(was_called)
    } else {
        wanted.iter().all(was_called)
    };
    Ok(Grade::of(holds, wanted.join(", "), listed(called)))
}

/// `{steps: […], mode: in_order | exact}`, or the steps alone.
fn sequence<'a>(kind: &str, value: &'a Value, called: &[&str]) -> Result<Grade, Ungraded> {
    let (steps, exact) = match value {
        Value::Object(map) => {
            only(kind, map, &["mode", "steps"])?;
            (map.get("steps"), mode(kind, map, "in_order")? == "exact")
        }
        other => (Some(other), false),
    };
    let Some(Value::Array(steps)) = steps else {
        return Err(lacks(kind, "a list of steps"));
    };
    let step = |step: &'a Value| match step {
        Value::Object(map) => named(kind, map, &[]),
        other => text(kind, other),
    };
    let steps: Vec<&str> = steps.iter().map(step).collect::<Result<_, _>>()?;
    if steps.is_empty() {
        return Err(lacks(kind, "a list of steps that is not empty"));
    }
    let holds = if exact {
        steps.len() == called.len() && steps.iter().zip(called).all(|(step, name)| fits(step, name))
    } else {
        let mut rest = called.iter();
        steps.iter().all(|step| rest.any(|name| fits(step, name)))
    };
    Ok(Grade::of(holds, steps.join(", then "), listed(called)))
}

/// Whether a name fits a pattern, upper and lower case alike: `*` stands for anything, `?` for one character.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match back {
                // the last `*` takes one character more
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
