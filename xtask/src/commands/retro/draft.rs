//! `retro draft`: what the ledger knows of a release, for people to go on from.

use std::path::{Path, PathBuf};

use lockstep::artifact::TupleRecord;
use lockstep::release::ledger::{Incident, Recorded, Retrospective, UnitHistory};
use lockstep::release::retrospective::{Sources, draft, text};

use crate::commands::branches::{delivery_repository, units};
use crate::commands::dry::is_outline;
use crate::commands::evaluate::written::suites;
use crate::commands::incident::find;
use crate::commands::ledger::Ledger;
use crate::commands::unit::UnitOf;
use crate::context::{Context, below};
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;
use crate::report::Report;

/// Draft the retrospective of a release or an incident from the ledger: what changed, what happened when, which samples
/// failed. What only people know is left to fill in.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The incident that it is about.
    #[arg(long, value_name = "ID", conflicts_with_all = ["environment", "release"])]
    incident: Option<String>,
    /// The environment.
    #[arg(long, short, value_name = "NAME", required_unless_present = "incident")]
    environment: Option<String>,
    /// The release there, by label, tuple or environment commit; what runs by default.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Write it to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

/// Drafts.
pub(super) fn run(context: &Context, args: &Args) -> Result<Report, Failure> {
    let incident = match &args.incident {
        None => None,
        Some(id) => match incident(context, &args.agent, id)? {
            Ok(found) => Some(found),
            Err(report) => return Ok(*report),
        },
    };
    let (environment, incident) = match (incident, &args.environment) {
        (Some((environment, incident)), _) => (environment, Some(incident)),
        (None, Some(environment)) => (environment.clone(), None),
        (None, None) => return Err(Failure::new(FailureKind::Usage, "name an incident or an environment")),
    };
    let unit = match UnitOf::recorded(context, &args.agent, &environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let view = unit.ledger(context).view()?;
    let name = unit.environment();
    let agent = unit.agent.as_str();
    let histories = view.units(&[(Some(name), agent), (None, agent)])?;
    let of_incident = incident.as_ref().and_then(|incident| incident.release.as_ref());
    let wanted = of_incident
        .map(|release| release.commit.clone())
        .or(args.release.clone());
    let release = match unit.release(&histories[0], wanted.as_ref())? {
        Ok(release) => release,
        Err(finding) => return Ok(Report::of_findings(vec![*finding], Default::default())),
    };
    let samples = match &incident {
        Some(incident) => samples(context, &unit, incident)?,
        None => Vec::new(),
    };
    let drafted = drafted(&unit, &histories, &release, incident.as_ref(), &samples)?;
    let Some(file) = &args.into else {
        let text = text(&drafted, Some(0));
        return Ok(Report::new(drafted, text));
    };
    let text = text(&drafted, depth(context, file)?);
    let (path, shown) = (context.folder.join(file), file.display());
    if context.files.read(&path)?.is_some() {
        let failure = Failure::new(
            FailureKind::Usage,
            format!("`{shown}` is there already, and may be filled in"),
        );
        return Err(failure.hint(format!("cargo xtask retro finish {shown}")));
    }
    context.files.write(&path, text.as_bytes())?;
    let report = Report::new(drafted, format!("wrote {shown}: fill in what is empty\n"));
    Ok(report.next(format!("cargo xtask retro finish {shown}")))
}

/// How many folders below the root of the workspace a file is to be; nothing where it is elsewhere.
fn depth(context: &Context, file: &Path) -> Result<Option<usize>, Failure> {
    let path = below(&context.folder, file);
    let root = context.root()?;
    let below = path.strip_prefix(root).ok();
    Ok(below.map(|below| below.components().count().saturating_sub(1)))
}

/// What the ledger knows of a release, or of an incident: `histories` are those of the agent there and wherever it runs.
pub(super) fn drafted(
    unit: &UnitOf,
    histories: &[UnitHistory],
    release: &Recorded,
    incident: Option<&Incident>,
    samples: &[String],
) -> Result<Retrospective, Failure> {
    let before = record_before(unit, &histories[0], release)?;
    let record = record(unit, release)?;
    Ok(draft(&Sources {
        agent: &unit.agent,
        environment: unit.environment(),
        release,
        incident,
        here: &histories[0],
        everywhere: &histories[1],
        records: (record.as_ref(), before.as_ref()),
        samples,
    }))
}

/// An incident of the agent, and the environment that it is in.
fn incident(context: &Context, agent: &str, id: &str) -> Result<Result<(String, Incident), Box<Report>>, Failure> {
    let repository = context.repository()?;
    let loaded = context.load_commit(&*repository, &repository.head()?, &is_outline)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Err(Box::new(Report::of_findings(loaded.findings, loaded.tree))));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let view = Ledger::new(context, &*delivery, workspace).view()?;
    let (environment, of, incident) = find(&view, workspace, id)?;
    if of.as_str() != agent {
        let failure = Failure::new(FailureKind::Usage, format!("`{id}` is an incident of `{of}`"));
        return Err(failure.hint(format!("cargo xtask retro draft {of} --incident {id}")));
    }
    Ok(Ok((environment.to_string(), incident)))
}

/// What a release recorded of its tuple; nothing where its environment left the fleet, and its branch was deleted.
fn record(unit: &UnitOf, release: &Recorded) -> Result<Option<TupleRecord>, Failure> {
    if !unit.is_listed() && unit.delivery.resolve(&release.release.commit).is_err() {
        return Ok(None);
    }
    let commit = GitId(release.release.commit.clone());
    Ok(units(&*unit.delivery, &commit, &[unit.agent.as_str()])?
        .remove(0)
        .record())
}

/// The same of the release before it.
fn record_before(unit: &UnitOf, history: &UnitHistory, release: &Recorded) -> Result<Option<TupleRecord>, Failure> {
    let releases = history.releases();
    let commit = &release.release.commit;
    let position = releases.iter().position(|other| other.release.commit == *commit);
    match position.and_then(|position| releases.get(position.checked_sub(1)?)) {
        Some(before) => record(unit, before),
        None => Ok(None),
    }
}

/// Cases that `retro add` made of samples of an incident.
fn samples(context: &Context, unit: &UnitOf, incident: &Incident) -> Result<Vec<String>, Failure> {
    let origin = format!("incident/{}", incident.id);
    let mut found = Vec::new();
    for (path, suite) in suites(context, &unit.agent)? {
        let own = suite.cases.iter().filter(|case| case.origin.as_ref() == Some(&origin));
        found.extend(own.map(|case| format!("{path}: {}", case.id)));
    }
    Ok(found)
}
