//! `history`: what happened, from the ledger.

mod change_log;

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, Digest, EnvironmentName, one_line};
use lockstep::release::change_log::LoggedRelease;
use lockstep::release::history::{ReleaseLog, SlaResult, VersionMetadata, release_log, sla_results, summary, versions};
use lockstep::release::ledger::{Event, Incident, ShownEvent, UnitHistory, name_of};
use lockstep::release::rollback::Past;
use lockstep::report::Table;
use lockstep::workspace::{Workspace, layout};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::answers::{Shape, shape};
use super::branches::delivery_repository;
use super::dry::is_outline;
use super::ledger::{Doubts, Ledger, View, judged, on_branch};
use super::selection;
use crate::context::{Context, Format};
use crate::failure::{Failure, FailureKind};
use crate::ports::Repository;
use crate::report::Report;

/// Show what happened to an agent, or to all of them.
///
/// `--format json` has the events and, made of them, the release log, version metadata, what gates measured, and incidents.
/// `--changes` is the change log: what each release changed in the tuple, the latest first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, or `_environment` for what environments have of their own; all agents by default.
    #[arg(value_name = "AGENT")]
    agent: Option<String>,
    /// Only in these environments; one that left the fleet is known by its old name.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Show what each release changed instead of events.
    #[arg(long)]
    changes: bool,
    /// Show at most this many of the latest events, or with `--changes` of the latest releases in each environment.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::count::count)]
    limit: usize,
}

/// What `history` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// What happened, the earliest first.
    events: Vec<ShownEvent>,
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
    let known = view.environments()?;
    let gone = gone(workspace, &known, &args.environment);
    let is_left = |name: &&String| gone.iter().all(|gone| gone.as_str() != name.as_str());
    let named: Vec<String> = args.environment.iter().filter(is_left).cloned().collect();
    let names: Vec<Option<&EnvironmentName>> = match (args.environment.is_empty(), named.is_empty()) {
        (true, _) => selection::listed(workspace, &[])?
            .into_iter()
            .map(Some)
            .chain([None])
            .collect(),
        (false, true) => gone.into_iter().map(Some).collect(),
        (false, false) => selection::listed(workspace, &named)?
            .into_iter()
            .chain(gone)
            .map(Some)
            .collect(),
    };
    // people see the latest; programs and the change log get all there is
    let most = match (context.format, args.changes) {
        (Format::Json, _) | (_, true) => usize::MAX,
        _ => args.limit,
    };
    let histories = histories(&view, &names, args.agent.as_deref(), most)?;
    if let (Some(agent), true) = (&args.agent, histories.is_empty()) {
        let known = repository.folder(&head.id, layout::AGENTS)?;
        if !known.contains_key(agent) && !view.knows(agent)? {
            return Err(selection::unknown("agent", agent, known.keys().map(String::as_str)));
        }
    }
    if args.changes {
        if args.agent.as_deref() == Some(layout::ENVIRONMENT_UNIT) {
            let message = "the change log is about agents: what an environment has of its own has no tuple";
            let hint = format!("see its events: `cargo xtask history {}`", layout::ENVIRONMENT_UNIT);
            return Err(Failure::new(FailureKind::Usage, message).hint(hint));
        }
        return change_log::report(&*delivery, &histories, args.limit);
    }
    let shown = match most {
        usize::MAX => all(&histories),
        most => last(&histories, args.agent.as_deref(), most),
    };
    let place = (&*repository, &*delivery);
    let doubts = Doubts::of(context, place, workspace, &view, shown.iter().copied())?;
    let mut report = match context.format {
        Format::Json => {
            let versions = all_versions(context, place, workspace, &view, &histories)?;
            let mut report = Report::new(answer(&histories, versions), "");
            // by all threads: there may be thousands
            let events: Vec<Value> = shown.par_iter().map(|told| json!(doubts.shown(told))).collect();
            report.result["events"] = events.into();
            report
        }
        _ => Report::default(),
    };
    report.text = text(
        context,
        &histories,
        &last(&histories, args.agent.as_deref(), args.limit),
        &doubts,
    );
    report.findings = histories.into_iter().flat_map(|known| known.history.findings).collect();
    report.notes = doubts.notes();
    Ok(report)
}

/// Of the environments that are named, those that left the fleet or have another name now: the ledger goes on knowing them.
fn gone<'k>(workspace: &Workspace, known: &'k [EnvironmentName], named: &[String]) -> Vec<&'k EnvironmentName> {
    let is_named = |name: &&EnvironmentName| named.iter().any(|named| named == name.as_str());
    let is_gone = |name: &&EnvironmentName| !workspace.fleet.environments.contains(name);
    known.iter().filter(is_named).filter(is_gone).collect()
}

/// What is known of a unit somewhere.
struct Known<'a> {
    environment: Option<&'a EnvironmentName>,
    unit: String,
    history: UnitHistory,
    /// How many earlier events were not read.
    earlier: usize,
}

impl Known<'_> {
    fn is_agent(&self) -> bool {
        AgentName::new(&self.unit).is_ok()
    }
}

/// The histories of units that have one, with at most so many of their latest events.
fn histories<'a>(
    view: &View<'_>,
    environments: &[Option<&'a EnvironmentName>],
    agent: Option<&str>,
    most: usize,
) -> Result<Vec<Known<'a>>, Failure> {
    let mut places = Vec::new();
    for environment in environments {
        let names = match agent {
            Some(agent) => vec![agent.to_owned()],
            None => view.names(*environment)?,
        };
        let environment = *environment;
        places.extend(names.into_iter().map(|unit| (environment, unit)));
    }
    let asked: Vec<_> = places
        .iter()
        .map(|(environment, unit)| (*environment, unit.as_str()))
        .collect();
    let found = view.latest(&asked, most)?;
    let known = places
        .into_iter()
        .zip(found)
        .map(|((environment, unit), latest)| Known {
            environment,
            unit,
            history: latest.history,
            earlier: latest.earlier,
        });
    Ok(known
        .filter(|known| !known.history.events.is_empty() || !known.history.findings.is_empty())
        .collect())
}

/// All events by time.
fn all<'h>(histories: &'h [Known<'_>]) -> Vec<&'h (Digest, Event)> {
    let mut events: Vec<_> = histories.iter().flat_map(|known| &known.history.events).collect();
    events.sort_by_key(|(_, event)| (event.time, event.sequence));
    events
}

/// The latest events of agents by time, or of what is named.
fn last<'h>(histories: &'h [Known<'_>], named: Option<&str>, most: usize) -> Vec<&'h (Digest, Event)> {
    let mut events = all(histories);
    events.retain(|(_, event)| named.is_some() || AgentName::new(&event.unit).is_ok());
    events.split_off(events.len().saturating_sub(most))
}

fn text(context: &Context, histories: &[Known<'_>], shown: &[&(Digest, Event)], doubts: &Doubts) -> String {
    let units: BTreeSet<&String> = histories.iter().map(|known| &known.unit).collect();
    let several = units.len() > 1;
    let in_doubt = shown.iter().any(|(digest, _)| doubts.get(*digest).is_some());
    let mut header = vec!["time", "environment"];
    header.extend(several.then_some("agent"));
    header.extend(["event", "what", "by"]);
    header.extend(in_doubt.then_some("wrong"));
    let mut table = Table::new(&header);
    for (digest, event) in shown {
        let place = event.environment.as_ref().map_or("-".to_owned(), ToString::to_string);
        let mut row = vec![event.time.to_string(), place];
        row.extend(several.then(|| event.unit.clone()));
        let again = if event.recovered { " (recovered)" } else { "" };
        let what = one_line(&summary(&event.fact)) + again;
        row.extend([event.kind().as_str().to_owned(), what, name_of(&event.by).to_owned()]);
        row.extend(in_doubt.then(|| doubts.get(*digest).map_or(String::new(), |doubt| doubt.rule.clone())));
        table.row(row);
    }
    let mut text = if table.is_empty() {
        "nothing is recorded\n".to_owned()
    } else {
        context.table(&table)
    };
    let agents = histories.iter().filter(|known| known.is_agent());
    let count: usize = agents.map(|known| known.history.events.len() + known.earlier).sum();
    if count > shown.len() {
        let left_out = count - shown.len();
        text.push_str(&format!("  {left_out} earlier events: `--limit {count}` shows them\n"));
    }
    for incident in incidents(histories).iter().filter(|incident| incident.is_open()) {
        text.push_str(&format!(
            "  open: {} ({}): {}\n",
            incident.id, incident.severity, incident.summary
        ));
    }
    text
}

fn incidents(histories: &[Known<'_>]) -> Vec<Incident> {
    histories.iter().flat_map(|known| known.history.incidents()).collect()
}

/// The versions of agents, with what a rollback would say of each.
fn all_versions(
    context: &Context,
    place: (&dyn Repository, &dyn Repository),
    workspace: &Workspace,
    view: &View<'_>,
    histories: &[Known<'_>],
) -> Result<Vec<VersionMetadata>, Failure> {
    let agents = || histories.iter().filter(|known| known.is_agent());
    let names: BTreeSet<&str> = agents().map(|known| known.unit.as_str()).collect();
    let mut judged = judged(context, place, workspace, view, &names)?;
    let mut told: BTreeMap<&EnvironmentName, Vec<&str>> = BTreeMap::new();
    for known in agents() {
        if let Some(environment) = known.environment {
            told.entry(environment).or_default().extend(known.history.commits());
        }
    }
    let mut there = BTreeMap::new();
    for (environment, commits) in told {
        // a clone that is cut off cannot tell what its branches lost
        let found = on_branch((place.1, workspace), environment, commits.into_iter());
        there.insert(environment, found.unwrap_or_default());
    }
    let mut found = Vec::new();
    for known in agents() {
        let Some(environment) = known.environment else { continue };
        let places = judged.entry(known.unit.clone()).or_default();
        let own = places.entry(environment.clone());
        let own = own.or_insert_with(|| known.history.clone());
        if let Some(Some(there)) = there.get(environment) {
            own.only_of(there);
        }
        let past = Past::new(places, environment);
        found.extend(versions(&known.unit, &known.history, &past));
    }
    Ok(found)
}

/// The answer without its events.
fn answer(histories: &[Known<'_>], versions: Vec<VersionMetadata>) -> Answer {
    let agents = || histories.iter().filter(|known| known.is_agent());
    Answer {
        release_log: agents()
            .flat_map(|known| release_log(&known.unit, &known.history))
            .collect(),
        versions,
        sla_results: agents().flat_map(|known| sla_results(&known.history)).collect(),
        events: Vec::new(),
        incidents: incidents(histories),
    }
}
