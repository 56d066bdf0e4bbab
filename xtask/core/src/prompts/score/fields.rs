//! The fields of a case, each as a check of the answer.

use serde_json::Value;

use super::{Asked, Grade, Judging, Scorer, Tally, Ungraded, fill, tools};
use crate::prompts::cases::Case;
use crate::prompts::run::{Attempt, Subject};

impl Scorer<'_> {
    /// Checks every field that a case has.
    pub(super) fn fields(
        &self,
        case: &Case,
        asked: &Asked<'_>,
        judge: Judging<'_>,
        tally: &mut Tally,
    ) -> Result<(), Ungraded> {
        let attempt = asked.attempt;
        for call in &attempt.calls {
            if let Some(wrong) = self.wrong_call(call) {
                tally.add(
                    "tool schema",
                    Grade::of(false, "calls that fit the tools' schemas", wrong),
                    1.0,
                );
            }
        }
        if let Some(expected) = &case.expected_tools {
            let grade = tools::expected(expected, case.tool_order, attempt);
            tally.add("expectedTools", grade, 1.0);
        }
        let lower = attempt.text.to_lowercase();
        for word in &case.expected_response_keywords {
            let word = fill::keyword(word, || &asked.inputs)?;
            let holds = lower.contains(&word.to_lowercase());
            tally.add(
                "expectedResponseKeywords",
                Grade::of(holds, format!("`{word}`"), attempt.text.as_str()),
                1.0,
            );
        }
        for word in &case.forbidden_keywords {
            let word = fill::keyword(word, || &asked.inputs)?;
            let holds = !lower.contains(&word.to_lowercase());
            tally.add(
                "forbiddenKeywords",
                Grade::of(holds, format!("no `{word}`"), attempt.text.as_str()),
                1.0,
            );
        }
        if let Some(limit) = case.max_tokens_limit {
            let tokens = attempt.usage.output;
            let grade = Grade::of(
                tokens <= limit,
                format!("at most {limit} tokens"),
                format!("{tokens} tokens"),
            );
            tally.add("maxTokensLimit", grade, 1.0);
        }
        if let Some(limit) = case.max_latency_ms {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of an answer are few")]
            let grade = latency(attempt, Some(limit as f64))?;
            tally.add("maxLatencyMs", grade, 1.0);
        }
        if let Some(limit) = case.max_cost {
            tally.add("maxCost", cost(self.subject, attempt, Some(limit))?, 1.0);
        }
        for (name, schema) in [("output", &self.output), ("contract", &self.contract)] {
            if let Some(schema) = schema {
                let grade = match serde_json::from_str::<Value>(&attempt.text) {
                    Ok(value) => match schema.iter_errors(&value).next() {
                        Some(error) => Grade::of(false, format!("an answer that fits the {name}"), error.to_string()),
                        None => Grade::of(true, "", ""),
                    },
                    Err(_) => Grade::of(false, "JSON", attempt.text.as_str()),
                };
                tally.add(name, grade, 1.0);
            }
        }
        if let (false, Some(settings)) = (case.expected_behavior.is_empty(), &self.suite.judge) {
            let score = judge(&case.expected_behavior)?;
            let grade = Grade::scored(
                score,
                settings.threshold,
                case.expected_behavior.as_str(),
                format!(
                    "the judge gave {score}, {} is enough: {}",
                    settings.threshold, attempt.text
                ),
            );
            tally.add("expectedBehavior", grade, 1.0);
        }
        Ok(())
    }
}

/// What an answer cost, where the price is known.
pub(in crate::prompts) fn price(subject: &Subject, attempt: &Attempt) -> Option<f64> {
    let (input, output) = subject.model.price?;
    #[expect(clippy::cast_precision_loss, reason = "tokens of an answer are few")]
    let millions = |tokens: u64| tokens as f64 / 1e6;
    Some(millions(attempt.usage.input) * input + millions(attempt.usage.output) * output)
}

pub(super) fn cost(subject: &Subject, attempt: &Attempt, limit: Option<f64>) -> Result<Grade, Ungraded> {
    let limit = limit.ok_or("`cost` needs a threshold")?;
    let cost =
        price(subject, attempt).ok_or("the price of the model is not known: add it to `environments/models.yaml`")?;
    Ok(Grade::of(
        cost <= limit,
        format!("at most {limit}"),
        format!("{cost:.6}"),
    ))
}

pub(super) fn latency(attempt: &Attempt, limit: Option<f64>) -> Result<Grade, Ungraded> {
    let limit = limit.ok_or("`latency` needs a threshold")?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of an answer are few")]
    let took = attempt.latency_ms as f64;
    Ok(Grade::of(
        took <= limit,
        format!("at most {limit} ms"),
        format!("{took} ms"),
    ))
}
