//! `retro finish`: a retrospective that leaves nothing open, for the ledger.

use std::path::PathBuf;

use lockstep::model::{FileTree, Finding};
use lockstep::prompts::retro::without_secrets;
use lockstep::release::ledger::{Draft, Fact, Retrospective, UnitHistory};
use lockstep::release::retrospective::read;

use crate::commands::ledger::operator;
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
    /// Look at the remote first, and push the ledger.
    #[arg(long)]
    push: bool,
}

/// Records.
pub(super) fn run(context: &Context, args: &Args) -> Result<Report, Failure> {
    let shown = args.file.display().to_string();
    let bytes = context.files.read(&context.folder.join(&args.file))?;
    let bytes = bytes.ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("there is no file `{shown}`"))
            .hint("begin one: `cargo xtask retro draft <agent> --incident <id> --output retro.yaml`")
    })?;
    let mut sources = FileTree::default();
    sources.insert(shown.clone(), &bytes[..]);
    let (learnt, mut findings) = read(&shown, &bytes);
    let Some(learnt) = learnt.map(scrubbed) else {
        return Ok(Report::of_findings(findings, sources));
    };
    let repository = context.repository()?;
    let head = repository.head()?;
    let names = (learnt.agent.as_str(), learnt.environment.as_str());
    let unit = match UnitOf::read(context, repository, &head, names.0, names.1)? {
        Ok(unit) => unit,
        Err(loaded) => return Ok(Report::of_findings(loaded.findings, loaded.tree)),
    };
    if args.push {
        unit.remote(context).fetch()?;
    }
    let ledger = unit.ledger(context);
    let history = ledger.view()?.unit(Some(&unit.environment().name), names.0)?;
    findings.extend(against(&learnt, &history, &unit)?.map(|finding| finding.in_file(&shown)));
    if !findings.is_empty() {
        return Ok(Report::of_findings(findings, sources));
    }
    let fact = Fact::Retrospective(learnt.clone());
    let draft = Draft {
        environment: Some(learnt.environment.clone()),
        unit: learnt.agent.to_string(),
        time: ledger.now(),
        by: operator(&*unit.repository, unit.workspace())?,
        fact: fact.clone(),
    };
    let events = ledger.append(&|view| {
        let history = view.unit(Some(&learnt.environment), learnt.agent.as_str())?;
        let is_there = history.facts().any(|(_, there)| *there == fact);
        Ok(if is_there { Vec::new() } else { vec![draft.clone()] })
    })?;
    if args.push {
        unit.remote(context).push(&[])?;
    }
    let what = learnt
        .incident
        .as_ref()
        .map_or("the release".to_owned(), |id| format!("`{id}`"));
    let already = if events.is_empty() { "was already" } else { "is" };
    let text = format!("the retrospective of {what} {already} recorded\n");
    Ok(Report::new(learnt, text))
}

/// What the ledger says against it.
fn against(learnt: &Retrospective, history: &UnitHistory, unit: &UnitOf) -> Result<Option<Finding>, Failure> {
    if let Some(id) = &learnt.incident {
        let incidents = history.incidents();
        let incident = incidents.iter().find(|incident| incident.id == *id).ok_or_else(|| {
            let known = incidents.iter().map(|incident| incident.id.as_str());
            selection::unknown("incident", id, known)
        })?;
        let help = format!("cargo xtask incident close {id} --cause \"…\" --reason \"…\"");
        return Ok(incident
            .is_open()
            .then(|| unit.about(Finding::error("open-incident", format!("`{id}` goes on")).help(help))));
    }
    let Some(release) = &learnt.release else {
        let message = "it names neither a release nor an incident";
        return Ok(Some(unit.about(Finding::error("unfinished-retrospective", message))));
    };
    Ok(unit
        .release(history, Some(&release.commit))
        .err()
        .map(|finding| *finding))
}

/// What people wrote, without secrets.
fn scrubbed(learnt: Retrospective) -> Retrospective {
    let mut learnt = learnt;
    let texts = [&mut learnt.impact, &mut learnt.cause].into_iter();
    let texts = texts.chain(&mut learnt.conclusions).chain(&mut learnt.failed_samples);
    for text in texts.chain(learnt.actions.iter_mut().map(|action| &mut action.what)) {
        *text = without_secrets(text);
    }
    learnt
}
