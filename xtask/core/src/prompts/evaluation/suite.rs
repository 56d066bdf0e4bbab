//! Runs the cases of one suite, some at a time and in parallel.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::iter::repeat;

use rayon::prelude::*;

use super::ending::{blank, graded, unanswered, violation};
use super::judgement::score;
use super::meter::{Consumed, Meter, Prices};
use super::{CaseOutcome, CaseResult, Roll, Tokens};
use crate::model::{Digest, shortened};
use crate::prompts::cases::{Case, Marker, Standard, Suite};
use crate::prompts::run::openai::{CUT_OFF, FILTERED};
use crate::prompts::run::{
    Answered, Attempt, Chain, Mock, Refusal, Reply, Subject, Usage, UsedRecordings, attempt, judge_request, key,
};
use crate::prompts::score::{MOST_SHOWN, Scorer, withheld_from};
use crate::prompts::template::Partials;

/// Most failures that are kept in full.
const FIRST: usize = 10;

/// Of which cases more is kept than a few numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Of the first that do not hold.
    #[default]
    Failures,
    /// Of all, what they are known by and demand.
    Roll,
    /// Of all, everything.
    Everything,
}

/// What one suite came to: a few numbers a case, and the first failures in full.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SuiteRun {
    /// Every case in order.
    pub cases: Vec<CaseRun>,
    /// The first cases that did not hold.
    pub failures: Vec<CaseResult>,
    /// Every case in full, where that is wanted.
    pub details: Vec<CaseResult>,
    /// Which cases these are, where that is wanted.
    pub roll: Roll,
    /// Tokens of questions and answers, the judge's among them.
    pub tokens: Usage,
    /// What they cost, where prices are known.
    pub cost: Option<f64>,
    /// Who answered.
    pub answered: Answered,
    /// Which recordings did, where that is wanted.
    pub recordings: Option<UsedRecordings>,
    /// How many cases were left out, by a tool that they need and the environment does not enable.
    pub withheld: BTreeMap<String, usize>,
    /// The cases that hold though an answer to them was cut off, in order.
    pub cut_off: Vec<String>,
}

/// What is kept of every case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRun {
    /// Its id.
    pub id: Box<str>,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Its score, from 0 to 1.
    pub score: f64,
    /// How much it counts in the score and in the rate by weight.
    pub weight: f64,
    /// The tag by which it must hold, whatever the rate is.
    pub veto: Option<Box<str>>,
    /// How often it held.
    pub held: u32,
}

impl Tokens {
    /// The tokens of several runs.
    pub fn of(runs: &[SuiteRun]) -> Tokens {
        let sum = runs.iter().fold(Usage::default(), |sum, run| sum.plus(run.tokens));
        Tokens {
            input: sum.input,
            output: sum.output,
        }
    }
}

/// What several runs cost, where every price is known.
pub fn cost(runs: &[SuiteRun]) -> Option<f64> {
    runs.iter().try_fold(0.0, |sum, run| Some(sum + run.cost?))
}

/// Runs the cases of a suite, some at a time: details of a case are let go as soon as it is counted, unless all are wanted.
pub struct SuiteRunner<'a> {
    subject: &'a Subject,
    suite: &'a Suite,
    scorer: Scorer<'a>,
    partials: Partials,
    chain: &'a Chain<'a>,
    tools: Option<&'a Mock>,
    prices: Prices<'a>,
    marker: Marker,
    repeats: u32,
    kept: Kept,
    must_hold: &'a [String],
    total: SuiteRun,
    consumed: Consumed,
}

impl<'a> SuiteRunner<'a> {
    /// Makes ready for the cases of a suite, whose own ones are not looked at. Each will be asked so many times; the judge's
    /// answers cost what `prices` says.
    pub fn new(
        subject: &'a Subject,
        suite: &'a Suite,
        chain: &'a Chain<'a>,
        tools: Option<&'a Mock>,
        (repeats, kept): (u32, Kept),
        prices: Prices<'a>,
    ) -> Result<SuiteRunner<'a>, String> {
        Ok(SuiteRunner {
            subject,
            suite,
            scorer: Scorer::new(subject, suite)?,
            partials: subject.partials(),
            chain,
            tools,
            prices,
            marker: Marker::of(suite, tools),
            repeats,
            kept,
            must_hold: &[],
            total: SuiteRun::default(),
            consumed: Consumed::default(),
        })
    }

    /// Cases with one of these tags must hold, beside those of which the suite says so.
    pub fn demanding(mut self, must_hold: &'a [String]) -> SuiteRunner<'a> {
        self.must_hold = must_hold;
        self
    }

    /// Asks more cases, and tells each time that one was asked: as often as it will be, also where it is left out.
    pub fn ask(&mut self, cases: &[&Case], told: &(dyn Fn() + Sync)) {
        let asked: Vec<Asked> = cases.par_iter().map(|case| self.case(case, told)).collect();
        let known: Vec<(String, Standard)> = match self.kept >= Kept::Roll {
            true => cases
                .par_iter()
                .map(|case| (self.marker.mark(case), Standard::of(self.suite, case)))
                .collect(),
            false => Vec::new(),
        };
        let known = known.into_iter().map(Some).chain(repeat(None));
        for ((case, asked), known) in cases.iter().zip(asked).zip(known) {
            self.consumed = self.consumed.plus(asked.consumed);
            let total = &mut self.total;
            let outcome = asked.worst.outcome;
            if asked.was_cut_off && outcome == CaseOutcome::Passed {
                total.cut_off.push(case.id.clone());
            }
            if let Some(tool) = asked.withheld {
                *total.withheld.entry(tool).or_default() += 1;
            }
            if let Some((mark, standard)) = known {
                total.roll.add(&case.id, outcome, mark, standard);
            }
            total.cases.push(CaseRun {
                id: case.id.as_str().into(),
                outcome,
                score: asked.score,
                weight: case.weight,
                veto: self.suite.veto(case, self.must_hold).map(Into::into),
                held: asked.held,
            });
            if self.kept == Kept::Everything {
                total.details.push(asked.worst.clone());
            }
            let is_told = matches!(
                outcome,
                CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::NotEvaluated
            );
            if is_told && total.failures.len() < FIRST {
                total.failures.push(asked.worst);
            }
        }
    }

    /// What all of them came to.
    pub fn done(mut self) -> SuiteRun {
        (self.total.tokens, self.total.cost) = (self.consumed.tokens, self.consumed.cost);
        self.total.answered = self.chain.answered();
        self.total.recordings = self.chain.used();
        self.total
    }
}

/// A case asked as often as wanted.
struct Asked {
    /// The outcome of the majority, with the details of one that shows it; what must hold fails by one failure.
    worst: CaseResult,
    held: u32,
    score: f64,
    consumed: Consumed,
    /// The tool for lack of which it was not asked.
    withheld: Option<String>,
    /// Whether an answer that holds was cut off.
    was_cut_off: bool,
}

impl SuiteRunner<'_> {
    fn case(&self, case: &Case, told: &(dyn Fn() + Sync)) -> Asked {
        let repeats = self.repeats.max(1);
        let version = self
            .subject
            .prompts
            .get(&self.suite.prompt)
            .map(|(version, _)| *version);
        let mut asked = Asked {
            worst: blank(case, CaseOutcome::Skipped),
            held: 0,
            score: 0.0,
            consumed: Consumed::default(),
            withheld: None,
            was_cut_off: false,
        };
        if !case.is_asked_of(version) {
            (0..repeats).for_each(|_| told());
            return asked;
        }
        if let Some(tool) = withheld_from(self.subject, self.suite, case) {
            (0..repeats).for_each(|_| told());
            asked.worst = blank(case, CaseOutcome::Withheld);
            let got = format!("the environment does not enable `{tool}`");
            asked.worst.violations = vec![violation("answer", "an answer", &got)];
            asked.withheld = Some(tool);
            return asked;
        }
        let (mut held, mut failed) = (Vec::new(), Vec::new());
        for repeat in 0..repeats {
            let meter = Meter::new(self.chain, &self.subject.model, self.prices);
            let (result, was_cut_off) = self.once(case, repeat, &meter);
            told();
            asked.was_cut_off |= was_cut_off && result.passed;
            asked.score += result.score / f64::from(repeats);
            asked.consumed = asked.consumed.plus(meter.consumed());
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
        let most = match self.suite.veto(case, self.must_hold) {
            Some(_) => failed.is_empty(),
            None => held.len() > failed.len(),
        };
        let majority = most && !unknown;
        let shown = if majority {
            held.into_iter().next()
        } else {
            failed.into_iter().next()
        };
        asked.worst = shown.expect("a case is asked at least once, and ends one way or the other");
        asked
    }

    /// What came of asking a case once, and whether its last answer was cut off.
    fn once(&self, case: &Case, repeat: u32, meter: &Meter<'_>) -> (CaseResult, bool) {
        let answered = attempt(
            self.subject,
            &self.partials,
            self.suite,
            case,
            repeat,
            meter,
            self.tools,
        );
        let attempt = match answered {
            Ok(attempt) => attempt,
            Err(failing) => return (unanswered(case, failing), false),
        };
        // a judge that is not there says nothing of the case
        let was_absent = Cell::new(false);
        let judge = |expected: &str| {
            let judged = self.judged(expected, case, &attempt, (repeat, meter));
            judged.map_err(|unjudged| match unjudged {
                Unjudged::Absent(reason) => {
                    was_absent.set(true);
                    reason
                }
                Unjudged::Wrong(reason) => reason,
            })
        };
        let was_cut_off = attempt.finish == CUT_OFF;
        let result = match self.scorer.score(case, &attempt, &judge) {
            Ok(mut score) => {
                let stopped = match attempt.finish.as_str() {
                    FILTERED => Some("`content_filter`: the endpoint kept it back"),
                    CUT_OFF => Some("`length`: it was cut off at the longest answer that the model may give"),
                    _ => None,
                };
                if let Some(got) = stopped.filter(|_| !score.passed) {
                    score.violations.push(violation("finish-reason", "an answer", got));
                }
                graded(case, &attempt, score)
            }
            Err(unscored) => {
                let outcome = match was_absent.get() {
                    true => CaseOutcome::NotEvaluated,
                    false => CaseOutcome::Error,
                };
                let mut result = blank(case, outcome);
                result.response_preview = shortened(&attempt.text, MOST_SHOWN);
                result.tools_called = attempt.calls.iter().map(|call| call.name.clone()).collect();
                result.violations = unscored.violations;
                let reason = unscored.reason.as_str();
                result.violations.push(violation("not judged", "a judgement", reason));
                result
            }
        };
        (result, was_cut_off)
    }

    fn judged(
        &self,
        expected: &str,
        case: &Case,
        attempt: &Attempt,
        (repeat, meter): (u32, &Meter<'_>),
    ) -> Result<f64, Unjudged> {
        let judge = self.suite.judge.as_ref().ok_or_else(|| {
            Unjudged::Wrong("the suite names no judge: add `judge:` with provider and name".to_owned())
        })?;
        let request = judge_request(judge, expected, case, attempt);
        let key: Digest = key(&request, repeat);
        let wrong = |reply: &Reply| score(reply).err();
        let reply = meter.ask(&request, &key, &wrong).map_err(|refusal| match refusal {
            Refusal::Missing => Unjudged::Wrong("the judge's answer was never recorded".to_owned()),
            Refusal::Failed(reason) => Unjudged::Wrong(format!("the judge did not answer: {reason}")),
            Refusal::Outage(reason) | Refusal::OverBudget(reason) => {
                Unjudged::Absent(format!("the judge did not answer: {reason}"))
            }
        })?;
        score(&reply).map_err(Unjudged::Wrong)
    }
}

/// Why a judge gave no score.
enum Unjudged {
    /// It did not judge.
    Wrong(String),
    /// It could not be asked.
    Absent(String),
}
