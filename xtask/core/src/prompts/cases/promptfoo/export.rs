//! Writes a suite as a promptfoo file.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::{Assertion, Case, ExpectedTool, Order, Suite};
use crate::prompts::score::has_flags;

/// The suite as promptfoo's configuration, and what it has no words for.
pub fn export(suite: &Suite, prompt_file: &str) -> (Value, Vec<String>) {
    let mut lost = Vec::new();
    let tests: Vec<Value> = suite.cases.iter().map(|case| test(suite, case, &mut lost)).collect();
    let mut default = Map::new();
    if !suite.vars.is_empty() {
        default.insert("vars".to_owned(), json!(suite.vars));
    }
    if !suite.assertions.is_empty() {
        let assertions: Vec<Value> = suite.assertions.iter().map(worded).collect();
        default.insert("assert".to_owned(), json!(assertions));
    }
    if suite.contract {
        lost.push("`contract`: promptfoo does not know the agent's contract".to_owned());
    }
    let own = suite.cases.iter().flat_map(|case| &case.assertions);
    let all = suite.assertions.iter().chain(own);
    let all = all.flat_map(|assertion| std::iter::once(assertion).chain(&assertion.set));
    let patterns = all.filter(|assertion| assertion.plain_kind().0 == "regex");
    let flagged = patterns.filter_map(|assertion| assertion.value.as_str().filter(|pattern| has_flags(pattern)));
    lost.extend(flagged.map(|pattern| format!("`{pattern}`: promptfoo takes no flags in front of an expression")));
    let mut file = json!({
        "description": suite.description,
        "prompts": [format!("file://{prompt_file}")],
        "tests": tests,
    });
    // lists are values here, and several tests there
    default.insert("options".to_owned(), json!({"disableVarExpansion": true}));
    file["defaultTest"] = Value::Object(default);
    lost.sort();
    lost.dedup();
    (file, lost)
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

fn test(suite: &Suite, case: &Case, lost: &mut Vec<String>) -> Value {
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
    if case.max_tokens_limit.is_some() {
        lost.push("`maxTokensLimit`: promptfoo counts no tokens".to_owned());
    }
    if !case.turns.is_empty() {
        lost.push("`turns`: the conversation so far has no place in a test".to_owned());
    }
    if case.system_prompt_version.is_some() {
        lost.push("`systemPromptVersion`: tests know no versions".to_owned());
    }
    if (case.weight - 1.0).abs() > f64::EPSILON {
        lost.push("`weight`: tests count alike".to_owned());
    }
    if case.origin.is_some() {
        lost.push("`origin`: tests do not say where they come from".to_owned());
    }
    let description = if case.name.is_empty() { &case.id } else { &case.name };
    let mut test = json!({"description": description, "vars": vars, "assert": assertions});
    if let Some(threshold) = case.threshold {
        test["threshold"] = json!(threshold);
    }
    if !case.tags.is_empty() {
        test["metadata"] = json!({"tags": case.tags});
    }
    test
}
