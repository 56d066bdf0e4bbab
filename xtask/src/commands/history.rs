//! `history`: what happened, from the ledger.

mod change_log;

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, Finding, one_line};
use lockstep::release::change_log::LoggedRelease;
use lockstep::release::history::{ReleaseLog, SlaResult, VersionMetadata, release_log, sla_results, summary, versions};
use lockstep::release::ledger::{Event, Incident, UnitHistory, name_of};
use lockstep::report::Table;
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;

use super::answers::{Shape, shape};
use super::branches::delivery_repository;
use super::dry::is_outline;
use super::ledger::{Ledger, View};
use super::selection;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Show what happened to an agent, or to all of them.
///
/// `--format json` has the events and, made of them, the release log, version metadata, what gates measured, and incidents.
/// `--changes` is the change log: what each release changed in the tuple, the latest first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent; all of them by default.
    #[arg(value_name = "AGENT")]
    agent: Option<String>,
    /// Only in these environments.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Show what each release changed instead of events.
    #[arg(long)]
    changes: bool,
    /// Show at most this many of the latest events, or with `--changes` of the latest releases in each environment.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// What `history` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// What happened, the earliest first.
    events: Vec<Event>,
    /// Each release in a line.
    release_log: Vec<ReleaseLog>,
    /// What is known of each version.
    versions: Vec<VersionMetadata>,
    /// What gates measured.
    sla_results: Vec<SlaResult>,
    /// What went wrong in the field.
    incidents: Vec<Incident>,
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[shape::<Answer>(), shape::<Vec<LoggedRelease>>()];

/// Shows.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let repository = context.repository()?;
    let head = repository.head()?;
    let loaded = context.load_commit(&*repository, &head, &is_outline)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let view = Ledger::new(context, &*delivery, workspace).view()?;
    let environments = selection::environments(workspace, &args.environment)?;
    let names = environments.into_iter().map(|environment| Some(&environment.name));
    let names: Vec<Option<&EnvironmentName>> = match args.environment.is_empty() {
        true => names.chain([None]).collect(),
        false => names.collect(),
    };
    let histories = histories(&view, &names, args.agent.as_deref())?;
    if let (Some(agent), true) = (&args.agent, histories.is_empty()) {
        let known = repository.folder(&head.id, layout::AGENTS)?;
        if !known.contains_key(agent) {
            return Err(selection::unknown("agent", agent, known.keys().map(String::as_str)));
        }
    }
    match args.changes {
        true => change_log::report(&*delivery, &histories, args.limit),
        false => Ok(answer(context, &histories, args.limit)),
    }
}

/// Whose history it is.
struct Place<'a> {
    environment: Option<&'a EnvironmentName>,
    unit: String,
}

/// The histories of units that have one.
fn histories<'a>(
    view: &View<'_>,
    environments: &[Option<&'a EnvironmentName>],
    agent: Option<&str>,
) -> Result<Vec<(Place<'a>, UnitHistory)>, Failure> {
    let mut places = Vec::new();
    for environment in environments {
        let names = match agent {
            Some(agent) => vec![agent.to_owned()],
            None => view.names(*environment)?,
        };
        let environment = *environment;
        places.extend(names.into_iter().map(|unit| Place { environment, unit }));
    }
    let asked: Vec<_> = places
        .iter()
        .map(|place| (place.environment, place.unit.as_str()))
        .collect();
    let found = view.units(&asked)?;
    Ok(places
        .into_iter()
        .zip(found)
        .filter(|(_, history)| !history.events.is_empty() || !history.findings.is_empty())
        .collect())
}

fn answer(context: &Context, histories: &[(Place<'_>, UnitHistory)], limit: usize) -> Report {
    let mut events: Vec<&Event> = histories
        .iter()
        .flat_map(|(_, history)| history.facts().map(|(event, _)| event))
        .collect();
    events.sort_by_key(|event| (event.time, event.sequence));
    let agents = || {
        let agents = histories
            .iter()
            .filter(|(place, _)| AgentName::new(&place.unit).is_ok());
        agents.map(|(place, history)| (place.unit.as_str(), history))
    };
    let several = histories
        .iter()
        .map(|(place, _)| &place.unit)
        .collect::<BTreeSet<_>>()
        .len()
        > 1;
    let mut table = Table::new(if several {
        &["time", "environment", "agent", "event", "what", "by"]
    } else {
        &["time", "environment", "event", "what", "by"]
    });
    let told: Vec<&&Event> = events
        .iter()
        .filter(|event| AgentName::new(&event.unit).is_ok())
        .collect();
    let left_out = told.len().saturating_sub(limit);
    for event in told.iter().skip(left_out) {
        let name = name_of(&event.by);
        let place = event.environment.as_ref().map_or("-".to_owned(), ToString::to_string);
        let mut row = vec![event.time.to_string(), place];
        row.extend(several.then(|| event.unit.clone()));
        let what = one_line(&summary(&event.fact));
        row.extend([event.kind().as_str().to_owned(), what, name.to_owned()]);
        table.row(row);
    }
    let mut text = if table.is_empty() {
        "nothing is recorded\n".to_owned()
    } else {
        context.table(&table)
    };
    if left_out > 0 {
        text.push_str(&format!(
            "  {left_out} earlier events: `--limit {}` shows them\n",
            told.len()
        ));
    }
    let incidents: Vec<Incident> = histories.iter().flat_map(|(_, history)| history.incidents()).collect();
    for incident in incidents.iter().filter(|incident| incident.is_open()) {
        text.push_str(&format!(
            "  open: {} ({}): {}\n",
            incident.id, incident.severity, incident.summary
        ));
    }
    let findings: Vec<Finding> = histories
        .iter()
        .flat_map(|(_, history)| history.findings.clone())
        .collect();
    let answer = Answer {
        release_log: agents()
            .flat_map(|(unit, history)| release_log(unit, history))
            .collect(),
        versions: agents().flat_map(|(unit, history)| versions(unit, history)).collect(),
        sla_results: agents().flat_map(|(_, history)| sla_results(history)).collect(),
        events: events.into_iter().cloned().collect(),
        incidents,
    };
    Report::new(answer, text).with_findings(findings, Default::default())
}
