//! `drill`: measures how long a rollback takes, and records it.

use lockstep::model::Finding;
use lockstep::release::ledger::{Decided, DecisionKind, Evidence, Fact, ReleaseName};
use lockstep::release::rollback::Aim;
use schemars::JsonSchema;
use serde::Serialize;

use super::ledger::PushArgs;
use super::rollback::{self, plan};
use super::unit::UnitOf;
use crate::context::Context;
use crate::failure::{EXIT_FINDINGS, Failure};
use crate::report::Report;

/// Longest that a rollback may take, seconds: ten minutes.
const LIMIT: f64 = 600.0;

/// Measure how long a rollback takes, without doing it, and record that.
///
/// Everything is looked up and prepared as for a real one, up to the point where a branch would move. The ledger keeps
/// the time beside the ten minutes that a rollback may take. Of an agent that was rolled back and is held, the next one is
/// drilled, which would have to name its release.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    environment: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// The environment.
    environment: String,
    /// The agent.
    agent: String,
    /// The release that a rollback would bring back.
    to: ReleaseName,
    /// How long that takes, seconds.
    seconds: f64,
    /// How long it may take, seconds.
    limit_seconds: f64,
    /// Whether that is enough.
    passed: bool,
}

/// Drills.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let begun = context.clock.monotonic();
    let repository = context.repository()?;
    let head = repository.head()?;
    let unit = match UnitOf::read(context, repository, &head, &args.agent, &args.environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let asked = rollback::Args::drill(&args.agent, &args.environment);
    let (plan, findings) = match plan(context, &unit, &head, &Aim::Further, &asked)? {
        Ok(found) => found,
        Err(findings) => return Ok(Report::default().with_findings(findings, Default::default())),
    };
    let seconds = context.clock.monotonic() - begun;
    let ready = !findings.iter().any(Finding::is_error);
    let passed = ready && seconds <= LIMIT;
    let recording = unit.recording(context, PushArgs::default())?;
    let environment = unit.environment();
    let fact = Fact::Decided(Decided {
        decision: DecisionKind::Rollback,
        tuple: plan.to.tuple,
        outcome: if passed { "drilled" } else { "drill failed" }.to_owned(),
        confidence: None,
        evidence: vec![row("seconds", seconds), row("limitSeconds", LIMIT)],
        overridden: None,
    });
    let draft = recording.draft(Some(environment), unit.agent.as_str(), fact);
    recording.record(&|_| Ok(vec![draft.clone()]))?;
    let text = format!(
        "a rollback of `{}` in `{environment}` to {} is ready after {seconds:.2} s of the {LIMIT} s that it may take\n",
        unit.agent, plan.to.version
    );
    let answer = Answer {
        environment: environment.to_string(),
        agent: unit.agent.to_string(),
        to: plan.to.clone(),
        seconds,
        limit_seconds: LIMIT,
        passed,
    };
    let mut report = Report::new(answer, text).with_findings(findings, Default::default());
    if !passed {
        report.exit = Some(EXIT_FINDINGS);
    }
    Ok(report)
}

fn row(fact: &str, value: f64) -> Evidence {
    Evidence {
        fact: fact.to_owned(),
        value: value.into(),
    }
}
