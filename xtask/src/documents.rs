//! An answer, or the failure that took its place, as a document in one of the forms.

use console::strip_ansi_codes;
use lockstep::model::{FileTree, Finding};
use lockstep::policy::admission::{About, Policies, Resources};
use lockstep::policy::rego;
use lockstep::reference::{self, Shown};
use lockstep::report::{
    Described, Results, Room, Screen, Sources, Style, github, gitlab, junit, markdown, pretty_json, sarif,
};
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::outputs::Format;
use crate::report::Report;

/// Columns that a text in a file may have.
const COLUMNS: usize = 160;

/// What a command came to.
pub type Outcome<'a> = Result<&'a Report, &'a Failure>;

/// The whole answer in one form. A failure is a document too: whoever reads a file must not take silence for success.
pub fn document(format: Format, command: &str, outcome: Outcome<'_>) -> String {
    let told = |policies: &[About], write: &dyn Fn(&Results<'_>) -> String| told(command, outcome, policies, write);
    match format {
        Format::Text => text(outcome),
        Format::Json => json(command, outcome),
        Format::Sarif => {
            let policies = outcome.map(|report| policies(&report.sources)).unwrap_or_default();
            told(&policies, &|results| sarif(results))
        }
        Format::Junit => told(&[], &|results| junit(results)),
        Format::Gitlab => told(&[], &|results| gitlab(results)),
        Format::Github => told(&[], &|results| github(results)),
        Format::Markdown => told(&[], &|results| markdown(results, Room::Comment)),
        Format::Summary => told(&[], &|results| markdown(results, Room::JobSummary)),
    }
}

/// A form of the findings: written of them with the rules of the tool and of these policies.
fn told(command: &str, outcome: Outcome<'_>, policies: &[About], write: &dyn Fn(&Results<'_>) -> String) -> String {
    let nothing = FileTree::default();
    let own = reference::rules();
    let examples: Vec<Option<Shown>> = own.iter().map(|rule| reference::example(rule)).collect();
    let of_tool = |(rule, shown)| {
        let shown: &Option<Shown> = shown;
        let example = shown.as_ref().map(|shown| [shown.bad.as_str(), shown.good.as_str()]);
        Described {
            example,
            ..Described::of(rule)
        }
    };
    let mut rules: Vec<Described<'_>> = own.into_iter().zip(&examples).map(of_tool).collect();
    rules.extend(policies.iter().map(described));
    let failure = outcome.err().map(in_one_line);
    let mut results = Results {
        command,
        version: env!("CARGO_PKG_VERSION"),
        findings: &[],
        known: 0,
        base: None,
        notes: &[],
        unchecked: &[],
        failure: failure.as_deref(),
        text: "",
        change: None,
        tested: &[],
        tables: &[],
        rules: &rules,
        sources: Sources::of(&nothing),
        home: layout::FLEET,
    };
    let text = outcome.map(|report| strip_ansi_codes(&report.text)).unwrap_or_default();
    if let Ok(report) = outcome {
        results.text = &text;
        results.findings = &report.findings;
        results.known = report.known;
        results.base = report.base.as_ref().map(|(name, commit)| (&**name, &**commit));
        results.notes = &report.notes;
        results.unchecked = &report.unchecked;
        results.change = report.change.as_ref();
        results.tested = &report.tested;
        results.tables = &report.tables;
        results.sources = Sources::of(&report.sources);
    }
    write(&results)
}

/// What the policies of a tree say of themselves.
fn policies(tree: &FileTree) -> Vec<About> {
    let (policies, _) = Policies::read(tree, Resources::of_tree(tree));
    let of_policies = policies.iter().map(|policy| policy.about.clone());
    of_policies.chain(rego::about(tree)).collect()
}

fn described(about: &About) -> Described<'_> {
    fn said(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }
    Described {
        id: &about.rule,
        reason: &about.reason,
        remedy: &about.remediation,
        example: said(&about.bad).zip(said(&about.good)).map(|(bad, good)| [bad, good]),
        page: said(&about.docs),
    }
}

/// A failure with what to do about it, for forms that have one line for it.
fn in_one_line(failure: &Failure) -> String {
    let hints: String = failure.hints.iter().map(|hint| format!("; {hint}")).collect();
    format!("{}{hints}", failure.message)
}

fn json(command: &str, outcome: Outcome<'_>) -> String {
    match outcome {
        Ok(report) => {
            let outline = json!(Document::<Value>::Answer(Answer {
                command,
                exit: report.exit_code(),
                findings: &report.findings,
                known: report.known,
                next: &report.next,
                notes: &report.notes,
                result: None,
                unchecked: &report.unchecked,
            }));
            // as it is: a result may have thousands of parts
            pretty_json(&outline, "result", &report.result)
        }
        Err(failure) => {
            let failed = Failed {
                command,
                exit: failure.exit_code(),
                failure,
            };
            format!("{:#}\n", json!(Document::<Value>::Failed(failed)))
        }
    }
}

/// What a command says with `--format json`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Document<'a, R> {
    /// Its answer.
    Answer(Answer<'a, R>),
    /// What it could not do.
    Failed(Failed<'a>),
}

/// An answer: a result, and what is wrong in the user's files.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct Answer<'a, R> {
    /// The command, as in `check`.
    command: &'a str,
    /// What the process exits with: docs/reference/exit-codes.md.
    exit: u8,
    /// What is wrong in the user's files, waived findings among them.
    findings: &'a [Finding],
    /// How many findings the base had already; absent where there are none.
    #[serde(skip_serializing_if = "is_zero")]
    known: usize,
    /// Commands that make sense next.
    next: &'a [String],
    /// What else is to be known of the run, one sentence each; absent where there is nothing.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// What the command is for; null where findings kept it from its work.
    result: Option<&'a R>,
    /// What could not be checked to its end, each with the reason; absent where everything was.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unchecked: &'a [String],
}

/// A failure in the place of an answer.
#[derive(Serialize, JsonSchema)]
pub struct Failed<'a> {
    /// The command, as in `check`; empty where the command line could not be read as far.
    command: &'a str,
    /// What the process exits with.
    exit: u8,
    /// What could not be done, and what to do about it.
    failure: &'a Failure,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn text(outcome: Outcome<'_>) -> String {
    let screen = Screen {
        style: Style::Plain,
        columns: COLUMNS,
        verbose: true,
    };
    match outcome {
        Ok(report) => format!("{}{}", report.text, report.aside(screen)),
        Err(failure) => failure_text(failure, Style::Plain),
    }
}

/// A failure for people.
pub fn failure_text(failure: &Failure, style: Style) -> String {
    let hints: String = failure
        .hints
        .iter()
        .map(|hint| format!("  {} {hint}\n", style.faint("= hint:")))
        .collect();
    format!("{}: {}\n{hints}", style.error("failed"), failure.message)
}
