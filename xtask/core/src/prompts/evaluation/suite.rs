//! Runs the cases of one suite, in parallel.

use rayon::prelude::*;
use serde_json::Value;

use super::{CaseOutcome, CaseResult, Tokens};
use crate::model::Digest;
use crate::prompts::cases::{Case, Suite};
use crate::prompts::run::{
    Answered, Answers, Attempt, Chain, Failing, Mock, Refusal, Subject, attempt, judge_request, key,
};
use crate::prompts::score::{Score, Scorer, Violation, price, shortened};
use crate::prompts::template::Partials;

/// Most failures that are kept in full.
const KEPT: usize = 10;

/// What one suite came to: a few numbers a case, and the first failures in full.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SuiteRun {
    /// Every case in order: its id, how it ended, its score, its weight, and how often it held.
    pub cases: Vec<(String, CaseOutcome, f64, f64, u32)>,
    /// The first cases that did not hold.
    pub failures: Vec<CaseResult>,
    /// Tokens of questions and answers.
    pub tokens: (u64, u64),
    /// What they cost, where prices are known.
    pub cost: Option<f64>,
    /// Who answered.
    pub answered: Answered,
}

impl Tokens {
    /// The tokens of several runs.
    pub fn of(runs: &[SuiteRun]) -> Tokens {
        Tokens {
            input: runs.iter().map(|run| run.tokens.0).sum(),
            output: runs.iter().map(|run| run.tokens.1).sum(),
        }
    }
}

/// What several runs cost, where every price is known.
pub fn cost(runs: &[SuiteRun]) -> Option<f64> {
    runs.iter().try_fold(0.0, |sum, run| Some(sum + run.cost?))
}

/// Runs every case of a suite so many times.
pub fn run_suite(
    subject: &Subject,
    suite: &Suite,
    chain: &Chain<'_>,
    tools: Option<&Mock>,
    repeats: u32,
) -> Result<SuiteRun, String> {
    let scorer = Scorer::new(subject, suite)?;
    let run = Run {
        subject,
        suite,
        scorer: &scorer,
        partials: subject.partials(),
        chain,
        tools,
    };
    let asked: Vec<Asked> = suite.cases.par_iter().map(|case| run.case(case, repeats)).collect();
    let mut total = SuiteRun {
        cost: Some(0.0),
        ..SuiteRun::default()
    };
    for (case, asked) in suite.cases.iter().zip(asked) {
        total.tokens.0 += asked.tokens.0;
        total.tokens.1 += asked.tokens.1;
        total.cost = total.cost.zip(asked.cost).map(|(sum, cost)| sum + cost);
        let outcome = asked.worst.outcome;
        total
            .cases
            .push((case.id.clone(), outcome, asked.score, case.weight, asked.held));
        if !matches!(outcome, CaseOutcome::Passed | CaseOutcome::Skipped) && total.failures.len() < KEPT {
            total.failures.push(asked.worst);
        }
    }
    total.answered = chain.answered();
    Ok(total)
}

/// A case asked as often as wanted.
struct Asked {
    /// The outcome of the majority, with the details of one that shows it.
    worst: CaseResult,
    held: u32,
    score: f64,
    tokens: (u64, u64),
    cost: Option<f64>,
}

struct Run<'a> {
    subject: &'a Subject,
    suite: &'a Suite,
    scorer: &'a Scorer<'a>,
    partials: Partials,
    chain: &'a Chain<'a>,
    tools: Option<&'a Mock>,
}

impl Run<'_> {
    fn case(&self, case: &Case, repeats: u32) -> Asked {
        let version = self
            .subject
            .prompts
            .get(&self.suite.prompt)
            .map(|(version, _)| *version);
        let mut asked = Asked {
            worst: blank(case, CaseOutcome::Skipped),
            held: 0,
            score: 0.0,
            tokens: (0, 0),
            cost: Some(0.0),
        };
        if case.system_prompt_version > version && version.is_some() {
            return asked;
        }
        let (mut held, mut failed) = (Vec::new(), Vec::new());
        for repeat in 0..repeats.max(1) {
            let (result, attempt) = self.once(case, repeat);
            asked.score += result.score / f64::from(repeats.max(1));
            if let Some(attempt) = attempt {
                asked.tokens.0 += attempt.usage.input;
                asked.tokens.1 += attempt.usage.output;
                asked.cost = asked
                    .cost
                    .zip(price(self.subject, &attempt))
                    .map(|(sum, cost)| sum + cost);
            }
            if result.passed {
                held.push(result)
            } else {
                failed.push(result)
            }
        }
        asked.held = u32::try_from(held.len()).unwrap_or(u32::MAX);
        // what was not judged weighs more than what failed: it is not known
        failed.sort_by_key(|result| std::cmp::Reverse(result.outcome));
        let unknown = failed.first().is_some_and(|first| first.outcome > CaseOutcome::Failed);
        let majority = held.len() > failed.len() && !unknown;
        let shown = if majority {
            held.into_iter().next()
        } else {
            failed.into_iter().next()
        };
        asked.worst = shown.expect("a case is asked at least once, and ends one way or the other");
        asked
    }

    fn once(&self, case: &Case, repeat: u32) -> (CaseResult, Option<Attempt>) {
        let answered = attempt(
            self.subject,
            &self.partials,
            self.suite,
            case,
            repeat,
            self.chain,
            self.tools,
        );
        let attempt = match answered {
            Ok(attempt) => attempt,
            Err(failing) => return (unanswered(case, failing), None),
        };
        let judge = |expected: &str| self.judged(expected, case, &attempt, repeat);
        let result = match self.scorer.score(case, &attempt, &judge) {
            Ok(score) => graded(case, &attempt, score),
            Err(reason) => {
                let mut result = blank(case, CaseOutcome::Error);
                result.response_preview = shortened(&attempt.text);
                result.violations = vec![violation("not judged", "a judgement", &reason)];
                result
            }
        };
        (result, Some(attempt))
    }

    fn judged(&self, expected: &str, case: &Case, attempt: &Attempt, repeat: u32) -> Result<f64, String> {
        let judge = self
            .suite
            .judge
            .as_ref()
            .ok_or("the suite names no judge: add `judge:` with provider and name")?;
        let request = judge_request(judge, expected, case, attempt);
        let key: Digest = key(&request, repeat);
        let reply = self.chain.answer(&request, &key).map_err(|refusal| match refusal {
            Refusal::Missing => "the judge's answer was never recorded".to_owned(),
            Refusal::Failed(reason) | Refusal::OverBudget(reason) => format!("the judge did not answer: {reason}"),
        })?;
        let score = serde_json::from_str::<Value>(&reply.text)
            .ok()
            .and_then(|value| value.get("score")?.as_f64());
        match score {
            Some(score) if (0.0..=1.0).contains(&score) => Ok(score),
            _ => Err(format!(
                "the judge gave no score from 0 to 1: {}",
                shortened(&reply.text)
            )),
        }
    }
}

fn violation(assertion: &str, expected: &str, got: &str) -> Violation {
    Violation {
        assertion: assertion.to_owned(),
        expected: expected.to_owned(),
        got: got.to_owned(),
    }
}

fn blank(case: &Case, outcome: CaseOutcome) -> CaseResult {
    let input = if case.user_input.is_empty() {
        Value::Object(case.vars.clone()).to_string()
    } else {
        case.user_input.clone()
    };
    CaseResult {
        case_id: case.id.clone(),
        outcome,
        passed: false,
        input: shortened(&input),
        tools_called: Vec::new(),
        response_preview: String::new(),
        token_count: 0,
        violations: Vec::new(),
        score: 0.0,
    }
}

fn unanswered(case: &Case, failing: Failing) -> CaseResult {
    let (outcome, reason) = match failing {
        Failing::Case(reason) | Failing::Answer(Refusal::Failed(reason)) => (CaseOutcome::Error, reason),
        Failing::Answer(Refusal::OverBudget(reason)) => (CaseOutcome::NotEvaluated, reason),
        Failing::Answer(Refusal::Missing) => (CaseOutcome::NotEvaluated, "this request was never recorded".to_owned()),
    };
    let mut result = blank(case, outcome);
    result.violations = vec![violation("answer", "an answer", &reason)];
    result
}

fn graded(case: &Case, attempt: &Attempt, score: Score) -> CaseResult {
    let outcome = if score.passed {
        CaseOutcome::Passed
    } else {
        CaseOutcome::Failed
    };
    CaseResult {
        passed: score.passed,
        tools_called: attempt.calls.iter().map(|call| call.name.clone()).collect(),
        response_preview: shortened(&attempt.text),
        token_count: attempt.usage.output,
        violations: score.violations,
        score: score.score,
        ..blank(case, outcome)
    }
}
