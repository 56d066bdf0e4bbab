//! What assertions say of tools, to be held against the tool manifest.

use serde_json::{Map, Value};

use super::shape::words;
use super::tools::fits;
use crate::prompts::cases::{Assertion, Case, ExpectedTool, Suite};
use crate::prompts::run::Subject;

/// The tools that an assertion names and that fit none of those that are there.
pub fn tools_named<'a>(assertion: &Assertion, there: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let (kind, _) = assertion.plain_kind();
    let value = &assertion.value;
    let of_map = |value: &Value| {
        let name = value.get("pattern").or_else(|| value.get("name"));
        name.and_then(Value::as_str).map(str::to_owned)
    };
    let of_step = |step: &Value| of_map(step).or_else(|| step.as_str().map(str::to_owned));
    let named: Vec<String> = match kind {
        "tool-call-f1" => words(kind, value).unwrap_or_default(),
        "trajectory:tool-sequence" => {
            let steps = value.get("steps").unwrap_or(value).as_array();
            steps.into_iter().flatten().filter_map(of_step).collect()
        }
        "trajectory:tool-used" => match value {
            Value::Array(items) => items.iter().filter_map(of_step).collect(),
            other => of_step(other).into_iter().collect(),
        },
        "trajectory:tool-args-match" | "trajectory:step-count" => of_map(value).into_iter().collect(),
        _ => Vec::new(),
    };
    let is_there = |name: &String| name.contains("{{") || there.clone().any(|tool| fits(name, tool));
    named.into_iter().filter(|name| !is_there(name)).collect()
}

/// The first tool that a case, or its suite of every case, needs and the environment does not enable. That one is not called
/// can be judged where it is not there, too: whoever calls it all the same is found out.
pub fn withheld_from(subject: &Subject, suite: &Suite, case: &Case) -> Option<String> {
    if subject.withheld.is_empty() {
        return None;
    }
    let mut expected = case.expected_tools.iter().flatten().map(ExpectedTool::name);
    if let Some(name) = expected.find(|name| subject.withheld.contains(*name)) {
        return Some(name.to_owned());
    }
    let named = |assertion: &Assertion| withheld_named(subject, assertion, false);
    suite.assertions.iter().chain(&case.assertions).find_map(named)
}

fn withheld_named(subject: &Subject, assertion: &Assertion, turned: bool) -> Option<String> {
    let (kind, is_turned) = assertion.plain_kind();
    let turned = turned != is_turned;
    let inner = || {
        assertion
            .set
            .iter()
            .find_map(|inner| withheld_named(subject, inner, turned))
    };
    if holds_without_calls(kind, &assertion.value) != turned {
        return inner();
    }
    let missing = tools_named(assertion, subject.tools.iter().map(|tool| tool.name.as_str()));
    let fitting = |name: &String| subject.withheld.iter().find(|tool| fits(name, tool)).cloned();
    missing.iter().find_map(fitting).or_else(inner)
}

/// Whether such an assertion about a tool holds where that is never called: a number of calls that may be none.
fn holds_without_calls(kind: &str, value: &Value) -> bool {
    let least = value.get("min").and_then(Value::as_f64).unwrap_or_default();
    kind == "trajectory:step-count" && least <= 0.0
}

/// The call that an assertion is about: the tool, and arguments of it.
pub fn tool_calls(assertion: &Assertion) -> Option<(&str, &Map<String, Value>)> {
    let value = (assertion.plain_kind().0 == "trajectory:tool-args-match").then_some(&assertion.value)?;
    let name = value.get("pattern").or_else(|| value.get("name"))?.as_str()?;
    let arguments = value.get("args").or_else(|| value.get("arguments"))?.as_object()?;
    Some((name, arguments))
}

/// Why a tool takes no call with these arguments and perhaps others; nothing where it does.
pub fn arguments_fault(parameters: &Map<String, Value>, arguments: &Map<String, Value>) -> Option<String> {
    let properties = parameters.get("properties").and_then(Value::as_object);
    let open = [
        "additionalProperties",
        "patternProperties",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
    ];
    let is_open = open.iter().any(|keyword| {
        parameters
            .get(*keyword)
            .is_some_and(|value| *value != Value::Bool(false))
    });
    if !is_open {
        let known = |name: &String| properties.is_some_and(|properties| properties.contains_key(name));
        if let Some(name) = arguments.keys().find(|name| !known(name)) {
            return Some(format!("there is no argument `{name}`"));
        }
    }
    let partial = partial(&Value::Object(parameters.clone()));
    let validator = jsonschema::options().build(&partial).ok()?;
    let arguments = Value::Object(arguments.clone());
    let fault = validator.iter_errors(&arguments).next();
    fault.map(|error| format!("{error}"))
}

/// A schema without what asks for more than is there.
fn partial(schema: &Value) -> Value {
    let asks = ["dependentRequired", "if", "minProperties", "not", "required"];
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| !asks.contains(&name.as_str()));
            let inside = kept.map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    // names here are the schema's own
                    ("properties" | "patternProperties" | "$defs", Value::Object(map)) => {
                        let inside = map.iter().map(|(name, value)| (name.clone(), partial(value)));
                        Value::Object(inside.collect())
                    }
                    ("const" | "default" | "enum" | "examples", value) => value.clone(),
                    (_, value) => partial(value),
                };
                (name.clone(), value)
            });
            Value::Object(inside.collect())
        }
        Value::Array(items) => items.iter().map(partial).collect(),
        other => other.clone(),
    }
}
