//! Writes a suite as a promptfoo file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::{Assertion, Case, ExpectedTool, Order, Suite};
use super::import::key;
use super::own;
use crate::prompts::score::has_flags;
use crate::yaml::Segment;

/// What promptfoo has no words for, with the places of the suite that say it.
type Lost = BTreeMap<String, Vec<Vec<Segment>>>;

/// The suite as promptfoo's configuration, and what it has no words for: where that stands first, and how often.
pub fn export(suite: &Suite, prompt_file: &str) -> (Value, Vec<(Vec<Segment>, String)>) {
    let mut lost = Lost::new();
    let cases = suite.cases.iter().enumerate();
    let tests: Vec<Value> = cases
        .map(|(index, case)| {
            without_words(case, index, &mut lost);
            test(suite, case)
        })
        .collect();
    let mut lose = |place: Vec<Segment>, message: String| lost.entry(message).or_default().push(place);
    if suite.contract {
        lose(
            vec![key("contract")],
            "`contract`: promptfoo does not know the agent's contract".to_owned(),
        );
    }
    if suite.judge.is_some() {
        lose(
            vec![key("judge")],
            "`judge`: promptfoo asks the one that its own configuration names".to_owned(),
        );
    }
    let of_suite = [(vec![key("assert")], &suite.assertions)];
    let of_cases = suite.cases.iter().enumerate();
    let of_cases = of_cases.map(|(index, case)| {
        (
            vec![key("cases"), Segment::Index(index), key("assert")],
            &case.assertions,
        )
    });
    for (place, assertions) in of_suite.into_iter().chain(of_cases) {
        for (at, assertion) in assertions.iter().enumerate() {
            let place = [&place[..], &[Segment::Index(at)]].concat();
            for pattern in std::iter::once(assertion).chain(&assertion.set).filter_map(flagged) {
                let message = format!("`{pattern}`: promptfoo takes no flags in front of an expression");
                lose(place.clone(), message);
            }
        }
    }
    let file = json!({
        "defaultTest": default_test(suite),
        "description": suite.description,
        "prompts": [format!("file://{prompt_file}")],
        "tests": tests,
    });
    let told = lost.into_iter().filter_map(|(message, places)| {
        let more = match places.len() {
            1 => String::new(),
            count => format!(", here and at {} more", count - 1),
        };
        Some((places.into_iter().next()?, format!("{message}{more}")))
    });
    (file, told.collect())
}

/// What a suite says of all its cases.
pub(super) fn default_test(suite: &Suite) -> Value {
    let mut default = Map::new();
    if !suite.vars.is_empty() {
        default.insert("vars".to_owned(), json!(suite.vars));
    }
    if !suite.assertions.is_empty() {
        let assertions: Vec<Value> = suite.assertions.iter().map(worded).collect();
        default.insert("assert".to_owned(), json!(assertions));
    }
    default.insert("metadata".to_owned(), json!({own::KEY: own::head(suite)}));
    // lists are values here, and several tests there
    default.insert("options".to_owned(), json!({"disableVarExpansion": true}));
    Value::Object(default)
}

/// A regular expression with flags in front.
fn flagged(assertion: &Assertion) -> Option<&str> {
    let pattern = assertion.value.as_str().filter(|pattern| has_flags(pattern))?;
    (assertion.plain_kind().0 == "regex").then_some(pattern)
}

/// An assertion in promptfoo's words: where steps are counted here, they are tool calls.
fn worded(assertion: &Assertion) -> Value {
    let mut assertion = assertion.clone();
    if assertion.plain_kind().0 == "trajectory:step-count"
        && let Value::Object(map) = &mut assertion.value
    {
        map.insert("type".to_owned(), json!("tool"));
    }
    let mut value = json!(assertion);
    if !assertion.set.is_empty() {
        value["assert"] = assertion.set.iter().map(worded).collect();
    }
    value
}

/// A case as a test.
pub(super) fn test(suite: &Suite, case: &Case) -> Value {
    let mut vars = case.vars.clone();
    if !case.user_input.is_empty() {
        let name = suite.user_variable.clone().unwrap_or_else(|| "userInput".to_owned());
        vars.insert(name, json!(case.user_input));
    }
    let mut assertions: Vec<Value> = Vec::new();
    if let Some(tools) = &case.expected_tools {
        let names: Vec<&str> = tools.iter().map(ExpectedTool::name).collect();
        if names.is_empty() {
            assertions.push(json!({"type": "trajectory:step-count", "value": {"type": "tool", "max": 0}}));
        } else {
            assertions.push(json!({"type": "tool-call-f1", "value": names, "threshold": 1}));
        }
        // tool-call-f1 does not say how often
        for name in names.iter().collect::<BTreeSet<_>>() {
            let count = names.iter().filter(|other| *other == name).count();
            let value = json!({"name": name, "min": count, "max": count});
            assertions.push(json!({"type": "trajectory:tool-used", "value": value}));
        }
        if case.tool_order == Order::Strict {
            assertions.push(json!({"type": "trajectory:tool-sequence", "value": {"steps": names, "mode": "exact"}}));
        }
        assertions.extend(tools.iter().filter_map(|tool| match tool {
            ExpectedTool::Name(_) => None,
            ExpectedTool::Call { name, arguments } => Some(json!({
                "type": "trajectory:tool-args-match",
                "value": {"name": name, "args": arguments},
            })),
        }));
    }
    let keyword = |kind: &str, word: &String| json!({"type": kind, "value": word});
    assertions.extend(
        case.expected_response_keywords
            .iter()
            .map(|word| keyword("icontains", word)),
    );
    assertions.extend(
        case.forbidden_keywords
            .iter()
            .map(|word| keyword("not-icontains", word)),
    );
    assertions.extend(
        case.max_latency_ms
            .map(|limit| json!({"type": "latency", "threshold": limit})),
    );
    assertions.extend(case.max_cost.map(|limit| json!({"type": "cost", "threshold": limit})));
    if !case.expected_behavior.is_empty() {
        let threshold = suite.judge.as_ref().map_or(0.7, |judge| judge.threshold);
        assertions.push(json!({"type": "llm-rubric", "value": case.expected_behavior, "threshold": threshold}));
    }
    assertions.extend(case.assertions.iter().map(worded));
    let description = if case.name.is_empty() { &case.id } else { &case.name };
    let mut test = json!({"description": description, "vars": vars, "assert": assertions});
    if let Some(threshold) = case.threshold {
        test["threshold"] = json!(threshold);
    }
    test["metadata"] = json!({own::KEY: case});
    if !case.tags.is_empty() {
        test["metadata"]["tags"] = json!(case.tags);
    }
    test
}

/// What of a case promptfoo has no words for; only its metadata have it.
fn without_words(case: &Case, index: usize, lost: &mut Lost) {
    let without_words = [
        (
            "maxTokensLimit",
            case.max_tokens_limit.is_some(),
            "promptfoo counts no tokens",
        ),
        (
            "turns",
            !case.turns.is_empty(),
            "the conversation so far has no place in a test",
        ),
        (
            "systemPromptVersion",
            case.system_prompt_version.is_some(),
            "tests know no versions",
        ),
        ("weight", (case.weight - 1.0).abs() > f64::EPSILON, "tests count alike"),
        ("origin", case.origin.is_some(), "tests do not say where they come from"),
    ];
    for (field, _, why) in without_words.iter().filter(|(_, is_said, _)| *is_said) {
        let place = vec![key("cases"), Segment::Index(index), key(field)];
        lost.entry(format!("`{field}`: {why}")).or_default().push(place);
    }
}
