//! `hold`: nothing releases a unit until somebody resumes it.

use std::sync::Arc;

use lockstep::model::{Finding, Severity, one_line};
use lockstep::release::ledger::{Fact, Reason};
use lockstep::release::rollback::hold_text;
use lockstep::release::{self, unfinished_rollback};
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;

use super::dry::Target;
use super::ledger::PushArgs;
use super::reason;
use super::remote::sends;
use super::tries::Tries;
use super::unit::UnitOf;
use super::verified::Verifier;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, TreeChange};
use crate::report::Report;

/// Stop releases of an agent to an environment.
///
/// The ledger's event binds at once, in every clone that has it; the file under `holds/` says the same to people.
/// Only `resume` ends it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent.
    #[arg(value_name = "AGENT")]
    pub(super) agent: String,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    pub(super) environment: String,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    pub(super) reason: String,
    /// Commit the file to this branch instead of the current one.
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,
    #[command(flatten)]
    pub(super) push: PushArgs,
}

/// Holds.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    change(context, &args, Turn::Hold)
}

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Hold,
    Resume,
}

/// What `hold` and `resume` answer.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// The environment.
    environment: String,
    /// The agent.
    agent: String,
    /// Whether it is held now.
    held: bool,
    /// Whether that is new.
    changed: bool,
    /// The commit that wrote the file, or took it away.
    commit: Option<GitId>,
    /// Whether the remote has the event.
    pushed: bool,
}

/// Holds or resumes: first the ledger, which binds at once, then the file.
pub(super) fn change(context: &Context, args: &Args, turn: Turn) -> Result<Report, Failure> {
    reason::fit_to_record(&args.reason)?;
    let repository = context.repository()?;
    let mut target = Target::new(&*repository, args.branch.as_deref())?;
    let unit = match UnitOf::read_held(context, repository, &target.base, &args.agent, &args.environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let recording = unit.recording(context, args.push)?;
    if turn == Turn::Resume
        && let Some(finding) = unfinished(context, &unit, &target)?
    {
        return Ok(Report::of_findings(vec![finding], Default::default()));
    }
    let ledger = &recording.ledger;
    let environment = unit.environment();
    let verifier = Verifier::new(context, &*unit.repository, unit.workspace(), None)?;
    let hold = || Ok::<_, Failure>(unit.believed(context, &verifier)?.hold());
    let events = ledger.append(&|_| {
        let is_held = hold()?.is_some();
        let reason = Reason {
            reason: args.reason.clone(),
        };
        let fact = match turn {
            Turn::Hold => Fact::Held(reason),
            Turn::Resume => Fact::Resumed(reason),
        };
        let draft = recording.draft(Some(environment), unit.agent.as_str(), fact);
        Ok(if is_held == (turn == Turn::Hold) {
            Vec::new()
        } else {
            vec![draft]
        })
    })?;
    let hold = hold()?;
    let mut tries = Tries::default();
    let commit = loop {
        match write_file(context, &unit, &target, args, turn, hold.as_ref()) {
            // somebody committed meanwhile: the file goes on top of that
            Err(failure) if tries.again(context, &failure) => {
                target = Target::new(&*unit.repository, Some(target.branch()))?;
            }
            result => break result,
        }
    };
    let commit = match commit {
        Ok(commit) => commit,
        Err(failure) => {
            // the ledger has it, and others are to hear of it whatever is the matter with the file
            let shared = recording.share();
            return Err(failure.hint(left(&unit, turn, shared.unwrap_or_default())));
        }
    };
    let pushed = recording.share()?;
    let changed = commit.is_some() || !events.is_empty();
    let answer = Answer {
        environment: environment.to_string(),
        agent: unit.agent.to_string(),
        held: turn == Turn::Hold,
        changed,
        pushed,
        commit: commit.clone(),
    };
    let word = if turn == Turn::Hold {
        "held"
    } else {
        "free to be released"
    };
    let already = if changed { "is" } else { "was already" };
    let standing = hold.filter(|_| turn == Turn::Hold && !changed);
    let standing = standing
        .map(|hold| standing_text(&hold, &args.reason))
        .unwrap_or_default();
    let text = format!("`{}` {already} {word} in `{environment}`{standing}\n", unit.agent);
    let mut report = Report::new(answer, text).with_findings(recording.unpushed()?, Default::default());
    if commit.is_some() {
        let why = format!("take the file on `{}` along", target.branch());
        let delivery = &unit.workspace().fleet.delivery;
        report.next.extend(target.sends(&*unit.repository, delivery, &why));
    }
    if changed && !args.push.push {
        let remote = &unit.workspace().fleet.delivery.remote;
        let sends = sends(&*unit.delivery, remote, layout::ledger::BRANCH, "bind other clones");
        report.next.extend(sends);
    }
    Ok(report)
}

/// Since when a unit was already held and why; a second reason does not take the place of the first.
fn standing_text(hold: &HoldFile, reason: &str) -> String {
    let standing = format!(" since {} by {}: {}", hold.since, hold.by, one_line(&hold.reason));
    match one_line(&hold.reason) == one_line(reason) {
        true => standing,
        false => format!("{standing}\nthat stands, and the reason that was given now is not recorded: resume it first"),
    }
}

/// What is done, and what is left to do, where the file could not be written.
fn left(unit: &UnitOf, turn: Turn, shared: bool) -> String {
    let word = match turn {
        Turn::Hold => "hold",
        Turn::Resume => "resume",
    };
    let place = if shared { "everywhere" } else { "in this clone" };
    format!(
        "the ledger has the {word} of `{}`, which binds {place}; run it again when that is mended: it writes the file, and nothing twice",
        unit.agent
    )
}

/// A rollback that did not get as far as the release file: without the hold, the next release would undo it.
fn unfinished(context: &Context, unit: &UnitOf, target: &Target) -> Result<Option<Finding>, Failure> {
    let file = unit.release_file(&target.base)?;
    let rollback = release::unfinished(&unit.history(context)?, file.as_ref());
    let environment = unit.environment();
    Ok(rollback.map(|rollback| unfinished_rollback(environment, &unit.agent, &rollback, Severity::Error)))
}

fn write_file(
    context: &Context,
    unit: &UnitOf,
    target: &Target,
    args: &Args,
    turn: Turn,
    hold: Option<&HoldFile>,
) -> Result<Option<GitId>, Failure> {
    let environment = unit.environment();
    let path = layout::hold(environment, &unit.agent);
    let there = unit
        .repository
        .read(&target.base.id, std::slice::from_ref(&path))?
        .remove(0);
    let (bytes, verb) = match (turn, there) {
        // as the ledger has it, so that a run that was killed in between writes the same when it runs again
        (Turn::Hold, None) => (hold.map(|hold| Arc::from(hold_text(hold).into_bytes())), "Hold"),
        (Turn::Resume, Some(_)) => (None, "Resume"),
        (Turn::Hold, Some(_)) | (Turn::Resume, None) => return Ok(None),
    };
    let change = TreeChange::from([(path, bytes)]);
    let message = format!("{verb} {} in {environment}\n\n{}\n", unit.agent, args.reason.trim());
    let commit = target.commit(context, &*unit.repository, unit.workspace(), change, message)?;
    Ok(Some(commit))
}
