//! `prompts conformance`: the published suites of the format, run on our reader of it.

use std::path::PathBuf;

use lockstep::model::Finding;
use lockstep::prompts::conformance::{self, Outcome};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Run the conformance suites of the dotprompt format.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the suites: `spec/` of the format's repository.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Answer {
    /// How many tests pass.
    passed: usize,
    /// How many do not.
    failed: usize,
    /// The tests by suite.
    suites: Vec<Suite>,
}

/// The tests of one file.
#[derive(Serialize, JsonSchema)]
struct Suite {
    /// The file.
    file: String,
    /// What came of each.
    outcomes: Vec<Outcome>,
}

/// Runs every suite below the folder.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let tree = context.files.tree(&context.folder.join(&args.folder), &|path| {
        path.ends_with('/') || path.ends_with(".yaml")
    })?;
    let (mut findings, mut suites) = (Vec::new(), Vec::new());
    for (file, _) in tree.entries() {
        let text = tree.get(file).map(|bytes| String::from_utf8_lossy(bytes));
        match conformance::run(text.as_deref().unwrap_or_default()) {
            Ok(outcomes) => {
                findings.extend(outcomes.iter().filter_map(|outcome| failed(file, outcome)));
                suites.push(Suite {
                    file: file.to_owned(),
                    outcomes,
                });
            }
            Err(error) => {
                findings.push(Finding::error("unreadable-suite", error.message).at(file, error.line, error.column))
            }
        }
    }
    let count = suites.iter().map(|suite| suite.outcomes.len()).sum::<usize>();
    if count == 0 && findings.is_empty() {
        let message = format!("there is no suite below `{}`", args.folder.display());
        return Err(Failure::new(FailureKind::Usage, message).hint("give the folder `spec` of the format's repository"));
    }
    let failed = suites
        .iter()
        .flat_map(|suite| &suite.outcomes)
        .filter(|outcome| outcome.difference.is_some())
        .count();
    let text: String = suites.iter().map(line).collect();
    let answer = Answer {
        passed: count - failed,
        failed,
        suites,
    };
    let text = format!("{text}{} passed, {failed} failed\n", answer.passed);
    Ok(Report::new(answer, text).with_findings(findings, tree))
}

fn failed(file: &str, outcome: &Outcome) -> Option<Finding> {
    let difference = outcome.difference.as_ref()?;
    Some(Finding::error("failed-conformance", format!("{}: {difference}", outcome.test)).in_file(file))
}

fn line(suite: &Suite) -> String {
    let passed = suite.outcomes.iter().filter(|outcome| outcome.difference.is_none());
    format!("{:24} {} of {}\n", suite.file, passed.count(), suite.outcomes.len())
}
