//! `policy` alone: the policies over rendered units, or over manifests from anywhere.

use std::collections::BTreeSet;

use lockstep::model::{FileTree, Finding, Problem};
use lockstep::policy::admission::{Policies, Request, Resources, Tally};
use lockstep::policy::rego::{Rego, Session};
use lockstep::policy::waivers::{Judged, Run, Waivers};
use lockstep::policy::{Fleet, Namespaces, namespace};
use lockstep::reference;
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::{Workspace, layout};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use super::CheckArgs;
use crate::commands::{selection, validate};
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// The environment whose rules hold for files where there is no fleet to name one.
const STRICTEST: &str = "production";

#[derive(Serialize)]
struct Answer {
    policies: usize,
    objects: usize,
    sources: usize,
    waived: usize,
}

pub(super) fn run(context: &Context, args: CheckArgs) -> Result<Report, Failure> {
    if !args.path.is_empty() {
        return files(context, &args);
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
    let (policies, more) = Policies::read(&loaded.tree, Resources::with(Vec::new()));
    findings.extend(more);
    let (rego, more) = Rego::read(&loaded.tree);
    findings.extend(more);
    let (units, more) = render_all(workspace, &engines, &selection);
    findings.extend(more);
    let fleet = Fleet {
        workspace,
        engines: &engines,
        tree: &loaded.tree,
    };
    let tally = policies.tally();
    let namespaces = Namespaces::of(workspace, &units);
    let judged: Vec<Vec<Finding>> = units
        .par_iter()
        .map_init(
            || rego.session(),
            |session, unit| judge(fleet, &policies, session, &namespaces, unit, &tally),
        )
        .collect();
    findings.extend(judged.into_iter().flatten());
    // only a whole run can tell that a policy or a waiver is of no use
    let mut whole = BTreeSet::new();
    if args.environment.is_empty() && args.agent.is_empty() {
        findings.extend(policies.idle(&tally));
        whole.extend(policies.iter().map(|policy| policy.about.rule.as_str()));
    }
    let judged = waived(context, &policies, &loaded.tree, findings, &whole);
    let objects = units.iter().flat_map(RenderedUnit::all_objects).count();
    let report = answer(&policies, objects, units.len(), "units", &judged);
    Ok(report.with_findings(judged.all(), loaded.tree))
}

fn judge(
    fleet: Fleet<'_>,
    policies: &Policies,
    rego: &mut Session,
    namespaces: &Namespaces,
    unit: &RenderedUnit,
    tally: &Tally,
) -> Vec<Finding> {
    let Some(environment) = fleet.workspace.environment(unit.environment.as_str()) else {
        return Vec::new();
    };
    let mut problems: Vec<(usize, Problem)> = Vec::new();
    for (index, manifest) in unit.all_objects().enumerate() {
        let request = Request {
            object: &manifest.object,
            old: None,
            namespace: namespaces.get(environment, &manifest.object),
        };
        let own = policies.judge(&request, tally).into_iter();
        let all = own.chain(rego.judge(&manifest.object));
        problems.extend(all.map(|problem| (index, problem)));
    }
    fleet.place(environment, unit, problems)
}

/// Files from anywhere, under the rules of one environment.
fn files(context: &Context, args: &CheckArgs) -> Result<Report, Failure> {
    let tree = context.files_of(&Source::WorkTree, &|path| layout::wanted(path) || layout::judges(path))?;
    let (policies, mut findings) = Policies::read(&tree, Resources::with(Vec::new()));
    let (rego, more) = Rego::read(&tree);
    findings.extend(more);
    let (workspace, _) = Workspace::load(&tree);
    let environment = match &workspace {
        Some(workspace) => {
            let chosen = selection::environments(workspace, &args.environment)?;
            chosen
                .last()
                .map_or(STRICTEST.to_owned(), |environment| environment.name.to_string())
        }
        None => args.environment.last().cloned().unwrap_or_else(|| STRICTEST.to_owned()),
    };
    let files = validate::files(context, &args.path)?;
    let (objects, more) = judged_files(&files, &policies, &rego, &environment);
    findings.extend(more);
    let judged = waived(context, &policies, &tree, findings, &BTreeSet::new());
    let count = files.entries().count();
    Ok(answer(&policies, objects, count, "files", &judged).with_findings(judged.all(), files))
}

fn judged_files(files: &FileTree, policies: &Policies, rego: &Rego, environment: &str) -> (usize, Vec<Finding>) {
    let tally = policies.tally();
    let judge = |object: &Value| {
        let name = object
            .pointer("/metadata/namespace")
            .and_then(Value::as_str)
            .unwrap_or("default");
        let namespace = namespace(name, Some(environment));
        let request = Request {
            object,
            old: None,
            namespace: Some(&namespace),
        };
        let own = policies.judge(&request, &tally);
        own.into_iter().chain(rego.session().judge(object)).collect()
    };
    validate::judged(files, &judge)
}

/// Tells what a waiver admits from what stands; waivers of the rules that were judged as a whole and admitted nothing
/// are unused.
fn waived(
    context: &Context,
    policies: &Policies,
    tree: &FileTree,
    mut findings: Vec<Finding>,
    whole: &BTreeSet<&str>,
) -> Judged {
    let (waivers, more) = Waivers::read(tree);
    findings.extend(more);
    findings.sort();
    findings.dedup();
    let rules = policies.iter().map(|policy| policy.about.rule.as_str());
    let run = Run {
        known: &reference::rules().iter().map(|rule| rule.id).chain(rules).collect(),
        judged: whole,
        now: context.clock.now(),
    };
    waivers.apply(findings, run)
}

fn answer(policies: &Policies, objects: usize, sources: usize, of: &str, judged: &Judged) -> Report {
    let count = policies.iter().count();
    let verdict = if judged.standing.iter().any(Finding::is_error) {
        "they do not admit all of them"
    } else {
        "they admit all of them"
    };
    let waived = judged.waived.len();
    let mut text = format!("judged {objects} objects of {sources} {of} by {count} policies: {verdict}\n");
    if waived > 0 {
        text += &format!("{waived} findings are waived\n");
    }
    let answer = Answer {
        policies: count,
        objects,
        sources,
        waived,
    };
    Report::new(answer, text)
}
