//! `generate`: the files that come from the code, so that none of them is kept by hand.

mod command_line;
pub(super) mod exit_codes;
pub(super) mod stale;

use lockstep::model::{FileTree, Finding, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// Write the schemas, the reference pages, the runbooks and the code owners, which come from code and fleet.
///
/// `schemas/*.schema.json` come from the Rust types, `docs/reference/*.md` from the types, the command line and the
/// blueprints' default values, those of environments and monitoring, `docs/runbooks/*.md`, `.github/CODEOWNERS` and the
/// pull request template from agents and environments. They are committed; run this after changing what they come from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write nothing; exit with 1 when a file is not what would be written, or a pipeline is for other environments.
    #[arg(long)]
    check: bool,
}

#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// Files that were written, or are to be.
    written: Vec<String>,
    /// Files that were removed, or are to be.
    removed: Vec<String>,
    /// How many stayed as they are.
    unchanged: usize,
}

/// Generates.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let loaded = context.load_with_judges(&Source::WorkTree)?;
    // what cannot be read would be missing from the pages
    let Some(workspace) = loaded.whole() else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let files = stale::files(workspace, &loaded.tree);
    let root = context.root()?;
    let answer = stale::compare(context, &root, &files)?;
    let mut pipelines = stale::pipelines(context, &root, workspace)?;
    if args.check {
        return Ok(checked(answer, pipelines));
    }
    for finding in &mut pipelines {
        finding.severity = Severity::Warning;
    }
    for path in &answer.written {
        context.files.write(&root.join(path), files[path].as_bytes())?;
    }
    for path in &answer.removed {
        context.files.remove(&root, &root.join(path))?;
    }
    let text = format!(
        "{} written, {} removed, {} unchanged\n",
        answer.written.len(),
        answer.removed.len(),
        answer.unchanged
    );
    Ok(Report::new(answer, text).with_findings(pipelines, FileTree::default()))
}

fn checked(answer: Answer, pipelines: Vec<Finding>) -> Report {
    let mut findings = stale::findings(&answer);
    findings.extend(pipelines);
    let text = if findings.is_empty() {
        format!("{} files are up to date\n", answer.unchanged)
    } else {
        String::new()
    };
    Report::new(answer, text).with_findings(findings, FileTree::default())
}
