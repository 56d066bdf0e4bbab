//! `stage summary`: how far a tuple came in the pipeline.

use lockstep::release::StageSummary;

use super::{Tuple, TupleArgs};
use crate::commands::branches;
use crate::commands::ledger::Ledger;
use crate::context::Context;
use crate::failure::Failure;
use crate::outputs::OutputArgs;
use crate::report::Report;

/// Show what is recorded of a tuple's way through the pipeline: the last word of every stage, and how long it took.
///
/// Without `--tuple` and `--environment` it is the candidate of the checked-out commit.
#[derive(Debug, clap::Args)]
pub(super) struct SummaryArgs {
    #[command(flatten)]
    of: TupleArgs,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

/// Shows.
pub(super) fn run(context: &Context, args: SummaryArgs) -> Result<Report, Failure> {
    let Tuple {
        repository, loaded, id, ..
    } = match args.of.tuple(context)? {
        Ok(found) => found,
        Err(report) => return Ok(*report),
    };
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = branches::delivery_repository(context, &repository, workspace)?;
    let agent = &args.of.agent;
    let history = Ledger::new(context, &*delivery, workspace).view()?.unit(None, agent)?;
    let summary = StageSummary::of(&history, id);
    let table = summary.table();
    let mut text = format!("{} {id}: {}\n", context.style.strong(agent), summary.line());
    if !table.is_empty() {
        text.push_str(&context.table(&table));
    }
    let tables = vec![(format!("Stages of {agent}: {}", summary.line()), table)];
    let findings = [summary.findings(agent), history.findings].concat();
    let mut report = Report::new(summary, text).with_findings(findings, loaded.tree);
    report.tables = tables;
    Ok(report)
}
