//! Everything that one run has to show, whatever the form that it is shown in.

use super::sources::Sources;
use super::table::Table;
use crate::model::{Example, Finding, FleetChange, Location, Related, Rule, Severity};

/// What one run of a command found.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The command, as in `check`.
    pub command: &'a str,
    /// The version of the tool.
    pub version: &'a str,
    /// What is wrong in the files and in what they render, waived findings among them.
    pub findings: &'a [Finding],
    /// How many findings the base had already; they are counted and not repeated.
    pub known: usize,
    /// What the results were compared with, where they were: as the user calls it, and as git does.
    pub base: Option<(&'a str, &'a str)>,
    /// What else is to be known of the run, one sentence each.
    pub notes: &'a [String],
    /// What could not be checked to its end, each with the reason.
    pub unchecked: &'a [String],
    /// What stopped the command, where it did not come to its end.
    pub failure: Option<&'a str>,
    /// What it says to people, without colours.
    pub text: &'a str,
    /// What differs from the base, where there is one.
    pub change: Option<&'a FleetChange>,
    /// What was tested, where the command tests.
    pub tested: &'a [TestedCase],
    /// What else there is to show, row by row, each under its title.
    pub tables: &'a [(String, Table)],
    /// The rules that findings may name.
    pub rules: &'a [Described<'a>],
    /// The files that findings are about.
    pub sources: Sources<'a>,
    /// The file that stands for the fleet as a whole, where a form wants a file for every finding.
    pub home: &'a str,
}

/// Something that was tested, and how it ended; forms that show tests list them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedCase {
    /// What it belongs to.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// How it ended.
    pub outcome: TestOutcome,
    /// What is said of it where it did not hold.
    pub message: String,
    /// The rule of the finding that says the same, where one does.
    pub rule: &'static str,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be judged.
    Error,
    /// It was not asked, or nothing answered.
    Skipped,
}

/// A rule, of the tool or of a policy, as a document describes it.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    /// Its id.
    pub id: &'a str,
    /// Why breaking it is wrong.
    pub reason: &'a str,
    /// What to do about it.
    pub remedy: &'a str,
    /// A few lines that break it, and the same lines mended.
    pub example: Option<[&'a str; 2]>,
    /// The address of a page that says more.
    pub page: Option<&'a str>,
}

impl Described<'static> {
    /// A rule of the tool.
    pub fn of(rule: &Rule) -> Described<'static> {
        Described {
            id: rule.id,
            reason: rule.reason,
            remedy: rule.remedy,
            example: rule.example.map(|Example { bad, good }| [bad, good]),
            page: None,
        }
    }
}

impl<'a> Results<'a> {
    /// The findings in the order in which a reader with little room wants them: errors, warnings, notes, waived ones.
    pub fn by_weight(&self) -> Vec<&'a Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.waiver.is_some(), finding.severity));
        findings
    }

    /// The rule of a finding.
    pub(super) fn rule(&self, id: &str) -> Option<&'a Described<'a>> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The command that says everything of what was compared.
    pub(super) fn again(&self) -> String {
        match self.base {
            Some((name, _)) => format!("cargo xtask {} --base {name}", self.command),
            None => format!("cargo xtask {}", self.command),
        }
    }

    /// The file, line and column of a finding, line and column 0 where it has none.
    pub(super) fn place(&self, finding: &'a Finding) -> (&'a str, usize, usize) {
        match &finding.location {
            Some(location) => (&location.file, location.line, location.column),
            None => (self.home, 0, 0),
        }
    }

    /// What keeps the results from being whole, one sentence each.
    pub(super) fn gaps(&self) -> Vec<String> {
        let failure = self.failure.map(|failure| format!("stopped before the end: {failure}"));
        let unchecked = self.unchecked.iter().map(|what| format!("not checked: {what}"));
        failure.into_iter().chain(unchecked).collect()
    }
}

/// How many findings there are of each weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Those that a waiver admits.
    pub waived: usize,
}

impl Tally {
    /// Counts.
    pub fn of(findings: &[Finding]) -> Tally {
        let mut tally = Tally::default();
        for finding in findings {
            *match (&finding.waiver, finding.severity) {
                (Some(_), _) => &mut tally.waived,
                (None, Severity::Error) => &mut tally.errors,
                (None, Severity::Warning) => &mut tally.warnings,
                (None, Severity::Note) => &mut tally.notes,
            } += 1;
        }
        tally
    }

    /// The counts in a few words; nothing where there are no findings.
    pub fn words(&self) -> Option<String> {
        let counts = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let mut words: Vec<String> = counts.map(|(count, word)| counted(count, word)).collect();
        if self.waived > 0 {
            words.push(format!("{} waived", self.waived));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// A number of things, in as many words.
pub fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The same as the subject of a sentence.
pub(super) fn counted_are(count: usize, word: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, word))
}

/// Which findings are not shown, since the base has them too.
pub fn older(count: usize) -> String {
    format!("{} older than the base", counted_are(count, "finding"))
}

/// What there is to say of a finding beside its message, line by line, with the other places that belong to it.
pub(super) fn facts(finding: &Finding) -> Vec<String> {
    facts_without(finding, &|_| false)
}

/// The same without the places that a form shows elsewhere.
pub(super) fn facts_without(finding: &Finding, shown: &dyn Fn(&Related) -> bool) -> Vec<String> {
    let named = [
        ("unit", &finding.unit),
        ("object", &finding.object),
        ("help", &finding.help),
    ];
    let mut facts: Vec<String> = named
        .into_iter()
        .filter_map(|(word, value)| Some(format!("{word}: {}", value.as_ref()?)))
        .collect();
    let related = finding.related.iter().filter(|related| !shown(related));
    facts.extend(related.map(|related| format!("see: {}", see(related))));
    if let Some(waiver) = &finding.waiver {
        facts.push(waiver_words(waiver));
    }
    facts
}

/// Another place, and what it has to do with a finding.
pub(super) fn see(related: &Related) -> String {
    format!("{}: {}", written(&related.location), related.message)
}

/// A place as text.
pub(super) fn written(location: &Location) -> String {
    match (location.line, location.column) {
        (0, _) => location.file.clone(),
        (line, 0) => format!("{}:{line}", location.file),
        (line, column) => format!("{}:{line}:{column}", location.file),
    }
}

/// A waiver in a few words.
pub(super) fn waiver_words(waiver: &crate::model::Waiver) -> String {
    format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason)
}
