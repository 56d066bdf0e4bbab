//! Assertions that hold whatever is answered: known by holding them against answers that should make them fail, and by
//! bounds that no answer reaches.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::expression::Expression;
use super::limit::{Limit, limit};
use super::reach::Reach;
use super::shape::{bounds, count, shown, words};
use super::{Ungraded, compiled, fill, graded, script};
use crate::prompts::cases::Assertion;
use crate::prompts::run::Attempt;

/// Answers of which some assertion or other should not hold: nothing, a letter, every sort of character, data, markup, a
/// statement and a refusal.
const ANSWERS: [&str; 8] = [
    "",
    "x",
    "Dear Ms O'Neil,\n\n1. your parcel no. 4711 left on 2026-01-02 at 10:30 (see https://example.com/a?b=c#d_e).\n2. It \
     cost $12.50 + 19 % \"tax\" = <b>€14.88</b> & no more; write to help@example.com or call +49 30 1234567!\n\n\t* \
     `code` {braces} [brackets] ~ ^ | \\ / @\r\nRegards",
    "Größe é ñ · Привет мир · Καλημέρα · 你好，世界。 · こんにちは · 안녕하세요 · مرحبا · שלום · नमस्ते · สวัสดี · 😀",
    r#"{"a": 1, "b": ["x", null, true], "c": {"d": "e"}}"#,
    "<html><head><title>a</title></head><body><p>b</p></body></html>",
    "SELECT a FROM b",
    "I'm sorry, but I can't help with that.",
];

/// A long answer.
static LONG: LazyLock<String> = LazyLock::new(|| ANSWERS[2].repeat(60));

/// The least score that an assertion has whatever is answered; nothing where an answer may make it fail. `inputs` are those
/// of the case.
pub(super) fn least(assertion: &Assertion, inputs: &Value, reach: &Reach) -> Option<f64> {
    if assertion.kind == "assert-set" {
        return of_set(assertion, inputs, reach);
    }
    // it only reports
    if assertion.weight == Some(0.0) {
        return Some(1.0);
    }
    let (kind, turned) = assertion.plain_kind();
    let value = fill::filled(&assertion.value, || inputs).ok()?;
    if let Some(range) = counted(kind, &value) {
        return is_any_count(kind, range, turned, reach).then_some(1.0);
    }
    if let Some(limit) = limit(assertion) {
        return beyond(kind, limit, turned, &value, reach);
    }
    is_always(kind, assertion, turned, &value).then_some(1.0)
}

/// A set holds as its own do, or by their score.
fn of_set(assertion: &Assertion, inputs: &Value, reach: &Reach) -> Option<f64> {
    let own = assertion.set.iter();
    let own: Vec<_> = own
        .map(|inner| (inner.weight.unwrap_or(1.0), least(inner, inputs, reach)))
        .collect();
    let score = worst(&own);
    let holds = match assertion.threshold {
        Some(threshold) => score >= threshold,
        None => own.iter().all(|(_, least)| least.is_some()),
    };
    holds.then_some(score)
}

/// The least score of things by their weights, each with its own least score where it has one.
pub(super) fn worst(things: &[(f64, Option<f64>)]) -> f64 {
    let weights: f64 = things.iter().map(|(weight, _)| weight).sum();
    let sum: f64 = things.iter().map(|(weight, least)| weight * least.unwrap_or(0.0)).sum();
    match weights > 0.0 {
        true => sum / weights,
        false => 0.0,
    }
}

/// From where on and up to where something is counted, of what is.
fn counted(kind: &str, value: &Value) -> Option<(u64, Option<u64>)> {
    let map = value.as_object();
    let (least, most) = match (kind, map) {
        ("word-count", None) => {
            let said = value.as_str().map(|text| script::trimmed(text).parse().ok());
            let exact = said.unwrap_or_else(|| count(value))?;
            (Some(exact), Some(exact))
        }
        ("word-count" | "trajectory:step-count", Some(map)) => bounds(kind, map).ok()?,
        ("trajectory:tool-used", Some(map)) => {
            let (least, most) = bounds(kind, map).ok()?;
            (least.or(Some(1)), most)
        }
        _ => return None,
    };
    Some((least.unwrap_or(0), most))
}

/// Whether every count is within a range; turned round, none that an answer can come to.
fn is_any_count(kind: &str, (least, most): (u64, Option<u64>), turned: bool, reach: &Reach) -> bool {
    let reached = if kind == "word-count" {
        reach.words
    } else {
        reach.tokens
    };
    match turned {
        true => least > reached,
        false => least == 0 && most.is_none_or(|most| most >= reached),
    }
}

/// The least score where no answer is on the other side of a bound.
fn beyond(kind: &str, limit: Limit, turned: bool, value: &Value, reach: &Reach) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a bound need not be exact")]
    let most = match kind {
        "cost" => reach.cost,
        "latency" => Some(reach.latency as f64),
        "levenshtein" => Some(reach.characters.max(shown(value).len() as u64) as f64),
        _ => None,
    };
    match (most, limit, turned) {
        (Some(most), Limit::Most(bound), false) => (bound >= most).then_some(1.0),
        // what is turned round must be above its bound
        (_, Limit::Least(bound), true) => (bound < 0.0).then_some(1.0),
        // scores are 0 or more, and 1 or less
        (_, Limit::Least(bound), false) => (bound <= 0.0).then_some(0.0),
        (_, Limit::Most(bound), true) => (bound > 1.0).then_some(0.0),
        (None, Limit::Most(_), false) => None,
    }
}

/// Whether it holds for every answer that should make it fail.
fn is_always(kind: &str, assertion: &Assertion, turned: bool, value: &Value) -> bool {
    let holds = |text: &str, expression: &dyn Fn(&str) -> Result<Arc<Expression>, Ungraded>| {
        let attempt = Attempt {
            text: text.to_owned(),
            ..Attempt::default()
        };
        let grade = graded(kind, assertion, turned, value, &attempt, expression);
        grade.is_ok_and(|grade| grade.holds != turned)
    };
    // what is about tools is not known by texts, and neither is data of a form of its own
    let is_text = !kind.starts_with("trajectory:") && !kind.starts_with("is-valid-") && kind != "finish-reason";
    let is_form = ["is-", "contains-json", "contains-xml", "contains-html", "contains-sql"];
    let is_form = is_form.iter().any(|beginning| kind.starts_with(beginning));
    if !is_text || (turned && is_form && !value.is_null()) {
        return false;
    }
    let answers = || ANSWERS.iter().copied().chain(std::iter::once_with(|| LONG.as_str()));
    if kind == "regex" {
        let Some(pattern) = value.as_str().and_then(|text| compiled(text).ok()) else {
            return false;
        };
        let made = |_: &str| Ok(Arc::clone(&pattern));
        return match turned {
            true => !pattern.can_match(),
            false => answers().all(|text| holds(text, &made)) && pattern.takes_its_own(),
        };
    }
    // only an answer of its own words can break what forbids words
    let own = if turned { own_words(kind, value) } else { Vec::new() };
    own.iter().all(|text| holds(text, &compiled)) && answers().all(|text| holds(text, &compiled))
}

/// The words of a value, one by one and all together, as answers.
fn own_words(kind: &str, value: &Value) -> Vec<String> {
    let listed = words(kind, value).unwrap_or_default();
    let all = listed.join(" ");
    [shown(value), all].into_iter().chain(listed).collect()
}
