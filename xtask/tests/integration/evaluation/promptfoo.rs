//! Assertions mean what they mean to promptfoo: each row of a file of verdicts is judged here, too.
//!
//! `xtask/tests/promptfoo/verdicts.jsonl` holds what promptfoo said, and the first line which version. Rows that are
//! refused here are marked `"here": "refused"`. `xtask/tests/promptfoo/ask.mjs` says how to take the verdicts anew.

use std::collections::BTreeMap;

use lockstep::prompts::cases::{Case, Suite, lacking, promptfoo};
use lockstep::prompts::run::{Attempt, RequestModel, Subject, SubjectModel, ToolCall, ToolSpec, Usage};
use lockstep::prompts::score::{Scorer, sound};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const VERDICTS: &str = include_str!("../../promptfoo/verdicts.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    assert: Value,
    answer: String,
    #[serde(default)]
    vars: Map<String, Value>,
    threshold: Option<f64>,
    #[serde(default)]
    calls: Vec<Call>,
    #[serde(default)]
    finish: String,
    #[serde(default)]
    latency: u64,
    #[serde(default)]
    cost: f64,
    says: Says,
    score: Option<f64>,
    #[serde(default)]
    here: Option<Says>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    arguments: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Says {
    Pass,
    Fail,
    /// promptfoo gives up.
    Error,
    /// It is not judged here.
    Refused,
}

/// The tools that `ask.mjs` has, too.
fn subject() -> Subject {
    let tool = |name: &str, parameters: Value| ToolSpec {
        name: name.to_owned(),
        description: String::new(),
        parameters: parameters.as_object().unwrap().clone(),
    };
    let expression = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["expression"],
        "properties": {"expression": {"type": "string"}}
    });
    Subject {
        model: SubjectModel {
            model: RequestModel {
                provider: "p".to_owned(),
                name: "m".to_owned(),
                version: None,
            },
            temperature: 0.0,
            max_tokens: 100,
            timeout_seconds: 1,
            price: Some((1.0, 0.0)),
        },
        prompts: BTreeMap::new(),
        withheld: Default::default(),
        tools: vec![
            tool("search", json!({"type": "object"})),
            tool("calculator", expression),
            tool("file_read", json!({"type": "object"})),
        ],
        contract: None,
    }
}

/// A row as promptfoo's file, read into a suite.
fn imported(row: &Row) -> (Suite, Case) {
    let mut vars = row.vars.clone();
    vars.insert("question".to_owned(), "why?".into());
    let mut test = json!({"vars": vars, "assert": row.assert});
    if let Some(threshold) = row.threshold {
        test["threshold"] = threshold.into();
    }
    let config = json!({"tests": [test]});
    let (suite, findings) = promptfoo::import("promptfooconfig.yaml", &config.to_string(), "answer");
    let Some(promptfoo::Imported::New(mut suite)) = suite else {
        panic!("{config}: {findings:?}");
    };
    let case = suite.cases.remove(0);
    (suite, case)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs of rows are a few cents"
)]
fn attempt(row: &Row) -> Attempt {
    let calls = row.calls.iter().map(|call| ToolCall {
        id: "call".to_owned(),
        name: call.name.clone(),
        arguments: call.arguments.clone(),
    });
    Attempt {
        text: row.answer.clone(),
        calls: calls.collect(),
        finish: row.finish.clone(),
        usage: Usage {
            input: (row.cost * 1e6).round() as u64,
            output: 0,
        },
        latency_ms: row.latency,
        steps: 1,
    }
}

fn judged(subject: &Subject, row: &Row) -> (Says, f64) {
    let (suite, case) = imported(row);
    let inputs = Value::Object(subject.inputs(&suite, &case));
    if case
        .assertions
        .iter()
        .any(|assertion| sound(assertion, &inputs).is_err())
    {
        return (Says::Refused, 0.0);
    }
    let scorer = Scorer::new(subject, &suite).unwrap();
    let scored = scorer.score(&case, &attempt(row), &|_| Err("there is no judge".to_owned()));
    match scored {
        Ok(score) if score.passed => (Says::Pass, score.score),
        Ok(score) => (Says::Fail, score.score),
        Err(_) => (Says::Refused, 0.0),
    }
}

#[test]
fn an_assertion_says_what_it_says_to_promptfoo() {
    let subject = subject();
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in VERDICTS.lines().skip(1) {
        let row: Row = serde_json::from_str(line).unwrap();
        rows += 1;
        // the tests of the core judge them where the build has what they need
        let kinds = row.assert.as_array().into_iter().flatten();
        if kinds
            .filter_map(|one| one["type"].as_str())
            .any(|kind| lacking(kind).is_some())
        {
            assert_eq!(judged(&subject, &row).0, Says::Refused, "{line}");
            continue;
        }
        let (says, score) = judged(&subject, &row);
        let agrees = match (row.says, row.here) {
            (_, Some(here)) => says == here,
            (Says::Error, None) => says == Says::Refused,
            (expected, None) => {
                let theirs = row.score.unwrap_or_default();
                says == expected && (score - theirs).abs() < 1e-9
            }
        };
        if !agrees {
            wrong.push(format!("{says:?} {score}: {line}"));
        }
    }
    assert!(rows > 1_000, "{rows} rows");
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
