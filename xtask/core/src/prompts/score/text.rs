//! Assertions about the text of an answer.

use std::sync::Arc;

use serde_json::Value;

use super::expression::Expression;
use super::limit::bound;
use super::shape::{bounds, count, lacks, only, same, shown, text, texts, within, word, words};
use super::{Grade, Ungraded, overlap, refusal, script};
use crate::prompts::cases::Assertion;

/// Grades an assertion about text.
pub(super) fn grade(
    kind: &str,
    assertion: &Assertion,
    value: &Value,
    answer: &str,
    expression: impl Fn(&str) -> Result<Arc<Expression>, Ungraded>,
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
            simple(pattern.is_match(answer)?)
        }
        "word-count" => word_count(kind, value, answer)?,
        "levenshtein" => levenshtein(assertion, text(kind, value)?, answer)?,
        "bleu" | "gleu" | "meteor" | "rouge-n" => {
            let score = match kind {
                "bleu" => overlap::bleu(answer, &texts(kind, value)?),
                // before the first answer there is none to say something of
                "gleu" => overlap::gleu(answer, &texts(kind, value)?)?,
                "meteor" => overlap::meteor(answer, &texts(kind, value)?)?,
                _ => overlap::rouge(answer, text(kind, value)?),
            };
            let threshold = bound(assertion);
            Grade::scored(score, threshold, format!("at least {threshold}"), format!("{score:.3}"))
        }
        "is-refusal" if script::trimmed(answer).is_empty() => Grade {
            // it counts as one, and is worth nothing
            score: 0.0,
            ..Grade::of(true, "a refusal", "nothing")
        },
        "is-refusal" => Grade::of(refusal::refuses(answer), "a refusal", answer),
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
    let words = answer.split(script::is_space).filter(|word| !word.is_empty());
    let counted = words.count() as u64;
    let exact = match value {
        Value::Number(_) => count(value),
        Value::String(text) => script::trimmed(text).parse().ok(),
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
    Ok(Grade::of(
        within(counted, bounds),
        shown(value),
        format!("{counted} words"),
    ))
}
