//! What a command returns: one result, shown as text or as JSON.

use std::borrow::Cow;

use lockstep::model::{FileTree, Finding, FleetChange};
use lockstep::report::{Screen, Sources, Table, TestedCase, findings_text, older, tally};
use lockstep::secrets::masked;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::failure::{EXIT_DONE, EXIT_FINDINGS, EXIT_OUTSIDE};

/// What a command has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The result for machines.
    pub result: Value,
    /// The result for people.
    pub text: String,
    /// What is wrong in the user's files.
    pub findings: Vec<Finding>,
    /// Commands that make sense next.
    pub next: Vec<String>,
    /// The files that the findings are about, for their excerpts.
    pub sources: FileTree,
    /// How many findings the base had already; they are counted and not repeated.
    pub known: usize,
    /// What it was compared with, where it was: as the user calls it, and as git does.
    pub base: Option<(String, String)>,
    /// What else is to be known of the run, one sentence each.
    pub notes: Vec<String>,
    /// What could not be checked to its end, each with the reason.
    pub unchecked: Vec<String>,
    /// What was tested, for forms that list tests.
    pub tested: Vec<TestedCase>,
    /// What else summaries show, row by row, each under its title.
    pub tables: Vec<(String, Table)>,
    /// What differs from the base, for summaries.
    pub change: Option<FleetChange>,
    /// The exit code, where neither findings nor what could not be checked decide it.
    pub exit: Option<u8>,
}

impl Report {
    /// A result in both forms.
    pub fn new(result: impl Serialize + JsonSchema, text: impl Into<String>) -> Report {
        let result = serde_json::to_value(result).expect("results have string keys");
        Report {
            result,
            text: text.into(),
            ..Report::default()
        }
    }

    /// Nothing but findings.
    pub fn of_findings(findings: Vec<Finding>, sources: FileTree) -> Report {
        Report {
            findings,
            sources,
            ..Report::default()
        }
    }

    /// Adds findings and the files that they are about.
    pub fn with_findings(mut self, findings: Vec<Finding>, sources: FileTree) -> Report {
        self.findings = findings;
        self.sources = sources;
        self
    }

    /// Takes secrets out of what findings say, wherever a message quotes a value or a line.
    pub fn without_secrets(mut self) -> Report {
        for finding in &mut self.findings {
            let texts = std::iter::once(&mut finding.message).chain(&mut finding.help);
            for text in texts.chain(finding.related.iter_mut().map(|related| &mut related.message)) {
                if let Cow::Owned(masked) = masked(text) {
                    *text = masked;
                }
            }
        }
        self
    }

    /// Adds a command that makes sense next.
    pub fn next(mut self, command: impl Into<String>) -> Report {
        self.next.push(command.into());
        self
    }

    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        let is_wrong = self.findings.iter().any(Finding::is_error);
        let usual = match (is_wrong, self.unchecked.is_empty()) {
            (true, _) => EXIT_FINDINGS,
            // what nobody could tell is no pass
            (false, false) => EXIT_OUTSIDE,
            (false, true) => EXIT_DONE,
        };
        self.exit.unwrap_or(usual)
    }

    /// The findings alone, and what could not be checked.
    pub fn quiet_aside(&self, screen: Screen) -> String {
        let mut text = findings_text(&self.findings, Sources::of(&self.sources), screen);
        for what in &self.unchecked {
            text.push_str(&format!("{}: {what}\n", screen.style.error("not checked")));
        }
        text
    }

    /// The part of the report that goes to standard error: findings, how many, and what to do next.
    pub fn aside(&self, screen: Screen) -> String {
        let mut text = self.quiet_aside(screen);
        if let Some(tally) = tally(&self.findings) {
            text.push_str(&format!("{tally}\n"));
        }
        if self.known > 0 {
            text.push_str(&format!("{} and not shown\n", older(self.known)));
        }
        for note in &self.notes {
            text.push_str(&format!("{}: {note}\n", screen.style.strong("note")));
        }
        if !self.next.is_empty() {
            text.push_str(&format!("\n{}\n", screen.style.strong("next")));
            self.next
                .iter()
                .for_each(|command| text.push_str(&format!("  {command}\n")));
        }
        text
    }
}
