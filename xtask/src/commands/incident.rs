//! `incident open` and `incident close`: what went wrong in the field, for the ledger.

pub(super) mod answer;

use lockstep::model::{AgentName, EnvironmentName};
use lockstep::prompts::retro::scrubbed;
use lockstep::release::ledger::{EventKind, Fact, Incident, IncidentEnd, IncidentSeverity};
use lockstep::release::rollback::{Aim, Past, aims};
use lockstep::workspace::Workspace;

use super::branches::delivery_repository;
use super::dry::is_outline;
use super::ledger::{PushArgs, Recording, View};
use super::selection;
use super::unit::UnitOf;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Record what went wrong in the field.
///
/// After an incident the next promotion of the agent waits for its retrospective: `retro draft`, `retro finish`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Open(OpenArgs),
    Close(CloseArgs),
}

/// Record that something goes wrong.
#[derive(Debug, clap::Args)]
struct OpenArgs {
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    environment: String,
    /// How bad it is.
    #[arg(long, value_enum, ignore_case = true, value_name = "SEVERITY")]
    severity: Severity,
    /// What users notice.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    summary: String,
    /// The release, by label, tuple or environment commit; what runs by default.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Its name, for example a ticket; agent, day and minute by default.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    push: PushArgs,
}

/// Record that it is over.
#[derive(Debug, clap::Args)]
struct CloseArgs {
    /// The incident.
    #[arg(value_name = "ID")]
    id: String,
    /// What it came from.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    cause: String,
    /// Why it is over.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    reason: String,
    #[command(flatten)]
    push: PushArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Severity {
    /// Everyone, within 15 minutes: roll back, or mend it at once.
    P0,
    /// The core team, within an hour.
    P1,
    /// Within four hours of working time.
    P2,
    /// On the next working day.
    P3,
}

impl From<Severity> for IncidentSeverity {
    fn from(severity: Severity) -> IncidentSeverity {
        match severity {
            Severity::P0 => IncidentSeverity::P0,
            Severity::P1 => IncidentSeverity::P1,
            Severity::P2 => IncidentSeverity::P2,
            Severity::P3 => IncidentSeverity::P3,
        }
    }
}

/// Records.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Open(args) => open(context, &args),
        What::Close(args) => close(context, &args),
    }
}

fn open(context: &Context, args: &OpenArgs) -> Result<Report, Failure> {
    if let Some(id) = args.id.as_ref().filter(|id| !Incident::is_name(id)) {
        let failure = Failure::new(FailureKind::Usage, format!("`{id}` is no name of an incident"));
        return Err(failure.hint("write letters, digits, `.`, `_` and `-`"));
    }
    let unit = match UnitOf::recorded(context, &args.agent, &args.environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let environment = unit.environment();
    let (recording, release) = match unit.recording_of(context, args.push, args.release.as_ref())? {
        Ok(found) => found,
        Err(report) => return Ok(*report),
    };
    let since = recording.time;
    let events = recording.record(&|view| {
        let known = all(view, unit.workspace())?;
        let taken: Vec<String> = known.into_iter().map(|(_, _, incident)| incident.id).collect();
        let id = match &args.id {
            Some(id) if taken.contains(id) => {
                return Err(Failure::new(
                    FailureKind::Usage,
                    format!("there is an incident `{id}` already"),
                ));
            }
            Some(id) => id.clone(),
            None => Incident::name(&unit.agent, since, &taken),
        };
        let incident = Incident {
            id,
            severity: args.severity.into(),
            summary: scrubbed(&args.summary),
            release: Some(release.release.clone()),
            since,
            end: None,
        };
        let fact = Fact::Incident(incident);
        Ok(vec![recording.draft(Some(environment), unit.agent.as_str(), fact)])
    })?;
    let (_, places) = recording.ledger.view()?.agent(unit.workspace(), &unit.agent)?;
    let can_go_back = aims(&Past::new(&places, environment), &unit.agent, &Aim::Earlier).is_ok();
    let report = answer::opened(&events[0].event, environment, &unit.agent, can_go_back);
    Ok(report.with_findings(recording.unpushed()?, Default::default()))
}

fn close(context: &Context, args: &CloseArgs) -> Result<Report, Failure> {
    let repository = context.repository()?;
    let head = repository.head()?;
    let loaded = context.load_commit(&*repository, &head, &is_outline)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let recording = Recording::begin(context, &*repository, &*delivery, workspace, args.push)?;
    let end = IncidentEnd {
        until: recording.time,
        cause: scrubbed(&args.cause),
        reason: scrubbed(&args.reason),
    };
    let events = recording.record(&|view| {
        let (environment, agent, incident) = find(view, workspace, &args.id)?;
        if !incident.is_open() {
            return Ok(Vec::new());
        }
        let fact = Fact::Incident(Incident {
            end: Some(end.clone()),
            ..incident
        });
        Ok(vec![recording.draft(Some(&environment), agent.as_str(), fact)])
    })?;
    let (environment, agent, incident) = find(&recording.ledger.view()?, workspace, &args.id)?;
    let report = answer::closed(&environment, &agent, &incident, !events.is_empty());
    Ok(report.with_findings(recording.unpushed()?, Default::default()))
}

/// Every incident, and where it is. Only units that ever had one are read.
pub(super) fn all(
    view: &View<'_>,
    workspace: &Workspace,
) -> Result<Vec<(EnvironmentName, AgentName, Incident)>, Failure> {
    let mut found = Vec::new();
    for environment in &view.places(workspace)? {
        let units = view.units_with(environment, EventKind::Incident)?;
        let asked: Vec<_> = units.iter().map(|unit| (Some(environment), unit.as_str())).collect();
        for (unit, history) in units.iter().zip(view.units(&asked)?) {
            let Ok(agent) = AgentName::new(unit) else { continue };
            let own = history.incidents().into_iter();
            found.extend(own.map(|incident| (environment.clone(), agent.clone(), incident)));
        }
    }
    Ok(found)
}

/// The incident of a name.
pub(super) fn find(
    view: &View<'_>,
    workspace: &Workspace,
    id: &str,
) -> Result<(EnvironmentName, AgentName, Incident), Failure> {
    let mut all = all(view, workspace)?;
    match all.iter().position(|(_, _, incident)| incident.id == id) {
        Some(position) => Ok(all.swap_remove(position)),
        None if all.is_empty() => Err(Failure::new(FailureKind::Usage, "the ledger knows no incident")),
        None => {
            let known = all.iter().map(|(_, _, incident)| incident.id.as_str());
            Err(selection::unknown_of_many("incident", id, known))
        }
    }
}
