//! The verdict on a run: rate, number of cases, and no step back.

use super::{CaseOutcome, Comparison, SuiteRun, Summary, Verdict, VerdictOutcome};
use crate::prompts::statistics::{least_cases, lower_bound, percent, ratio};

/// Why a run without a case is no pass.
pub const NO_CASES: &str = "there are no cases: an empty suite proves nothing";

/// Most cases that one reason names.
const MOST_NAMED: usize = 10;

/// What a run must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The share of cases that must hold: more than this.
    pub pass_rate: f64,
    /// Whether the rate must be proved and not only seen.
    pub proved: bool,
    /// The least number of cases.
    pub cases: usize,
    /// How far the pass rate may fall against another version.
    pub margin: f64,
}

impl Default for Bar {
    /// More than 90 % of the cases hold, and no proved step back.
    fn default() -> Bar {
        Bar {
            pass_rate: 0.9,
            proved: false,
            cases: 1,
            margin: 0.0,
        }
    }
}

/// Sums up runs of suites.
pub fn sum_up(runs: &[SuiteRun], repeats: u32, bar: &Bar) -> Summary {
    let mut summary = Summary {
        repeats: repeats.max(1),
        least_cases: least_cases(bar.pass_rate),
        ..Summary::default()
    };
    let (mut weights, mut scores, mut every_time) = (0.0, 0.0, 0);
    let (mut judged, mut held, mut is_weighted) = (0.0, 0.0, false);
    for case in runs.iter().flat_map(|run| &run.cases) {
        match case.outcome {
            CaseOutcome::Skipped => {
                summary.skipped += 1;
                continue;
            }
            CaseOutcome::Withheld => {
                summary.withheld += 1;
                continue;
            }
            CaseOutcome::Passed => summary.passed += 1,
            CaseOutcome::Failed => summary.failed += 1,
            CaseOutcome::Error => summary.errors += 1,
            CaseOutcome::NotEvaluated => summary.not_evaluated += 1,
        }
        if let (CaseOutcome::Failed, Some(tag)) = (case.outcome, &case.veto) {
            let cases = summary.vetoes.entry(tag.to_string()).or_default();
            cases.push(case.id.to_string());
        }
        if case.outcome != CaseOutcome::NotEvaluated {
            is_weighted |= (case.weight - 1.0).abs() > f64::EPSILON;
            judged += case.weight;
            held += if case.outcome == CaseOutcome::Passed {
                case.weight
            } else {
                0.0
            };
        }
        summary.total += 1;
        weights += case.weight;
        scores += case.weight * case.score;
        every_time += usize::from(case.held == summary.repeats);
        if case.held > 0 && case.held < summary.repeats {
            summary.flaky.push(case.id.to_string());
        }
    }
    summary.pass_rate = ratio(summary.passed, summary.total);
    summary.pass_rate_bound = lower_bound(summary.passed, summary.total);
    // where no case counts for anything the plain rate is all there is
    summary.weighted_rate = (is_weighted && judged > 0.0).then(|| held / judged);
    summary.pass_every_time = ratio(every_time, summary.total);
    summary.score = if weights > 0.0 { scores / weights } else { 0.0 };
    summary
}

/// A number of cases, in as many words.
fn cases(count: usize) -> String {
    format!("{count} case{}", if count == 1 { "" } else { "s" })
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// The verdict on a summary, and on a comparison where there is one.
pub fn verdict(summary: &Summary, against: Option<&Comparison>, bar: &Bar) -> Verdict {
    let mut reasons = Vec::new();
    if summary.total == 0 {
        reasons.push(NO_CASES.to_owned());
    } else if summary.total < bar.cases {
        reasons.push(format!(
            "{}, and {} {} demanded",
            cases(summary.total),
            bar.cases,
            are(bar.cases)
        ));
    }
    if summary.errors > 0 {
        reasons.push(format!("{} could not be judged", cases(summary.errors)));
    }
    let judged = summary.total - summary.not_evaluated;
    let rate = ratio(summary.passed, judged);
    // nothing is above or within a bar that is no number
    let is_enough = |rate: f64| rate > bar.pass_rate;
    let is_within = |drop: f64| drop <= bar.margin;
    if judged > 0 && !is_enough(rate) {
        reasons.push(format!(
            "{} of the cases hold, and more than {} must",
            percent(rate),
            percent(bar.pass_rate)
        ));
    }
    let weighted = summary.weighted_rate.filter(|weighted| !is_enough(*weighted));
    if let Some(weighted) = weighted {
        reasons.push(format!(
            "by weight {} of the cases hold, and more than {} must",
            percent(weighted),
            percent(bar.pass_rate)
        ));
    }
    for (tag, cases) in &summary.vetoes {
        reasons.push(format!(
            "what has the tag `{tag}` must hold, and does not: {}",
            named(cases)
        ));
    }
    if bar.proved && !is_enough(summary.pass_rate_bound) {
        reasons.push(format!(
            "the cases prove a rate of {}, and {} must be proved; {} could",
            percent(summary.pass_rate_bound),
            percent(bar.pass_rate),
            cases(summary.least_cases)
        ));
    }
    if let Some(against) = against {
        if !against.gone.is_empty() {
            reasons.push(format!(
                "cases that spoke for {} are gone: {}",
                against.with,
                against.gone.join(", ")
            ));
        }
        if !is_within(against.drop_bound) {
            reasons.push(format!(
                "the pass rate is lower than with {} by {} at least, and {} is allowed",
                against.with,
                percent(against.drop_bound),
                percent(bar.margin)
            ));
        }
    }
    let mut outcome = VerdictOutcome::Passed;
    if !reasons.is_empty() {
        outcome = VerdictOutcome::Failed;
    }
    let mut verdict = Verdict { outcome, reasons };
    if summary.not_evaluated > 0 {
        verdict.leave_open(format!(
            "{} {} not evaluated",
            cases(summary.not_evaluated),
            if summary.not_evaluated == 1 { "was" } else { "were" }
        ));
    }
    if let Some(against) = against {
        verdict.beside(against);
    }
    verdict
}

/// Cases by name, the first of them.
fn named(cases: &[String]) -> String {
    let first = cases.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>();
    let first = first.join(", ");
    match cases.len().saturating_sub(MOST_NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

impl Verdict {
    /// Takes into account what is not known of something that it is judged beside.
    pub fn beside(&mut self, comparison: &Comparison) {
        let (cases, with) = (comparison.missing.len(), &comparison.with);
        if cases > 0 {
            self.leave_open(format!("{cases} cases were not evaluated for {with}"));
        }
    }

    fn leave_open(&mut self, why: String) {
        if self.outcome == VerdictOutcome::Passed {
            self.outcome = VerdictOutcome::Incomplete;
        }
        self.reasons.push(why);
    }
}
