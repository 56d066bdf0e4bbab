//! `status`: the fleet at a glance.

mod blocked;

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, Digest, EnvironmentName, Finding, Timestamp, Version, one_line};
use lockstep::release::PreviousUnit;
use lockstep::release::ledger::{Event, Incident, ReleaseName, ShownEvent, UnitHistory, Verdict, name_of};
use lockstep::report::Table;
use lockstep::workspace::Workspace;
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};
use schemars::JsonSchema;
use serde::Serialize;

use self::blocked::Block;
use super::abandoned;
use super::branches::delivery_repository;
use super::dry::is_outline;
use super::ledger::{Doubts, Ledger, View, on_branch};
use super::selection;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Repository;
use crate::report::Report;

/// Show the fleet at a glance: what each agent runs in each environment, since when, what is thought of it, what is held,
/// and which incidents are open.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these agents.
    #[arg(value_name = "AGENT")]
    agents: Vec<String>,
    /// Only these environments.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnitAnswer {
    /// The agent.
    agent: String,
    /// The environment that runs it.
    environment: EnvironmentName,
    /// The label of the release; null where it was not released, or its record cannot be read.
    version: Option<Version>,
    /// The tuple's id; null where it was not released, or its record cannot be read.
    tuple: Option<Digest>,
    /// When it was released; null where the ledger does not know.
    since: Option<Timestamp>,
    /// What somebody who may said of it; null where the ledger does not know it.
    verdict: Option<Verdict>,
    /// Where its tuple was blocked, so that nothing promotes it or goes back to it; null where it was not.
    blocked: Option<Block>,
    /// Who holds it, since when and why, where it is held.
    hold: Option<HoldFile>,
    /// Incidents that are open.
    incidents: Vec<Incident>,
    /// The release that the ledger tells of last, where the environment's branch does not have it.
    lost: Option<ReleaseName>,
    /// Events behind this answer that `verify` finds wrong for their signatures.
    doubted: Vec<ShownEvent>,
    /// Whether the environment's branch has it; what is held may never have been released.
    #[serde(skip)]
    is_released: bool,
}

/// Shows.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let repository = context.repository()?;
    let head = repository.head()?;
    let is_hold = |path: &str| path.contains("/holds/");
    let loaded = context.load_commit(&*repository, &head, &|path| is_outline(path) || is_hold(path))?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let ledger = Ledger::new(context, &*delivery, workspace);
    let view = ledger.view()?;
    let environments = selection::listed(workspace, &args.environment)?;
    let mut units = Vec::new();
    for environment in &environments {
        let found = of_environment(&*delivery, &view, workspace, environment, &args.agents)?;
        let left = left(&view, environment, &found, &args.agents)?;
        units.extend(found.into_iter().chain(left));
    }
    if args.environment.is_empty() {
        let places = view.places(workspace)?.into_iter();
        for environment in places.filter(|name| !environments.contains(&name)) {
            units.extend(left(&view, &environment, &[], &args.agents)?);
        }
    }
    let place = (&*repository, &*delivery);
    let broken: Vec<Finding> = units.iter().flat_map(broken).collect();
    let standings: Vec<UnitHistory> = units.iter().map(|(_, history)| history.standing()).collect();
    let events = standings.iter().flat_map(|standing| &standing.events);
    let doubts = Doubts::of(context, place, workspace, &view, events)?;
    let mut units: Vec<UnitAnswer> = units
        .into_iter()
        .zip(standings)
        .map(|((unit, history), standing)| doubted(unit, history, standing, &doubts))
        .collect();
    blocked::tell(context, place, workspace, &view, &mut units)?;
    let known: BTreeSet<&String> = units.iter().map(|unit| &unit.agent).collect();
    if let Some(name) = args.agents.iter().find(|name| !known.contains(name)) {
        return Err(selection::unknown(
            "released agent",
            name,
            known.iter().map(|known| known.as_str()),
        ));
    }
    let text = text(context, &environments, &units, context.clock.now());
    let findings = match args.environment.is_empty() {
        true => abandoned::findings(&*repository, &*delivery, workspace, &loaded.tree)?,
        false => Vec::new(),
    };
    let findings = [broken, findings].concat();
    let mut report = Report::new(units, text).with_findings(findings, loaded.tree);
    report.notes = doubts.notes();
    let blank = ledger.blank(&view, workspace, &environments)?.into_iter();
    report.notes.extend(blank.map(|finding| match finding.help {
        Some(help) => format!("{}: {help}", finding.message),
        None => finding.message,
    }));
    Ok(report)
}

/// What is wrong with the events that an answer goes by: one that somebody changed is not among them.
fn broken((unit, history): &(UnitAnswer, UnitHistory)) -> impl Iterator<Item = Finding> {
    let place = |finding: &Finding| finding.clone().unit(unit.environment.as_str(), &unit.agent);
    history.findings.iter().map(place)
}

/// The answer with what is in doubt of it. A hold stays where nobody who may has ended it, and a verdict is what those said
/// who may.
fn doubted(mut unit: UnitAnswer, history: UnitHistory, standing: UnitHistory, doubts: &Doubts) -> UnitAnswer {
    let is_doubted = |told: &&(Digest, Event)| doubts.get(told.0).is_some();
    let (doubted, counted): (Vec<_>, Vec<_>) = standing.events.iter().partition(is_doubted);
    if doubted.is_empty() {
        return unit;
    }
    let counted: BTreeSet<Digest> = counted.into_iter().map(|(digest, _)| *digest).collect();
    unit.doubted = doubted.into_iter().map(|told| doubts.shown(told)).collect();
    let history = history.going_by(&counted);
    unit.verdict = history.current().map(|release| release.verdict);
    if unit.hold.is_none() {
        unit.hold = history.hold();
    }
    unit
}

fn of_environment(
    delivery: &dyn Repository,
    view: &View<'_>,
    workspace: &Workspace,
    environment: &EnvironmentName,
    wanted: &[String],
) -> Result<Vec<(UnitAnswer, UnitHistory)>, Failure> {
    let name = workspace.branch(environment);
    let held = view.held(environment)?.units;
    let file = workspace.environment(environment.as_str());
    let filed = file.map(|environment| environment.holds.clone()).unwrap_or_default();
    let hold = |unit: &str| {
        let agent = AgentName::new(unit).ok()?;
        filed.get(&agent).or_else(|| held.get(&agent)).cloned()
    };
    let tip = delivery.tip(&name, &workspace.fleet.delivery.remote)?;
    let released: BTreeSet<String> = match tip.commit() {
        Some(commit) => delivery.folder(commit, branch::RECORDS)?.into_keys().collect(),
        None => BTreeSet::new(),
    };
    // what is held may be promoted for the first time, and is not: whoever looks here must see why
    let on_hold = held.keys().chain(filed.keys()).map(ToString::to_string);
    let mut units: BTreeSet<String> = released.iter().cloned().chain(on_hold).collect();
    units.retain(|unit| unit != ENVIRONMENT_UNIT && (wanted.is_empty() || wanted.contains(unit)));
    let paths: Vec<String> = units.iter().map(|unit| branch::tuple(unit)).collect();
    let tuples = match tip.commit() {
        Some(commit) => delivery.read(commit, &paths)?,
        None => vec![None; paths.len()],
    };
    let asked: Vec<_> = units.iter().map(|unit| (Some(environment), unit.as_str())).collect();
    let histories = view.units(&asked)?;
    let told = histories.iter().flat_map(UnitHistory::commits);
    // a clone that is cut off cannot tell what its branches lost
    let there = on_branch((delivery, workspace), environment, told).unwrap_or_default();
    let found = units
        .iter()
        .zip(tuples)
        .zip(histories)
        .map(|((unit, tuple), mut history)| {
            let mut lost = None;
            if let Some(there) = &there {
                let last = history.current().map(|release| release.release);
                lost = last.filter(|release| !there.contains(&release.commit));
                history.only_of(there);
            }
            let side = PreviousUnit {
                tuple,
                ..PreviousUnit::default()
            };
            let record = side.record();
            let current = history.current();
            let answer = UnitAnswer {
                agent: unit.clone(),
                environment: environment.clone(),
                version: record.as_ref().map(|record| record.version.clone()),
                tuple: record.map(|record| record.id),
                since: current.as_ref().map(|release| release.time),
                verdict: current.map(|release| release.verdict),
                blocked: None,
                hold: hold(unit),
                incidents: history.incidents().into_iter().filter(Incident::is_open).collect(),
                lost,
                doubted: Vec::new(),
                is_released: released.contains(unit),
            };
            (answer, history)
        });
    Ok(found.collect())
}

/// Agents that left an environment, or whose environment left the fleet, while incidents there went on: these still stop
/// promotions. Only what is about incidents is read.
fn left(
    view: &View<'_>,
    environment: &EnvironmentName,
    there: &[(UnitAnswer, UnitHistory)],
    wanted: &[String],
) -> Result<Vec<(UnitAnswer, UnitHistory)>, Failure> {
    let there: BTreeSet<&String> = there.iter().map(|(unit, _)| &unit.agent).collect();
    let mut names = view.names(Some(environment))?;
    names.retain(|name| {
        let is_wanted = wanted.is_empty() || wanted.contains(name);
        is_wanted && name != ENVIRONMENT_UNIT && !there.contains(name)
    });
    let asked: Vec<_> = names.iter().map(|name| (Some(environment), name.as_str())).collect();
    let told = view.latest(&asked, 0)?;
    let found = names.iter().zip(told).filter_map(|(agent, latest)| {
        let mut incidents = latest.history.incidents();
        incidents.retain(Incident::is_open);
        let answer = UnitAnswer {
            agent: agent.clone(),
            environment: environment.clone(),
            version: None,
            tuple: None,
            since: None,
            verdict: None,
            blocked: None,
            hold: None,
            incidents,
            lost: None,
            doubted: Vec::new(),
            is_released: false,
        };
        (!answer.incidents.is_empty()).then_some((answer, latest.history))
    });
    Ok(found.collect())
}

fn text(context: &Context, environments: &[&EnvironmentName], units: &[UnitAnswer], now: i64) -> String {
    let mut rows: BTreeMap<&str, BTreeMap<&EnvironmentName, &UnitAnswer>> = BTreeMap::new();
    for unit in units.iter().filter(|unit| environments.contains(&&unit.environment)) {
        rows.entry(&unit.agent).or_default().insert(&unit.environment, unit);
    }
    let cell = |unit: Option<&&UnitAnswer>| unit.map_or("-".to_owned(), |unit| shown(unit, now));
    let whole = table(environments, &rows, &cell).text();
    let mut lines = whole.lines();
    let fits = !context.environment.output_is_terminal
        || lines.all(|line| line.chars().count() <= context.environment.columns);
    let body = if rows.is_empty() {
        "nothing was released yet\n".to_owned()
    } else if fits {
        whole
    } else {
        // too many columns for the terminal: one environment after the other
        let one = |environment: &&EnvironmentName| {
            let own = rows.iter().filter(|(_, units)| units.contains_key(*environment));
            let own: BTreeMap<_, _> = own.map(|(agent, units)| (*agent, units.clone())).collect();
            context.table(&table(std::slice::from_ref(environment), &own, &cell))
        };
        environments.iter().map(one).collect::<Vec<_>>().join("\n")
    };
    let holds = units.iter().filter_map(|unit| {
        let HoldFile { reason, by, since } = unit.hold.as_ref()?;
        let (place, reason, by) = (&unit.environment, one_line(reason), name_of(by));
        // a file that somebody wrote by hand may say anything
        let time = Timestamp::parse(since).map_or(String::new(), |since| format!(" for {}", age(now - since.seconds)));
        let agent = &unit.agent;
        Some(format!(
            "  {place}/{agent} is held{time} by {by} since {since}: {reason}\n"
        ))
    });
    let incidents = units.iter().flat_map(|unit| {
        let place = format!("{}/{}", unit.environment, unit.agent);
        let line = move |incident: &Incident| {
            let Incident { id, severity, .. } = incident;
            let age = age(now - incident.since.seconds);
            format!(
                "  {place} has the incident {id} ({severity}) for {age}: {}\n",
                incident.summary
            )
        };
        unit.incidents.iter().map(line)
    });
    let doubted = units.iter().flat_map(|unit| {
        let place = format!("{}/{}", unit.environment, unit.agent);
        let line = move |ShownEvent { event, doubt }: &ShownEvent| {
            let (what, by) = (event.kind().as_str(), name_of(&event.by));
            let wrong = doubt.as_ref().map_or("", |doubt| &doubt.rule);
            format!("  {place} is unproved: `{what}` of {} by {by}: {wrong}\n", event.time)
        };
        unit.doubted.iter().map(line)
    });
    let lost = units.iter().filter_map(|unit| {
        let ReleaseName { version, commit, .. } = unit.lost.as_ref()?;
        let (place, commit) = (&unit.environment, commit.get(..7).unwrap_or(commit));
        let agent = &unit.agent;
        Some(format!(
            "  {place}/{agent} lost {version} ({commit}): the ledger tells of it, and the branch does not have it\n"
        ))
    });
    let blocked = units.iter().filter_map(blocked::line);
    let below: String = holds
        .chain(blocked)
        .chain(incidents)
        .chain(lost)
        .chain(doubted)
        .collect();
    let gap = if below.is_empty() { "" } else { "\n" };
    format!("{body}{gap}{below}")
}

fn table(
    environments: &[&EnvironmentName],
    rows: &BTreeMap<&str, BTreeMap<&EnvironmentName, &UnitAnswer>>,
    cell: &dyn Fn(Option<&&UnitAnswer>) -> String,
) -> Table {
    let mut header = vec!["agent"];
    header.extend(environments.iter().map(|environment| environment.as_str()));
    let mut table = Table::new(&header);
    for (agent, units) in rows {
        let mut row = vec![(*agent).to_owned()];
        row.extend(environments.iter().map(|environment| cell(units.get(*environment))));
        table.row(row);
    }
    table
}

/// Version, age, and what is worth a second look.
fn shown(unit: &UnitAnswer, now: i64) -> String {
    let unknown = if unit.is_released { "?" } else { "-" };
    let version = unit.version.as_ref().map_or(unknown.to_owned(), ToString::to_string);
    let age = unit
        .since
        .map_or(String::new(), |since| format!(" {}", age(now - since.seconds)));
    let verdict = match (unit.verdict, &unit.blocked) {
        (_, Some(_)) => Some(Verdict::Blocked),
        (verdict, None) => verdict.filter(|verdict| *verdict != Verdict::Watching),
    };
    let verdict = verdict.map_or(String::new(), |verdict| format!(" {}", verdict.as_str()));
    let hold = if unit.hold.is_some() { " held" } else { "" };
    let incident = if unit.incidents.is_empty() { "" } else { " incident" };
    let lost = if unit.lost.is_some() { " lost" } else { "" };
    let unproved = if unit.doubted.is_empty() { "" } else { " unproved" };
    format!("{version}{age}{verdict}{hold}{incident}{lost}{unproved}")
}

/// A span of time in its largest unit.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds if seconds < 60 => format!("{seconds}s"),
        seconds if seconds < 3600 => format!("{}m", seconds / 60),
        seconds if seconds < 86_400 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}
