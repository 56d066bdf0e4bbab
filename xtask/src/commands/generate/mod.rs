//! `generate`: the files that come from the code, so that none of them is kept by hand.

mod command_line;
mod exit_codes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::CommandFactory;
use lockstep::model::{FileTree, Finding, Severity};
use lockstep::reference;
use lockstep::workspace::scaffold::{CiService, stale_pipelines};
use lockstep::workspace::{Workspace, layout};
use schemars::JsonSchema;
use serde::Serialize;

use super::answers;
use crate::cli::Cli;
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// Write the schemas, the reference pages, the runbooks and the code owners, which come from code and fleet.
///
/// `schemas/*.schema.json` come from the Rust types, `docs/reference/*.md` from the types, the command line and the
/// blueprints' default values, `docs/runbooks/*.md`, `.github/CODEOWNERS` and the pull request template from agents and
/// environments. They are committed; run this after changing what they come from.
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
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let mut files = reference::files(workspace, &loaded.tree);
    files.insert(layout::reference("commands"), command_line::page(Cli::command()));
    files.extend(answers::schemas());
    files.insert(layout::reference("exit-codes"), exit_codes::page());
    let root = context.root()?;
    let answer = compare(context, &root, &files)?;
    let mut pipelines = pipelines(context, &root, workspace)?;
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

/// The pipelines here that are for other environments. They are nobody's but their owner's to write.
fn pipelines(context: &Context, root: &Path, workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut tree = FileTree::default();
    for path in CiService::ALL.into_iter().flat_map(CiService::paths) {
        if let Some(bytes) = context.files.read(&root.join(&path))? {
            tree.insert(path, bytes);
        }
    }
    Ok(stale_pipelines(workspace, &tree))
}

/// What would be written and removed.
fn compare(context: &Context, root: &Path, files: &BTreeMap<String, String>) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    for (path, text) in files {
        if context.files.read(&root.join(path))?.as_deref() == Some(text.as_bytes()) {
            answer.unchanged += 1;
        } else {
            answer.written.push(path.clone());
        }
    }
    let there = generated(context, root)?;
    answer.removed = there.into_iter().filter(|path| !files.contains_key(path)).collect();
    Ok(answer)
}

/// The files that stand where only generated ones stand: directly in the folders of schemas, of the reference and of runbooks.
fn generated(context: &Context, root: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    let folders = [
        (layout::SCHEMAS, layout::SCHEMA_SUFFIX),
        (layout::REFERENCE, ".md"),
        (layout::RUNBOOKS, ".md"),
    ];
    for (folder, suffix) in folders {
        let place = root.join(folder);
        if !context.files.exists(&place) {
            continue;
        }
        let tree = context
            .files
            .tree(&place, &|path| !path.contains('/') && path.ends_with(suffix))?;
        found.extend(tree.entries().map(|(path, _)| format!("{folder}/{path}")));
    }
    Ok(found)
}

fn checked(answer: Answer, pipelines: Vec<Finding>) -> Report {
    let finding = |path: &String, what: &str| {
        Finding::error("stale-generated-file", format!("`{path}` {what}"))
            .in_file(path)
            .help("write it again: `cargo xtask generate`")
    };
    let stale = answer
        .written
        .iter()
        .map(|path| finding(path, "is not what the code says"));
    let gone = answer
        .removed
        .iter()
        .map(|path| finding(path, "is no longer generated"));
    let findings: Vec<Finding> = stale.chain(gone).chain(pipelines).collect();
    let text = if findings.is_empty() {
        format!("{} files are up to date\n", answer.unchanged)
    } else {
        String::new()
    };
    Report::new(answer, text).with_findings(findings, FileTree::default())
}
