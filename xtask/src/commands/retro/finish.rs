//! `retro finish`: a retrospective that leaves nothing open, for the ledger.

use std::path::PathBuf;

use lockstep::model::{FileTree, Finding};
use lockstep::prompts::retro;
use lockstep::release::ledger::{Fact, Retrospective, UnitHistory};
use lockstep::release::retrospective::read;

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
    let bytes = context.files.read(&context.folder.join(&args.file))?;
    let bytes = bytes.ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("there is no `{shown}`"))
            .hint("begin one: `cargo xtask retro draft <agent> --incident <id> --into retro.yaml`")
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
    let history = view.unit(Some(&learnt.environment), learnt.agent.as_str())?;
    findings.extend(against(&learnt, &history, &unit)?.map(|finding| finding.in_file(&shown)));
    if !findings.is_empty() {
        return Ok(Report::of_findings(findings, sources));
    }
    let fact = Fact::Retrospective(learnt.clone());
    let draft = recording.draft(Some(&learnt.environment), learnt.agent.as_str(), fact.clone());
    let events = recording.record(&|view| {
        let history = view.unit(Some(&learnt.environment), learnt.agent.as_str())?;
        let is_there = history.facts().any(|(_, there)| *there == fact);
        Ok(if is_there { Vec::new() } else { vec![draft.clone()] })
    })?;
    let what = learnt
        .incident
        .as_ref()
        .map_or("the release".to_owned(), |id| format!("`{id}`"));
    let already = if events.is_empty() { "was already" } else { "is" };
    let text = format!("the retrospective of {what} {already} recorded\n");
    Ok(Report::new(learnt, text).with_findings(recording.unpushed()?, Default::default()))
}

/// What the ledger says against it.
fn against(learnt: &Retrospective, history: &UnitHistory, unit: &UnitOf) -> Result<Option<Finding>, Failure> {
    if let Some(id) = &learnt.incident {
        let incidents = history.incidents();
        let incident = incidents.iter().find(|incident| incident.id == *id).ok_or_else(|| {
            let known = incidents.iter().map(|incident| incident.id.as_str());
            selection::unknown("incident", id, known)
        })?;
        if incident.is_open() {
            let help = format!("cargo xtask incident close {id} --cause \"…\" --reason \"…\"");
            let finding = Finding::error("open-incident", format!("`{id}` goes on")).help(help);
            return Ok(Some(unit.about(finding)));
        }
    }
    match &learnt.release {
        Some(release) => {
            let known = unit.release(history, Some(&release.commit))?;
            Ok(known.err().map(|finding| *finding))
        }
        None if learnt.incident.is_some() => Ok(None),
        None => {
            let message = "it names neither a release nor an incident";
            Ok(Some(unit.about(Finding::error("unfinished-retrospective", message))))
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
