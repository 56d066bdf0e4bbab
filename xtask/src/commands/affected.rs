//! `affected`: the units whose input a change of the files changes.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, ChangeKind, Finding};
use lockstep::release::{Affected, Blocked, affected};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{self, Place};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::parted::{differing, parted};
use crate::context::{Context, Loaded, Source};
use crate::failure::Failure;
use crate::report::Report;

/// List the units that a change of the files affects.
///
/// Inputs are compared, nothing is rendered: a unit is affected when anything that its templates see differs, or the
/// templates do. Cases and recorded answers are no input of a unit: agents whose own differ are listed beside the units.
/// `--format json` says why in full; `--matrix` prints what a GitHub Actions matrix takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The git revision that is the base, for example `origin/main`; what came to it since the change began is no part of
    /// it.
    #[arg(long, value_name = "REVISION")]
    base: String,
    /// The git revision to compare with it; the work tree by default.
    #[arg(long, value_name = "REVISION")]
    head: Option<String>,
    /// Print `{"include":[{"environment":…,"agent":…,"change":…}]}` in one line and nothing else.
    #[arg(long)]
    matrix: bool,
    /// Print the agents whose suites the change bears on, `["<agent>",…]`, in one line and nothing else: those with an affected
    /// unit, and those whose cases or recorded answers differ.
    #[arg(long, conflicts_with = "matrix")]
    suites: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// The units; the same rows as a matrix has.
    include: Vec<Affected>,
    /// The agents whose cases or recorded answers differ, whether or not a unit does.
    cases: BTreeSet<AgentName>,
}

/// Finds what is affected.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let begin = parted(context, &args.base, args.head.as_deref())?;
    let paths = differing(context, &begin.commit, args.head.as_deref())?;
    let base = context.load(&Source::Revision(begin.commit.0))?;
    let head = context.load(&args.head.map_or(Source::WorkTree, Source::Revision))?;
    let (Some(before), Some(after)) = (&base.workspace, &head.workspace) else {
        return Ok(unreadable(base, head));
    };
    let blocked = (Blocked::compared(&base.findings), Blocked::compared(&head.findings));
    let (include, mut findings) = affected((before, &blocked.0), (after, &blocked.1));
    findings.extend(head.findings);
    findings.sort();
    findings.dedup();
    let cases = with_other_cases(&paths, after);
    let text = match (args.matrix, args.suites) {
        (true, _) => matrix(&include),
        (_, true) => suites(&include, &cases),
        _ => {
            let units = include.iter().map(text);
            units
                .chain(cases.iter().map(|agent| format!("{agent}  other cases\n")))
                .collect()
        }
    };
    let mut report = Report::new(Answer { include, cases }, text).with_findings(findings, head.tree);
    report.notes.extend(begin.note);
    Ok(report)
}

/// Without a fleet on either side there is nothing to compare.
fn unreadable(base: Loaded, head: Loaded) -> Report {
    if head.workspace.is_none() {
        return Report::of_findings(head.findings, head.tree);
    }
    let finding = Finding::error("unreadable-base", "the base has no fleet that can be read")
        .help("name a revision whose `environments/fleet.yaml` can be read");
    let findings = std::iter::once(finding).chain(base.findings).collect();
    Report::of_findings(findings, base.tree)
}

fn text(affected: &Affected) -> String {
    let unit = format!("{}/{}", affected.environment, affected.unit);
    let causes: Vec<&str> = affected.reasons.iter().map(|reason| reason.cause.word()).collect();
    match affected.change {
        ChangeKind::Changed => format!("{unit}  changed: {}\n", causes.join(", ")),
        change => format!("{unit}  {}\n", change.word()),
    }
}

/// The agents of a fleet at whose cases or recorded answers one of these paths stands.
fn with_other_cases(paths: &BTreeSet<String>, workspace: &Workspace) -> BTreeSet<AgentName> {
    let agents = paths.iter().filter_map(|path| match layout::place(path) {
        Place::Regression(agent) => AgentName::new(agent).ok(),
        _ => None,
    });
    let known = |agent: &AgentName| workspace.agents.contains_key(agent) || workspace.unreadable.contains(agent);
    agents.filter(known).collect()
}

fn suites(include: &[Affected], cases: &BTreeSet<AgentName>) -> String {
    let there = include.iter().filter(|unit| unit.change != ChangeKind::Removed);
    let mut agents: BTreeSet<&str> = there.map(|unit| unit.unit.as_str()).collect();
    agents.remove(layout::ENVIRONMENT_UNIT);
    agents.extend(cases.iter().map(AgentName::as_str));
    format!("{}\n", json!(agents))
}

fn matrix(include: &[Affected]) -> String {
    let rows: Vec<_> = include
        .iter()
        .map(|unit| json!({"environment": unit.environment, "agent": unit.unit, "change": unit.change}))
        .collect();
    format!("{}\n", json!({ "include": rows }))
}
