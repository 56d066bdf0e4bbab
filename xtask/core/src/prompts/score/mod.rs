//! Holds an answer against its case: every field and every assertion.

mod doctype;
mod expression;
mod fields;
mod fill;
mod html;
mod idle;
mod limit;
mod manifest;
mod overlap;
mod reach;
mod refusal;
mod said;
mod schema;
mod script;
mod shape;
mod snippet;
#[cfg(feature = "sql")]
mod sql;
mod stem;
mod structure;
mod text;
mod tools;
mod treebank;
mod xml;

use crate::model::shortened;
use std::cell::{Cell, LazyCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cases::{Assertion, Case, Suite, support};
use super::run::{Attempt, Subject};

use expression::Expression;
pub(super) use expression::has_flags;
pub use fill::sound_keyword;
pub(super) use fill::{has_tag, pieces, quoted};
pub use limit::{Limit, limit};
pub use manifest::{arguments_fault, tool_calls, tools_named, withheld_from};
pub use said::{Checks, Said};
pub use schema::schema_fault;

/// Something that an answer should have been and was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The field or the type of the assertion.
    pub assertion: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
}

/// What an answer is worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// From 0 to 1.
    pub score: f64,
    /// Whether it passes.
    pub passed: bool,
    /// What it should have been and was not.
    pub violations: Vec<Violation>,
}

/// What one check says.
#[derive(Clone, Debug, PartialEq)]
struct Grade {
    holds: bool,
    score: f64,
    expected: String,
    got: String,
}

impl Grade {
    fn of(holds: bool, expected: impl Into<String>, got: impl Into<String>) -> Grade {
        Grade {
            holds,
            score: f64::from(u8::from(holds)),
            expected: expected.into(),
            got: got.into(),
        }
    }

    fn scored(score: f64, threshold: f64, expected: impl Into<String>, got: impl Into<String>) -> Grade {
        Grade {
            holds: score >= threshold,
            score,
            expected: expected.into(),
            got: got.into(),
        }
    }

    fn turned(self, kind: &str) -> Grade {
        // promptfoo turns these round and leaves what they are worth
        let keeps = kind == "tool-call-f1" || (kind == "is-refusal" && self.holds && self.score == 0.0);
        Grade {
            holds: !self.holds,
            score: if keeps { self.score } else { 1.0 - self.score },
            expected: format!("not: {}", self.expected),
            got: self.got,
        }
    }
}

/// Why an answer cannot be graded: an assertion that is none, or a judge that did not judge.
pub type Ungraded = String;

/// Why an answer has no score, and what is known of it all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unscored {
    /// What could not be graded.
    pub reason: Ungraded,
    /// What it should have been and was not, by all the rest.
    pub violations: Vec<Violation>,
}

/// Asks a judge how well an answer does what was expected: a score from 0 to 1.
pub type Judging<'a> = &'a (dyn Fn(&str) -> Result<f64, Ungraded> + 'a);

/// Grades the answers of a suite; expressions and schemas are compiled once.
pub struct Scorer<'a> {
    subject: &'a Subject,
    suite: &'a Suite,
    output: Option<Validator>,
    contract: Option<Validator>,
    parameters: BTreeMap<&'a str, Validator>,
    expressions: Mutex<BTreeMap<String, Arc<Expression>>>,
}

impl<'a> Scorer<'a> {
    /// Makes ready for a suite.
    pub fn new(subject: &'a Subject, suite: &'a Suite) -> Result<Scorer<'a>, Ungraded> {
        let compiled = |schema: &Value, what: &str| {
            let compiled = jsonschema::options().build(schema);
            compiled.map_err(|error| format!("{what} is no JSON Schema: {error}"))
        };
        let prompt = subject.prompts.get(&suite.prompt).map(|(_, prompt)| prompt);
        let output = prompt.and_then(|prompt| prompt.output.as_ref());
        let contract = subject.contract.as_ref().filter(|_| suite.contract);
        let mut parameters = BTreeMap::new();
        for tool in &subject.tools {
            let schema = compiled(&Value::Object(tool.parameters.clone()), "the schema of a tool")?;
            parameters.insert(tool.name.as_str(), schema);
        }
        Ok(Scorer {
            subject,
            suite,
            output: output
                .map(|schema| compiled(schema, "the output of the prompt"))
                .transpose()?,
            contract: contract.map(|schema| compiled(schema, "the contract")).transpose()?,
            parameters,
            expressions: Mutex::new(BTreeMap::new()),
        })
    }

    /// Grades one answer. What cannot be graded takes nothing away from what can.
    pub fn score(&self, case: &Case, attempt: &Attempt, judge: Judging<'_>) -> Result<Score, Unscored> {
        let mut tally = Tally::default();
        let asked = Asked {
            inputs: LazyCell::new(Box::new(|| Value::Object(self.subject.inputs(self.suite, case)))),
            attempt,
        };
        let is_silent = Cell::new(false);
        // one that could not judge is not asked again
        let once = |expected: &str| match is_silent.get() {
            true => Err("the judge did not judge".to_owned()),
            false => judge(expected).inspect_err(|_| is_silent.set(true)),
        };
        let mut ungraded = self.fields(case, &asked, &once, &mut tally).err();
        for assertion in self.suite.assertions.iter().chain(&case.assertions) {
            match self.grade(assertion, &asked, &once) {
                Ok(grade) => tally.weigh(assertion, grade),
                Err(reason) => ungraded = ungraded.or(Some(reason)),
            }
        }
        let violations = tally.violations.clone();
        ungraded.map_or_else(
            || Ok(tally.score(case.threshold)),
            |reason| Err(Unscored { reason, violations }),
        )
    }

    fn grade(&self, assertion: &Assertion, asked: &Asked<'_>, judge: Judging<'_>) -> Result<Grade, Ungraded> {
        support(&assertion.kind)?;
        let (kind, turned) = assertion.plain_kind();
        let attempt = asked.attempt;
        let value = fill::filled(&assertion.value, || &asked.inputs)?;
        let grade = match kind {
            "assert-set" => self.set(assertion, asked, judge)?,
            "llm-rubric" | "trajectory:goal-success" => {
                let goal = shape::goal(kind, &value)?;
                let score = judge(goal)?;
                let threshold = limit::bound(assertion);
                Grade::scored(score, threshold, goal, format!("the judge gave {score}"))
            }
            "cost" => fields::cost(self.subject, attempt, assertion.threshold)?,
            "latency" => fields::latency(attempt, assertion.threshold)?,
            kind if kind.starts_with("is-valid-") => self.valid_calls(attempt),
            kind => graded(kind, assertion, turned, &value, attempt, |pattern| {
                self.expression(pattern)
            })?,
        };
        Ok(if turned { grade.turned(kind) } else { grade })
    }

    fn set(&self, assertion: &Assertion, asked: &Asked<'_>, judge: Judging<'_>) -> Result<Grade, Ungraded> {
        let mut tally = Tally::default();
        for inner in &assertion.set {
            let grade = self.grade(inner, asked, judge)?;
            tally.weigh(inner, grade);
        }
        let score = tally.score(assertion.threshold);
        let failed: Vec<String> = score.violations.iter().map(|one| one.assertion.clone()).collect();
        Ok(Grade {
            holds: score.passed,
            score: score.score,
            expected: "the assertions of the set".to_owned(),
            got: format!("failed: {}", failed.join(", ")),
        })
    }

    fn valid_calls(&self, attempt: &Attempt) -> Grade {
        let wrong = attempt.calls.iter().find_map(|call| self.wrong_call(call));
        let expected = "tool calls that fit their schemas";
        match wrong {
            Some(got) => Grade::of(false, expected, got),
            None if attempt.calls.is_empty() => Grade::of(false, expected, "no tool was called"),
            None => Grade::of(true, expected, "they do"),
        }
    }

    /// What is wrong with a call: a tool that is not there, or arguments that do not fit its schema.
    fn wrong_call(&self, call: &super::run::ToolCall) -> Option<String> {
        let Some(schema) = self.parameters.get(call.name.as_str()) else {
            return Some(format!(
                "the model called `{}`, a tool that the manifest does not have",
                call.name
            ));
        };
        if let Value::String(text) = &call.arguments {
            let text = shortened(text, 80);
            return Some(format!(
                "the model called `{}` with what is no JSON object: {text}",
                call.name
            ));
        }
        let error = schema.iter_errors(&call.arguments).next()?;
        Some(format!("`{}` with {}: {error}", call.name, call.arguments))
    }

    fn expression(&self, pattern: &str) -> Result<Arc<Expression>, Ungraded> {
        let mut expressions = self.expressions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = expressions.get(pattern) {
            return Ok(Arc::clone(found));
        }
        let compiled = compiled(pattern)?;
        expressions.insert(pattern.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// An attempt with what was put in, which only values with names in them need.
struct Asked<'a> {
    inputs: LazyCell<Value, Box<dyn Fn() -> Value + 'a>>,
    attempt: &'a Attempt,
}

/// Grades what needs nothing but the answer.
fn graded(
    kind: &str,
    assertion: &Assertion,
    turned: bool,
    value: &Value,
    attempt: &Attempt,
    expression: impl Fn(&str) -> Result<Arc<Expression>, Ungraded>,
) -> Result<Grade, Ungraded> {
    match kind {
        "finish-reason" => {
            let wanted = shape::text(kind, value)?;
            let holds = wanted.eq_ignore_ascii_case(&attempt.finish);
            Ok(Grade::of(holds, wanted, attempt.finish.as_str()))
        }
        kind if kind.starts_with("trajectory:") || kind == "tool-call-f1" => {
            tools::grade(kind, assertion, turned, value, attempt)
        }
        "is-json" | "contains-json" | "is-xml" | "contains-xml" | "is-html" | "contains-html" => {
            structure::grade(kind, value, &attempt.text)
        }
        #[cfg(feature = "sql")]
        "is-sql" | "contains-sql" => sql::grade(kind, value, &attempt.text),
        kind => text::grade(kind, assertion, value, &attempt.text, expression),
    }
}

/// Why no answer can be held against an assertion; nothing where one can. `inputs` are those of the case, as a map.
pub fn sound(assertion: &Assertion, inputs: &Value) -> Result<(), Ungraded> {
    assertion.support()?;
    let (kind, turned) = assertion.plain_kind();
    if kind != "assert-set" && !assertion.set.is_empty() {
        return Err(format!("`{kind}` has no assertions of its own"));
    }
    limit::numbers(assertion)?;
    let value = fill::filled(&assertion.value, || inputs)?;
    match kind {
        "assert-set" if assertion.set.iter().any(|inner| inner.plain_kind().0 == "assert-set") => {
            Err("a set in a set is unknown to promptfoo".to_owned())
        }
        "assert-set" if assertion.set.is_empty() => Err("a set without assertions proves nothing".to_owned()),
        "assert-set" => assertion.set.iter().try_for_each(|inner| sound(inner, inputs)),
        "cost" | "latency" if assertion.threshold.is_none() => Err(format!("`{kind}` needs a threshold")),
        "cost" | "latency" => Ok(()),
        "llm-rubric" | "trajectory:goal-success" => shape::goal(kind, &value).map(|_| ()),
        kind if kind.starts_with("is-valid-") => Ok(()),
        kind => {
            // of an empty answer some say nothing
            let attempt = Attempt {
                text: "an answer".to_owned(),
                ..Attempt::default()
            };
            graded(kind, assertion, turned, &value, &attempt, compiled).map(|_| ())
        }
    }
}

fn compiled(pattern: &str) -> Result<Arc<Expression>, Ungraded> {
    Expression::of(pattern).map(Arc::new)
}

/// Grades added up by weight.
#[derive(Default)]
struct Tally {
    graded: usize,
    weights: f64,
    sum: f64,
    violations: Vec<Violation>,
}

impl Tally {
    /// Adds an assertion with its weight. One of weight 0 only reports, unless it is a set: that still has to hold.
    fn weigh(&mut self, assertion: &Assertion, mut grade: Grade) {
        let weight = assertion.weight.unwrap_or(1.0);
        grade.holds |= weight == 0.0 && assertion.kind != "assert-set";
        self.add(&assertion.kind, grade, weight);
    }

    fn add(&mut self, assertion: &str, grade: Grade, weight: f64) {
        self.graded += 1;
        self.weights += weight;
        self.sum += weight * grade.score;
        if !grade.holds {
            self.violations.push(Violation {
                assertion: assertion.to_owned(),
                expected: shortened(&grade.expected, MOST_SHOWN),
                got: shortened(&grade.got, MOST_SHOWN),
            });
        }
    }

    fn score(self, threshold: Option<f64>) -> Score {
        let score = match (self.weights > 0.0, self.graded) {
            (true, _) => self.sum / self.weights,
            (false, 0) => 1.0,
            // what counts for nothing is worth nothing
            (false, _) => 0.0,
        };
        let passed = threshold.map_or(self.violations.is_empty(), |threshold| score >= threshold);
        let mut violations = self.violations;
        if let (false, true, Some(threshold)) = (passed, violations.is_empty(), threshold) {
            violations.push(Violation {
                assertion: "threshold".to_owned(),
                expected: format!("a score of at least {threshold}"),
                got: format!("{score:.3}"),
            });
        }
        Score {
            score,
            passed,
            violations,
        }
    }
}

/// Most characters of a text that an answer shows.
pub(super) const MOST_SHOWN: usize = 200;
