//! `validate`: what the clusters would refuse of what is rendered, or of any manifests.

mod manifests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lockstep::model::{AgentName, Finding};
use lockstep::policy::{Fleet, Judge};
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::Environment;
use serde::Serialize;
use serde_json::Map;

use super::selection;
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;
pub(super) use manifests::{files, judged};

/// Check manifests against the schemas of Kubernetes and what its API server enforces beyond them.
///
/// Every unit is rendered and checked against the version of Kubernetes that its environment's cluster has, and against
/// what must fit together in a unit, in an environment and in the files. Findings point to the template line, and to the
/// value that it says where there is one. With `--path`, the objects of any manifests are checked instead.
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
    let chosen = Chosen {
        environments: selection::environments(workspace, &args.environment)?,
        agents: selection::agents(workspace, &args.agent, &BTreeSet::new())?,
    };
    let (engines, mut findings) = Engines::compile(workspace);
    let (judge, more) = Judge::read(&loaded.tree);
    findings.extend(more);
    // all of it: what one unit has may not fit another's
    let everything = Selection {
        environments: workspace.environments.iter().collect(),
        agents: None,
        set: Map::new(),
    };
    let (units, more) = render_all(workspace, &engines, &everything);
    findings.extend(more);
    let fleet = Fleet {
        workspace,
        engines: &engines,
        tree: &loaded.tree,
    };
    findings.extend(judge.fleet(fleet, &units));
    findings.extend(loaded.findings);
    findings.retain(|finding| finding.unit.as_ref().is_none_or(|unit| chosen.has(unit)));
    findings.sort();
    findings.dedup();
    let units: Vec<&RenderedUnit> = units
        .iter()
        .filter(|unit| chosen.has(&format!("{}/{}", unit.environment, unit.unit)))
        .collect();
    let objects = units.iter().flat_map(|unit| unit.all_objects()).count();
    Ok(report(objects, units.len(), "units", &findings).with_findings(findings, loaded.tree))
}

/// What the user wants to hear about.
struct Chosen<'a> {
    environments: Vec<&'a Environment>,
    agents: Option<BTreeSet<AgentName>>,
}

impl Chosen<'_> {
    /// Whether it has a unit, written as `<environment>/<unit>`.
    fn has(&self, unit: &str) -> bool {
        let (environment, name) = unit.split_once('/').unwrap_or((unit, ""));
        let agents = self.agents.as_ref();
        self.environments
            .iter()
            .any(|chosen| chosen.name.as_str() == environment)
            && agents.is_none_or(|agents| agents.iter().any(|agent| agent.as_str() == name))
    }
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
