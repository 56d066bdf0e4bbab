//! `mark`: a person's verdict on a release.

use lockstep::model::Finding;
use lockstep::release::ledger::{Fact, Mark, MarkedVerdict, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

use super::ledger::PushArgs;
use super::unit::UnitOf;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Give a release a verdict.
///
/// A rollback goes back to the last release that was verified; nothing promotes a blocked one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The verdict.
    #[arg(value_enum, value_name = "VERDICT")]
    verdict: Word,
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    environment: String,
    /// The release, by label, tuple or environment commit; what runs by default.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    reason: String,
    #[command(flatten)]
    push: PushArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Word {
    /// It keeps its promises.
    Verified,
    /// It must not go on.
    Blocked,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// The environment.
    environment: String,
    /// The agent.
    agent: String,
    /// The verdict, and which release it is on.
    mark: Mark,
}

/// Marks.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let unit = match UnitOf::recorded(context, &args.agent, &args.environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let environment = unit.environment();
    let (recording, release) = match unit.recording_of(context, args.push, args.release.as_ref())? {
        Ok(found) => found,
        Err(report) => return Ok(*report),
    };
    if release.verdict == Verdict::Rollbacked {
        let message = format!("`{}` was rolled back: that verdict stays", release.release.version);
        let finding = Finding::error("blocked-release", message).help("release it again, and judge that release");
        return Ok(Report::default().with_findings(vec![unit.about(finding)], Default::default()));
    }
    let verdict = match args.verdict {
        Word::Verified => MarkedVerdict::Verified,
        Word::Blocked => MarkedVerdict::Blocked,
    };
    let mark = Mark {
        verdict,
        release: release.release.clone(),
        reason: args.reason.clone(),
    };
    let draft = recording.draft(Some(environment), unit.agent.as_str(), Fact::Marked(mark.clone()));
    recording.record(&|_| Ok(vec![draft.clone()]))?;
    let word = Verdict::from(verdict).as_str();
    let text = format!(
        "`{}` {} is {word} in `{environment}`\n",
        unit.agent, mark.release.version
    );
    let answer = Answer {
        environment: environment.to_string(),
        agent: unit.agent.to_string(),
        mark,
    };
    Ok(Report::new(answer, text).with_findings(recording.unpushed()?, Default::default()))
}
