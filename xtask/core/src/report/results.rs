//! Everything that one run has to show, whatever the form that it is shown in.

use super::sources::Sources;
use super::table::Table;
use crate::model::{Finding, FleetChange, Rule, Severity};

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
    /// What could not be checked to its end, each with the reason.
    pub unchecked: &'a [String],
    /// What stopped the command, where it did not come to its end.
    pub failure: Option<&'a str>,
    /// What differs from the base, where there is one.
    pub change: Option<&'a FleetChange>,
    /// What else there is to show, row by row, each under its title.
    pub tables: &'a [(String, Table)],
    /// The rules that findings may name.
    pub rules: &'a [&'static Rule],
    /// The files that findings are about.
    pub sources: Sources<'a>,
    /// The file that stands for the fleet as a whole, where a form wants a file for every finding.
    pub home: &'a str,
}

impl<'a> Results<'a> {
    /// The findings in the order in which a reader with little room wants them: errors, warnings, notes, waived ones.
    pub fn by_weight(&self) -> Vec<&'a Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.waiver.is_some(), finding.severity));
        findings
    }

    /// The rule of a finding.
    pub(super) fn rule(&self, id: &str) -> Option<&'static Rule> {
        self.rules.iter().find(|rule| rule.id == id).copied()
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
        let plural = |(count, word): (usize, &str)| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let mut words: Vec<String> = counts.into_iter().filter(|(count, _)| *count > 0).map(plural).collect();
        if self.waived > 0 {
            words.push(format!("{} waived", self.waived));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// What there is to say of a finding beside its message, line by line.
pub(super) fn facts(finding: &Finding) -> Vec<String> {
    let named = [
        ("unit", &finding.unit),
        ("object", &finding.object),
        ("help", &finding.help),
    ];
    let mut facts: Vec<String> = named
        .into_iter()
        .filter_map(|(word, value)| Some(format!("{word}: {}", value.as_ref()?)))
        .collect();
    if let Some(waiver) = &finding.waiver {
        facts.push(waiver_words(waiver));
    }
    facts
}

/// A waiver in a few words.
pub(super) fn waiver_words(waiver: &crate::model::Waiver) -> String {
    format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason)
}
