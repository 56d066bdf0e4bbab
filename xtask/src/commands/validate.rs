//! `validate`: what the clusters would refuse of what is rendered, or of any manifests.

mod manifests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lockstep::model::Finding;
use lockstep::policy::{Fleet, Judge};
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Map;

use super::selection;
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;
pub(super) use manifests::{files, judged};

/// Check manifests against the schemas of Kubernetes and what its API server enforces beyond them.
///
/// Every unit is rendered and checked against the version of Kubernetes that its environment's cluster has. Findings
/// point to the template line, and to the value that it says where there is one. With `--path`, manifests from anywhere
/// are checked instead.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to check; all by default.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Agents to check; all, and what the environments have of their own, by default.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Check this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Check these YAML or JSON files, and those below these folders, instead of what the fleet renders.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["environment", "agent", "revision"])]
    path: Vec<PathBuf>,
    /// The version of Kubernetes that the files of `--path` are for; the newest with schemas by default.
    #[arg(long, value_name = "VERSION", requires = "path")]
    kubernetes: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// How many objects were checked.
    objects: usize,
    /// How many units, or files with `--path`, they stand in.
    sources: usize,
}

/// Checks.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    if !args.path.is_empty() {
        return manifests::run(context, &args.path, args.kubernetes.as_deref());
    }
    let source = args.revision.clone().map_or(Source::WorkTree, Source::Revision);
    let loaded = context.load_with_judges(&source)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    if selection::unreadable(workspace, &args.environment) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let selection = Selection {
        environments: selection::environments(workspace, &args.environment)?,
        agents: selection::agents(workspace, &args.agent, &BTreeSet::new())?,
        set: Map::new(),
    };
    let mut findings = loaded.findings;
    let (engines, more) = Engines::compile(workspace);
    findings.extend(more);
    let (judge, more) = Judge::read(&loaded.tree);
    findings.extend(more);
    let (units, more) = render_all(workspace, &engines, &selection);
    findings.extend(more);
    let fleet = Fleet {
        workspace,
        engines: &engines,
        tree: &loaded.tree,
    };
    let judged: Vec<Vec<Finding>> = units
        .par_iter()
        .filter_map(|unit| Some(judge.unit(fleet, workspace.environment(unit.environment.as_str())?, unit)))
        .collect();
    findings.extend(judged.into_iter().flatten());
    findings.sort();
    findings.dedup();
    let objects = units.iter().flat_map(RenderedUnit::all_objects).count();
    Ok(report(objects, units.len(), "units", &findings).with_findings(findings, loaded.tree))
}

fn report(objects: usize, sources: usize, of: &str, findings: &[Finding]) -> Report {
    let verdict = if findings.iter().any(Finding::is_error) {
        "not all of them would be admitted"
    } else {
        "nothing stands against them"
    };
    let text = format!("checked {objects} objects of {sources} {of}: {verdict}\n");
    Report::new(Answer { objects, sources }, text)
}
