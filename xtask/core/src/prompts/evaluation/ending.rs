//! How a case ended, as its result.

use serde_json::Value;

use super::{CaseOutcome, CaseResult};
use crate::model::shortened;
use crate::prompts::cases::Case;
use crate::prompts::run::{Attempt, Failing, Refusal};
use crate::prompts::score::{MOST_SHOWN, Score, Violation};

/// What an answer was expected to be, and was not.
pub(super) fn violation(assertion: &str, expected: &str, got: &str) -> Violation {
    Violation {
        assertion: assertion.to_owned(),
        expected: expected.to_owned(),
        got: got.to_owned(),
    }
}

/// A case of which nothing is known but how it ended.
pub(super) fn blank(case: &Case, outcome: CaseOutcome) -> CaseResult {
    let input = if case.user_input.is_empty() {
        Value::Object(case.vars.clone()).to_string()
    } else {
        case.user_input.clone()
    };
    CaseResult {
        case_id: case.id.clone(),
        outcome,
        passed: false,
        input: shortened(&input, MOST_SHOWN),
        tools_called: Vec::new(),
        response_preview: String::new(),
        token_count: 0,
        violations: Vec::new(),
        score: 0.0,
    }
}

/// A case that nothing answered, or nobody could ask.
pub(super) fn unanswered(case: &Case, failing: Failing) -> CaseResult {
    let (outcome, reason) = match failing {
        Failing::Case(reason) | Failing::Answer(Refusal::Failed(reason)) => (CaseOutcome::Error, reason),
        Failing::Answer(Refusal::OverBudget(reason) | Refusal::Outage(reason)) => (CaseOutcome::NotEvaluated, reason),
        Failing::Answer(Refusal::Missing) => (CaseOutcome::NotEvaluated, "this request was never recorded".to_owned()),
    };
    let mut result = blank(case, outcome);
    result.violations = vec![violation("answer", "an answer", &reason)];
    result
}

/// A case whose answer was judged.
pub(super) fn graded(case: &Case, attempt: &Attempt, score: Score) -> CaseResult {
    let outcome = if score.passed {
        CaseOutcome::Passed
    } else {
        CaseOutcome::Failed
    };
    CaseResult {
        passed: score.passed,
        tools_called: attempt.calls.iter().map(|call| call.name.clone()).collect(),
        response_preview: shortened(&attempt.text, MOST_SHOWN),
        token_count: attempt.usage.output,
        violations: score.violations,
        score: score.score,
        ..blank(case, outcome)
    }
}
