//! `affected`: the units whose input a change of the files changes.

use lockstep::model::{ChangeKind, Finding};
use lockstep::release::{Affected, Blocked, affected};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::parted::parted;
use crate::context::{Context, Loaded, Source};
use crate::failure::Failure;
use crate::report::Report;

/// List the units that a change of the files affects.
///
/// Inputs are compared, nothing is rendered: a unit is affected when anything that its templates see differs, or the
/// templates do. `--format json` says why in full; `--matrix` prints what a GitHub Actions matrix takes.
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
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// The units; the same rows as a matrix has.
    include: Vec<Affected>,
}

/// Finds what is affected.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let begin = parted(context, &args.base, args.head.as_deref())?;
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
    let text = if args.matrix {
        matrix(&include)
    } else {
        include.iter().map(text).collect()
    };
    let mut report = Report::new(Answer { include }, text).with_findings(findings, head.tree);
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

fn matrix(include: &[Affected]) -> String {
    let rows: Vec<_> = include
        .iter()
        .map(|unit| json!({"environment": unit.environment, "agent": unit.unit, "change": unit.change}))
        .collect();
    format!("{}\n", json!({ "include": rows }))
}
