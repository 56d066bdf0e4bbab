//! What a command returns: one result, shown as text or as JSON.

use lockstep::model::{FileTree, Finding};
use lockstep::report::{Style, findings_text, tally};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{EXIT_DONE, EXIT_FINDINGS};

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
    /// The exit code, where findings do not decide it.
    pub exit: Option<u8>,
}

impl Report {
    /// A result in both forms.
    pub fn new(result: impl Serialize, text: impl Into<String>) -> Report {
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

    /// Adds a command that makes sense next.
    pub fn next(mut self, command: impl Into<String>) -> Report {
        self.next.push(command.into());
        self
    }

    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        let findings = if self.findings.iter().any(Finding::is_error) {
            EXIT_FINDINGS
        } else {
            EXIT_DONE
        };
        self.exit.unwrap_or(findings)
    }

    /// The report as one JSON document.
    pub fn to_json(&self, command: &str) -> Value {
        json!({
            "command": command,
            "exit": self.exit_code(),
            "findings": self.findings,
            "next": self.next,
            "result": self.result,
        })
    }

    /// The findings alone.
    pub fn quiet_aside(&self, style: Style) -> String {
        let sources = |path: &str| {
            let bytes = self.sources.get(path)?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        };
        findings_text(&self.findings, &sources, style)
    }

    /// The part of the report that goes to standard error: findings, how many, and what to do next.
    pub fn aside(&self, style: Style) -> String {
        let mut text = self.quiet_aside(style);
        if let Some(tally) = tally(&self.findings) {
            text.push_str(&format!("{tally}\n"));
        }
        if !self.next.is_empty() {
            text.push_str(&format!("\n{}\n", style.strong("next")));
            self.next
                .iter()
                .for_each(|command| text.push_str(&format!("  {command}\n")));
        }
        text
    }
}
