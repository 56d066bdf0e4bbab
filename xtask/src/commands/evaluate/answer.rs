//! An evaluation as text, and what of it is a finding.

use std::collections::BTreeMap;

use lockstep::model::{Finding, Severity, one_line};
use lockstep::prompts::evaluation::{
    CaseOutcome, CaseResult, Comparison, Evaluation, Grid, RollChange, SuiteEvidence, Summary, VerdictOutcome,
};
use lockstep::prompts::statistics::percent;
use lockstep::release::other_cases;
use lockstep::report::{Style, Table, TestOutcome, TestedCase, counted};
use lockstep::workspace::layout;

use super::again::Beside;
use super::live::Short;
use super::run::Done;
use super::{Args, beside, grid};
use crate::context::Context;

/// An evaluation for people.
pub(super) fn text(context: &Context, evaluation: &Evaluation, grid: Option<&Grid>) -> String {
    let style = context.style;
    let word = match evaluation.verdict.outcome {
        VerdictOutcome::Passed => style.strong("passed"),
        VerdictOutcome::Failed => style.error("failed"),
        VerdictOutcome::Incomplete => style.warning("incomplete"),
    };
    let mut text = format!(
        "{}  {word}  {}\n",
        style.strong(evaluation.agent.as_str()),
        evaluation.tuple_id
    );
    for reason in &evaluation.verdict.reasons {
        text += &format!("  {reason}\n");
    }
    let mut table = Table::new(&["suite", "prompt", "cases", "hold", "rate", "score"]);
    for suite in &evaluation.suites {
        table.row(vec![
            suite.name.clone(),
            format!("{} {}", suite.prompt, suite.prompt_version),
            suite.summary.total.to_string(),
            suite.summary.passed.to_string(),
            rates(&suite.summary),
            format!("{:.2}", suite.summary.score),
        ]);
    }
    text += &context.table(&table);
    text += &summary(&evaluation.summary);
    let answered = evaluation.answered;
    let cost = evaluation
        .cost
        .map_or(String::new(), |cost| format!(", {cost:.4} by list price"));
    let of_mock = match answered.cassette_of_mock {
        0 => String::new(),
        count => format!(" ({count} of the mock)"),
    };
    let cut_off = match answered.cut_off {
        0 => String::new(),
        count => format!(", {count} cut off"),
    };
    text += &format!(
        "  answers: {} recorded{of_mock}, {} live, {} mock{cut_off}; {} + {} tokens{cost}\n",
        answered.cassette, answered.openai, answered.mock, evaluation.tokens.input, evaluation.tokens.output
    );
    if let Some(grid) = grid {
        let comparisons = grid.columns.iter().filter_map(|column| column.comparison.as_ref());
        text.extend(comparisons.map(compared));
        let (cases, hidden) = grid::cases(grid);
        text += &format!("\n{}\n{}", context.table(&grid::variants(grid)), context.table(&cases));
        text += &not_listed(hidden);
    }
    let vetoes = vetoes(&evaluation.summary);
    for failure in &evaluation.failures {
        text += &failed(failure, vetoes.get(&*failure.case_id).copied(), style);
    }
    text.push('\n');
    text
}

fn not_listed(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!("  {count} more cases: `--format json` has them\n"),
    }
}

/// What a summary shows: every agent, and the grids of those that were judged beside something.
pub(super) fn tables(evaluations: &[Evaluation], grids: &[Grid]) -> Vec<(String, Table)> {
    let mut table = Table::new(&["agent", "verdict", "hold", "rate", "proved", "score", "why"]);
    for evaluation in evaluations {
        let summary = &evaluation.summary;
        table.row(vec![
            evaluation.agent.to_string(),
            evaluation.verdict.outcome.word().to_owned(),
            format!("{} of {}", summary.passed, summary.total),
            rates(summary),
            percent(summary.pass_rate_bound),
            format!("{:.2}", summary.score),
            evaluation.verdict.reasons.join("; "),
        ]);
    }
    let mut tables = vec![("Evaluations".to_owned(), table)];
    for grid in grids {
        tables.push((format!("{}: variants", grid.agent), grid::variants(grid)));
        let (cases, hidden) = grid::cases(grid);
        let title = match hidden {
            0 => format!("{}: cases", grid.agent),
            hidden => format!("{}: cases, {hidden} more not listed", grid.agent),
        };
        tables.push((title, cases));
    }
    tables
}

/// The share of cases that hold; of what nobody answered nothing is known.
pub(super) fn rate(summary: &Summary) -> String {
    match summary.total > 0 && summary.not_evaluated == summary.total {
        true => "unknown".to_owned(),
        false => percent(summary.pass_rate),
    }
}

/// The same, and by weight where that is another one.
fn rates(summary: &Summary) -> String {
    let plain = rate(summary);
    let weighted = summary.weighted_rate.map(percent);
    match weighted.filter(|weighted| *weighted != plain) {
        Some(weighted) => format!("{plain}, {weighted} by weight"),
        None => plain,
    }
}

fn summary(summary: &Summary) -> String {
    let mut text = format!(
        "  {} of {} {} ({}); proved with 95 % confidence: {}; {} could prove the rate that is demanded\n",
        summary.passed,
        counted(summary.total, "case"),
        if summary.total == 1 { "holds" } else { "hold" },
        rates(summary),
        percent(summary.pass_rate_bound),
        counted(summary.least_cases, "case")
    );
    if summary.skipped > 0 {
        text += &format!(
            "  left out as drafts or for a later version: {}\n",
            counted(summary.skipped, "case")
        );
    }
    if summary.withheld > 0 {
        text += &format!(
            "  left out for a tool that the environment does not enable: {}\n",
            counted(summary.withheld, "case")
        );
    }
    if summary.repeats > 1 {
        let flaky = if summary.flaky.is_empty() {
            "no case is flaky".to_owned()
        } else {
            format!("flaky: {}", summary.flaky.join(", "))
        };
        text += &format!(
            "  asked {} times: {} held every time; {flaky}\n",
            summary.repeats,
            percent(summary.pass_every_time)
        );
    }
    text
}

fn compared(comparison: &Comparison) -> String {
    let list = |word: &str, ids: &[String]| {
        if ids.is_empty() {
            String::new()
        } else {
            format!("; {word}: {}", ids.join(", "))
        }
    };
    // of cases that nobody answered there nothing is known, neither here nor there
    let share = |rate| match comparison.cases {
        0 => "unknown".to_owned(),
        _ => percent(rate),
    };
    format!(
        "  beside {}: {} here, {} there over {}; drop of {} at least (p = {:.3}){}{}{}\n",
        comparison.with,
        share(comparison.pass_rate_here),
        share(comparison.pass_rate_there),
        counted(comparison.cases, "case"),
        percent(comparison.drop_bound.max(0.0)),
        comparison.p_value,
        list("lost", &comparison.lost),
        list("gained", &comparison.gained),
        list("not judged there", &comparison.missing),
    )
}

/// The cases that fail the verdict alone, each with the tag by which it must hold.
fn vetoes(summary: &Summary) -> BTreeMap<&str, &str> {
    let tags = summary.vetoes.iter();
    let cases = tags.flat_map(|(tag, cases)| cases.iter().map(move |case| (case.as_str(), tag.as_str())));
    cases.collect()
}

fn failed(failure: &CaseResult, veto: Option<&str>, style: Style) -> String {
    let veto = veto.map_or(String::new(), |tag| format!(", must hold by its tag `{tag}`"));
    let mut text = format!(
        "\n  {}  score {:.2}{veto}\n",
        style.strong(&failure.case_id),
        failure.score
    );
    text += &format!("    input     {}\n", one_line(&failure.input));
    for violation in &failure.violations {
        text += &format!("    violated  {}\n", violation.assertion);
        text += &format!("    expected  {}\n", one_line(&violation.expected));
        text += &format!("    got       {}\n", one_line(&violation.got));
    }
    if !failure.tools_called.is_empty() {
        text += &format!("    tools     {}\n", failure.tools_called.join(", "));
    }
    text
}

/// Of which agents it is not known whether cases are gone.
pub(super) fn unrecorded(evaluations: &[Evaluation]) -> Option<String> {
    let unit = |evaluation: &Evaluation| {
        let against = evaluation.against.as_ref().filter(|against| !against.recorded)?;
        Some(format!("{}/{}", against.with, evaluation.agent))
    };
    let units: Vec<String> = evaluations.iter().filter_map(unit).collect();
    (!units.is_empty()).then(|| {
        let units = units.join(", ");
        format!("the ledger of this clone does not name the cases that spoke for {units}, so that none is missed")
    })
}

/// The command that shows the first failing case alone; none where no case is the reason.
pub(super) fn next(args: &Args, evaluations: &[Evaluation]) -> Option<String> {
    if !args.case.is_empty() {
        return None;
    }
    let is_failed = |evaluation: &&Evaluation| evaluation.verdict.outcome == VerdictOutcome::Failed;
    let is_why = |case: &&CaseResult| matches!(case.outcome, CaseOutcome::Failed | CaseOutcome::Error);
    let mut failed = evaluations.iter().filter(is_failed);
    let (agent, case) = failed.find_map(|one| Some((&one.agent, one.failures.iter().find(is_why)?)))?;
    Some(args.looking_at(agent, &case.case_id))
}

/// Every case as a test, where details were kept.
pub(super) fn tested(evaluation: &Evaluation) -> Vec<TestedCase> {
    let suites = evaluation.suites.iter();
    let vetoes = vetoes(&evaluation.summary);
    let details = suites.filter_map(|suite| Some((suite, evaluation.details.get(&suite.name)?)));
    let cases = details.flat_map(|(suite, cases)| cases.iter().map(move |case| (suite, case)));
    let test = |(suite, case): (&SuiteEvidence, &CaseResult)| {
        let said = case.violations.first();
        let said = said.map(|one| format!("`{}` expected {}, got {}", one.assertion, one.expected, one.got));
        let (outcome, otherwise) = match case.outcome {
            CaseOutcome::Passed => (TestOutcome::Passed, ""),
            CaseOutcome::Failed => (TestOutcome::Failed, "it does not hold"),
            CaseOutcome::Error => (TestOutcome::Error, "it could not be judged"),
            CaseOutcome::NotEvaluated => (TestOutcome::Skipped, "nothing answered"),
            CaseOutcome::Skipped => (
                TestOutcome::Skipped,
                "it is a draft, or for a later version of the prompt",
            ),
            CaseOutcome::Withheld => (
                TestOutcome::Skipped,
                "the environment does not enable a tool that it needs",
            ),
        };
        let message = said.unwrap_or_else(|| otherwise.to_owned());
        TestedCase {
            group: format!("{}.{}", evaluation.agent, suite.name),
            name: case.case_id.clone(),
            file: suite.file.clone(),
            outcome,
            message: match vetoes.get(&*case.case_id) {
                Some(tag) => format!("fails the verdict alone, since it has the tag `{tag}`: {message}"),
                None => message,
            },
            rule: "failed-case",
        }
    };
    cases.map(test).collect()
}

/// What an evaluation says as findings: a verdict against it, and cases that nobody answered.
pub(super) fn findings(args: &Args, done: &Done, short: Option<&Short>) -> Vec<Finding> {
    let (evaluation, strict) = (&done.evaluation, args.strict);
    let file = layout::agent(evaluation.agent.as_str());
    let mut findings = Vec::new();
    if evaluation.verdict.outcome == VerdictOutcome::Failed {
        let reasons = evaluation.verdict.reasons.join("; ");
        findings.push(Finding::error("failed-evaluation", format!("{}: {reasons}", evaluation.agent)).in_file(&file));
    }
    let agent = &evaluation.agent;
    let mut unknown = |missing: usize, beside: Beside<'_>| {
        if missing > 0 {
            let were = if missing == 1 { "was" } else { "were" };
            let message = format!(
                "{agent}: {} {were} not evaluated{}",
                counted(missing, "case"),
                beside.whose()
            );
            let finding = match strict {
                true => Finding::error("not-evaluated", message),
                false => Finding::warning("not-evaluated", message),
            };
            let help = match short {
                Some(short) => format!(
                    "record their answers: `{}`; {}",
                    args.recording_unbounded(agent, &beside),
                    short.needed()
                ),
                None if done.has_idle_mock => format!(
                    "record what the mock answers, `{}`, commit it, and run this again; or ask a model: `{}`",
                    args.recording_beside(agent, &beside),
                    args.recording_live(agent, &beside)
                ),
                None => format!("record their answers: `{}`", args.recording_live(agent, &beside)),
            };
            findings.push(finding.in_file(&file).help(help));
        }
    };
    unknown(evaluation.summary.not_evaluated, Beside::Nothing);
    for variant in done.grid.iter().flat_map(beside::variants) {
        unknown(variant.missing.len(), Beside::Variant(variant));
    }
    if let Some(against) = &evaluation.against {
        let with = &against.with;
        unknown(against.missing.len(), Beside::Environment(against));
        let change = RollChange {
            gone: against.gone.clone(),
            loosened: against.loosened.clone(),
            changed: against.changed.clone(),
            ..RollChange::default()
        };
        let loosened = if strict { Severity::Error } else { Severity::Warning };
        findings.extend(other_cases(agent, &format!("what runs in `{with}`"), &change, loosened));
    }
    findings
}
