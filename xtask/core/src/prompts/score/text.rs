//! Assertions about the text of an answer.

use std::sync::Arc;

use fancy_regex::Regex;
use serde_json::Value;

use super::{Grade, Ungraded, overlap};
use crate::prompts::cases::Assertion;

/// How a refusal begins or reads; lower case.
const REFUSALS: &[&str] = &[
    "as an ai",
    "i am not able to",
    "i am unable to",
    "i can not",
    "i cannot",
    "i can't",
    "i must decline",
    "i won't be able",
    "i'm not able to",
    "i'm sorry, but",
    "i'm unable to",
    "sorry, i",
];

/// A value as a person reads it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Grades an assertion about text.
pub(super) fn grade(
    kind: &str,
    assertion: &Assertion,
    value: &Value,
    answer: &str,
    expression: impl Fn(&str) -> Result<Arc<Regex>, Ungraded>,
) -> Result<Grade, Ungraded> {
    let folded = kind.starts_with('i') && kind.starts_with("icontains");
    let fold = |text: &str| if folded { text.to_lowercase() } else { text.to_owned() };
    let body = fold(answer);
    let has = |word: &String| body.contains(&fold(word));
    let words = || words(kind, value);
    let word = || value.as_str().map(str::to_owned).ok_or_else(|| lacks(kind, "a text"));
    let simple = |holds: bool| Grade::of(holds, shown(value), answer);
    Ok(match kind {
        "equals" => simple(match value {
            Value::String(text) => answer == text,
            other => serde_json::from_str::<Value>(answer).is_ok_and(|answer| answer == *other),
        }),
        "contains" | "icontains" => simple(has(&shown_or_lacks(kind, value)?)),
        "contains-all" | "icontains-all" => {
            let missing: Vec<String> = words()?.into_iter().filter(|word| !has(word)).collect();
            Grade::of(
                missing.is_empty(),
                shown(value),
                format!("without {}: {answer}", missing.join(", ")),
            )
        }
        "contains-any" | "icontains-any" => simple(words()?.iter().any(has)),
        "starts-with" => simple(answer.starts_with(&word()?)),
        "regex" => {
            let pattern = expression(&word()?)?;
            simple(pattern.is_match(answer).map_err(|error| error.to_string())?)
        }
        "word-count" => word_count(value, answer)?,
        "levenshtein" => {
            let distance = overlap::levenshtein(answer, &word()?);
            let limit = assertion.threshold.unwrap_or(5.0);
            #[expect(clippy::cast_precision_loss, reason = "an answer is short")]
            let holds = distance as f64 <= limit;
            Grade::of(
                holds,
                format!("at most {limit} changes from `{}`", shown(value)),
                format!("{distance} changes"),
            )
        }
        "bleu" | "gleu" | "rouge-n" => {
            let references = match value {
                Value::Array(_) => words()?,
                _ => vec![word()?],
            };
            let (score, threshold) = match kind {
                "bleu" => (overlap::bleu(answer, &references), 0.5),
                "gleu" => (overlap::gleu(answer, &references), 0.5),
                _ => (overlap::rouge(answer, &references), 0.75),
            };
            let threshold = assertion.threshold.unwrap_or(threshold);
            Grade::scored(score, threshold, format!("at least {threshold}"), format!("{score:.3}"))
        }
        "is-refusal" => {
            let lower = answer.to_lowercase().replace('’', "'");
            let refuses = answer.trim().is_empty() || REFUSALS.iter().any(|start| lower.contains(start));
            Grade::of(refuses, "a refusal", answer)
        }
        other => return Err(format!("there is no assertion of type `{other}`")),
    })
}

fn lacks(kind: &str, what: &str) -> String {
    format!("`{kind}` needs {what} as its value")
}

fn shown_or_lacks(kind: &str, value: &Value) -> Result<String, Ungraded> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => Err(lacks(kind, "a text")),
        value => Ok(shown(value)),
    }
}

/// A list of words; a text is one separated by commas.
fn words(kind: &str, value: &Value) -> Result<Vec<String>, Ungraded> {
    match value {
        Value::Array(items) if !items.is_empty() => Ok(items.iter().map(shown).collect()),
        Value::String(text) if !text.is_empty() => Ok(text.split(',').map(|word| word.trim().to_owned()).collect()),
        _ => Err(lacks(kind, "a list of texts")),
    }
}

fn word_count(value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    let count = answer.split_whitespace().count() as u64;
    let (least, most) = match value {
        Value::Number(number) => (number.as_u64(), number.as_u64()),
        Value::Object(map) => (
            map.get("min").and_then(Value::as_u64),
            map.get("max").and_then(Value::as_u64),
        ),
        _ => (None, None),
    };
    if least.is_none() && most.is_none() {
        return Err(lacks("word-count", "a number, or `min` and `max`,"));
    }
    let holds = least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most);
    Ok(Grade::of(holds, shown(value), format!("{count} words")))
}
