//! What the suites of an agent came to, and each failing case as a finding.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{Digest, Finding, Severity};
use lockstep::prompts::evaluation::{
    Bar, CaseOutcome, CaseResult, JudgeEvidence, NO_CASES, Roll, SuiteEvidence, SuiteRun, Verdict, VerdictOutcome,
    sum_up,
};
use lockstep::prompts::run::{UsedRecordings, judge_prompt};
use lockstep::report::counted;
use lockstep::workspace::{Judged, SuiteText};

/// What the suites of an agent came to.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) suites: Vec<SuiteEvidence>,
    pub(super) runs: Vec<SuiteRun>,
    /// Suites that could not be read as a whole.
    pub(super) unreadable: usize,
    /// Cases that pass whatever is answered.
    pub(super) unchecked: usize,
    /// Cases for a version of the prompt that nobody wrote.
    pub(super) unwritten: usize,
    /// The digests of the ids of all cases, asked or not.
    pub(super) ids: BTreeSet<Digest>,
}

/// A suite's file.
pub(super) struct SuiteFile<'a> {
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) text: &'a SuiteText<'a>,
}

impl Gathered {
    /// The verdict on what was judged, with what stands against the suites themselves.
    pub(super) fn verdict(&self, mut verdict: Verdict) -> Verdict {
        let mut against = Vec::new();
        if self.unreadable > 0 {
            // of cases that nobody could read it is not known whether there are any
            verdict
                .reasons
                .retain(|reason| self.runs.iter().any(|run| !run.cases.is_empty()) || reason != NO_CASES);
            against.push(format!(
                "{} could not be read as a whole",
                counted(self.unreadable, "suite")
            ));
        }
        if self.unchecked > 0 {
            against.push(match self.unchecked {
                1 => "1 case passes whatever is answered".to_owned(),
                many => format!("{many} cases pass whatever is answered"),
            });
        }
        if self.unwritten > 0 {
            against.push(format!(
                "{} for a version that nobody wrote",
                counted(self.unwritten, "case")
            ));
        }
        if !against.is_empty() {
            verdict.outcome = VerdictOutcome::Failed;
            verdict.reasons.extend(against);
        }
        verdict
    }

    /// Which cases these are, where that was kept.
    pub(super) fn roll(&mut self) -> Roll {
        Roll::taken(&mut self.runs)
    }

    /// Which recordings answered, by suite, where that was noted.
    pub(super) fn recordings(&mut self) -> Option<BTreeMap<String, UsedRecordings>> {
        let mut all = BTreeMap::new();
        for (suite, run) in self.suites.iter().zip(&mut self.runs) {
            let used = run.recordings.take()?;
            if !used.keys.is_empty() {
                all.insert(suite.name.clone(), used);
            }
        }
        Some(all)
    }

    /// Every case in full by suite, where details were kept.
    pub(super) fn details(&mut self) -> BTreeMap<String, Vec<CaseResult>> {
        let runs = self.suites.iter().zip(&mut self.runs);
        let details = runs.map(|(suite, run)| (suite.name.clone(), std::mem::take(&mut run.details)));
        details.filter(|(_, cases)| !cases.is_empty()).collect()
    }

    /// Adds what a suite came to.
    pub(super) fn add(&mut self, file: &SuiteFile<'_>, judged: &Judged, run: SuiteRun, (repeats, bar): (u32, &Bar)) {
        let suite = &file.text.head;
        let judge = suite.judge.as_ref().map(|judge| JudgeEvidence {
            provider: judge.provider.clone(),
            name: judge.name.clone(),
            threshold: judge.threshold,
            prompt: judge_prompt(),
        });
        self.suites.push(SuiteEvidence {
            name: file.name.to_owned(),
            file: file.path.to_owned(),
            sha256: Digest::of(file.bytes),
            prompt: suite.prompt.clone(),
            prompt_version: judged.subject.prompts[&suite.prompt].0,
            judge,
            summary: sum_up(std::slice::from_ref(&run), repeats, bar),
        });
        self.runs.push(run);
    }
}

/// The case that such a finding is about, by the words that it is told in.
pub(in crate::commands) fn failed_case(finding: &Finding) -> Option<&str> {
    let told = finding
        .message
        .strip_prefix('`')
        .filter(|_| finding.rule == "failed-case")?;
    Some(told.split_once(FAILED)?.0)
}

/// Most cases that one finding names.
const MOST_NAMED: usize = 10;

/// What is said behind the name of a case that fails.
const FAILED: &str = "` does not hold";

/// Makes warnings of failing cases that are few enough for the verdict.
pub(super) fn tolerate(findings: &mut [Finding]) {
    let failed = findings.iter_mut().filter(|finding| finding.rule == "failed-case");
    failed.for_each(|finding| finding.severity = Severity::Warning);
}

impl SuiteFile<'_> {
    /// The cases that hold by an answer that was cut off, where the first of them stands: what came next is not known.
    pub(super) fn cut_off(&self, run: &SuiteRun) -> Option<Finding> {
        let first = run.cut_off.first()?;
        let places = self.text.places(&BTreeSet::from([first.as_str()]));
        let (line, column) = places.get(first).copied().unwrap_or_default();
        let mut named: Vec<String> = run
            .cut_off
            .iter()
            .take(MOST_NAMED)
            .map(|id| format!("`{id}`"))
            .collect();
        match run.cut_off.len() - named.len() {
            0 => {}
            more => named.push(format!("{more} more")),
        }
        let count = counted(run.cut_off.len(), "case");
        let message = format!(
            "{count} of `{}` held by answers that were cut off: {}",
            self.name,
            named.join(", ")
        );
        let help = "raise `maxTokens` in the model's part, or `maxOutputTokens` in the prompt, and record them again";
        Some(
            Finding::warning("cut-off-answer", message)
                .at(self.path, line, column)
                .help(help),
        )
    }

    /// Each failing case as a finding where it stands.
    pub(super) fn failures(&self, run: &SuiteRun) -> Vec<Finding> {
        let shown = |outcome| outcome != CaseOutcome::NotEvaluated;
        let failures: Vec<_> = run.failures.iter().filter(|failure| shown(failure.outcome)).collect();
        if failures.is_empty() {
            return Vec::new();
        }
        let places = self
            .text
            .places(&failures.iter().map(|failure| failure.case_id.as_str()).collect());
        let finding = |failure: &CaseResult| {
            let said = failure.violations.first();
            let message = said.map_or_else(String::new, |one| {
                format!(": `{}` expected {}, got {}", one.assertion, one.expected, one.got)
            });
            let (line, column) = places.get(&failure.case_id).copied().unwrap_or_default();
            Finding::error("failed-case", format!("`{}{FAILED}{message}", failure.case_id)).at(self.path, line, column)
        };
        failures.into_iter().map(finding).collect()
    }
}
