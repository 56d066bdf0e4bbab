//! `retro finish`: a retrospective that leaves nothing open, for the ledger.

use std::path::PathBuf;

use lockstep::model::{FileTree, Finding};
use lockstep::prompts::retro;
use lockstep::release::ledger::{Fact, Incident, Recorded, Retrospective, UnitHistory, name_of};
use lockstep::release::retrospective::{altered, misplaced, read};

use super::draft::drafted;
use crate::commands::incident;
use crate::commands::ledger::PushArgs;
use crate::commands::selection;
use crate::commands::unit::UnitOf;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Record a retrospective in the ledger. Nothing in it may be empty, and its incident must be over.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file that `retro draft` began.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    push: PushArgs,
}

/// Records.
pub(super) fn run(context: &Context, args: &Args) -> Result<Report, Failure> {
    let shown = args.file.display().to_string();
    let bytes = context.files.read_named(&context.folder.join(&args.file))?;
    let bytes = bytes.ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("there is no `{shown}`"))
            .hint("begin one: `cargo xtask retro draft <agent> --incident <id> --into retro-<id>.yaml`")
    })?;
    let mut sources = FileTree::default();
    sources.insert(shown.clone(), &bytes[..]);
    let (learnt, mut findings) = read(&shown, &bytes);
    let Some(learnt) = learnt.map(scrubbed) else {
        return Ok(Report::of_findings(findings, sources));
    };
    let unit = match UnitOf::recorded(context, learnt.agent.as_str(), learnt.environment.as_str())? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let recording = unit.recording(context, args.push)?;
    let view = recording.ledger.view()?;
    let places = [
        (Some(&learnt.environment), learnt.agent.as_str()),
        (None, learnt.agent.as_str()),
    ];
    let histories = view.units(&places)?;
    if let Some(id) = &learnt.incident
        && !histories[0].incidents().iter().any(|incident| incident.id == *id)
    {
        let (environment, agent, _) = incident::find(&view, unit.workspace(), id)?;
        findings.extend(misplaced(&learnt, (&environment, &agent), (&shown, &bytes)));
        return Ok(Report::of_findings(findings, sources));
    }
    match subject(&learnt, &histories[0], &unit)? {
        Err(finding) => findings.push(finding.in_file(&shown)),
        Ok((release, incident)) => {
            let drafted = drafted(&unit, &histories, &release, incident.as_ref(), &[])?;
            let end = incident.as_ref().and_then(|incident| incident.end.as_ref());
            let over = end.map_or(release.time, |end| end.until);
            findings.extend(altered(&learnt, &drafted, over, (&shown, &bytes)));
        }
    }
    if !findings.is_empty() {
        return Ok(Report::of_findings(findings, sources));
    }
    let fact = Fact::Retrospective(learnt.clone());
    let earlier = histories[0].facts().filter_map(|(event, there)| match there {
        Fact::Retrospective(other) if is_of_same(other, &learnt) && *there != fact => Some(event),
        _ => None,
    });
    let earlier = earlier
        .last()
        .map(|event| format!("it corrects that of {} by {}", event.time, name_of(&event.by)));
    let draft = recording.draft(Some(&learnt.environment), learnt.agent.as_str(), fact.clone());
    let events = recording.record(&|view| {
        let history = view.unit(Some(&learnt.environment), learnt.agent.as_str())?;
        let is_there = history.facts().any(|(_, there)| *there == fact);
        Ok(if is_there { Vec::new() } else { vec![draft.clone()] })
    })?;
    let what = match (&learnt.incident, &learnt.release) {
        (Some(id), _) => format!("`{id}`"),
        (None, Some(release)) => format!("{}", release.version),
        (None, None) => "the release".to_owned(),
    };
    let already = if events.is_empty() { "was already" } else { "is" };
    let text = format!("the retrospective of {what} {already} recorded\n");
    let mut report = Report::new(learnt, text).with_findings(recording.unpushed()?, Default::default());
    report.notes.extend(earlier.filter(|_| !events.is_empty()));
    Ok(report)
}

/// Whether both are about the same incident, or else about the same release.
fn is_of_same(one: &Retrospective, other: &Retrospective) -> bool {
    one.incident == other.incident && (one.incident.is_some() || one.release == other.release)
}

/// The release and the incident that it is about, as the ledger knows them; or why it can be about neither.
fn subject(
    learnt: &Retrospective,
    history: &UnitHistory,
    unit: &UnitOf,
) -> Result<Result<(Recorded, Option<Incident>), Finding>, Failure> {
    let mut incidents = history.incidents();
    let incident = match &learnt.incident {
        None => None,
        Some(id) => {
            let known = incidents
                .iter()
                .position(|incident| incident.id == *id)
                .ok_or_else(|| {
                    let known = incidents.iter().map(|incident| incident.id.as_str());
                    selection::unknown("incident", id, known)
                })?;
            Some(incidents.swap_remove(known))
        }
    };
    if let Some(incident) = incident.as_ref().filter(|incident| incident.is_open()) {
        let id = &incident.id;
        let help = format!("cargo xtask incident close {id} --cause \"…\" --reason \"…\"");
        let finding = Finding::error("open-incident", format!("`{id}` goes on")).help(help);
        return Ok(Err(unit.about(finding)));
    }
    let bound = incident.as_ref().and_then(|incident| incident.release.as_ref());
    match bound.or(learnt.release.as_ref()) {
        Some(release) => {
            let known = unit.release(history, Some(&release.commit))?;
            Ok(known.map(|release| (release, incident)).map_err(|finding| *finding))
        }
        None => {
            let message = "it names neither a release nor an incident that binds one";
            Ok(Err(unit.about(Finding::error("unfinished-retrospective", message))))
        }
    }
}

/// What people wrote, without secrets and personal data.
fn scrubbed(learnt: Retrospective) -> Retrospective {
    let mut learnt = learnt;
    let texts = [&mut learnt.impact, &mut learnt.cause].into_iter();
    let texts = texts.chain(&mut learnt.conclusions).chain(&mut learnt.failed_samples);
    for text in texts.chain(learnt.actions.iter_mut().map(|action| &mut action.what)) {
        *text = retro::scrubbed(text);
    }
    learnt
}
