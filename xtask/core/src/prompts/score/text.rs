//! Assertions about the text of an answer.

use std::sync::Arc;

use fancy_regex::Regex;
use serde_json::Value;

use super::limit::bound;
use super::shape::{bounds, lacks, only, same, shown, text, within, word, words};
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

/// Grades an assertion about text.
pub(super) fn grade(
    kind: &str,
    assertion: &Assertion,
    value: &Value,
    answer: &str,
    expression: impl Fn(&str) -> Result<Arc<Regex>, Ungraded>,
) -> Result<Grade, Ungraded> {
    let folded = kind.starts_with("icontains");
    let fold = |text: &str| if folded { text.to_lowercase() } else { text.to_owned() };
    let body = fold(answer);
    let has = |word: &String| body.contains(&fold(word));
    let simple = |holds: bool| Grade::of(holds, shown(value), answer);
    Ok(match kind {
        "equals" => simple(match value {
            Value::Null => return Err(lacks(kind, "something")),
            Value::Array(_) | Value::Object(_) => {
                serde_json::from_str::<Value>(answer).is_ok_and(|answer| same(&answer, value))
            }
            plain => answer == shown(plain),
        }),
        "contains" | "icontains" => simple(has(&word(kind, value)?)),
        "contains-all" | "icontains-all" => {
            let missing: Vec<String> = words(kind, value)?.into_iter().filter(|word| !has(word)).collect();
            Grade::of(
                missing.is_empty(),
                shown(value),
                format!("without {}: {answer}", missing.join(", ")),
            )
        }
        "contains-any" | "icontains-any" => simple(words(kind, value)?.iter().any(has)),
        "starts-with" => simple(answer.starts_with(text(kind, value)?)),
        "regex" => {
            let pattern = expression(text(kind, value)?)?;
            simple(pattern.is_match(answer).map_err(|error| error.to_string())?)
        }
        "word-count" => word_count(kind, value, answer)?,
        "levenshtein" => levenshtein(assertion, text(kind, value)?, answer)?,
        "bleu" | "gleu" | "rouge-n" => {
            let references = match value {
                Value::Array(_) if kind != "rouge-n" => words(kind, value)?,
                _ => vec![text(kind, value)?.to_owned()],
            };
            let score = match kind {
                "bleu" => overlap::bleu(answer, &references),
                "gleu" => overlap::gleu(answer, &references),
                _ => overlap::rouge(answer, &references),
            };
            let threshold = bound(assertion);
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

fn levenshtein(assertion: &Assertion, wanted: &str, answer: &str) -> Result<Grade, Ungraded> {
    let distance = overlap::levenshtein(answer, wanted)?;
    let limit = bound(assertion);
    #[expect(clippy::cast_precision_loss, reason = "an answer is short")]
    let holds = distance as f64 <= limit;
    Ok(Grade::of(
        holds,
        format!("at most {limit} changes from `{wanted}`"),
        format!("{distance} changes"),
    ))
}

fn word_count(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    let count = answer.split_whitespace().count() as u64;
    let exact = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let bounds = match value {
        Value::Object(map) => {
            only(kind, map, &["max", "min"])?;
            bounds(kind, map)?
        }
        _ => (exact, exact),
    };
    if bounds == (None, None) {
        return Err(lacks(kind, "a number, or `min` and `max`,"));
    }
    Ok(Grade::of(within(count, bounds), shown(value), format!("{count} words")))
}
