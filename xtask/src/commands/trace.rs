//! `trace`: from anything that a pod, a commit or a log shows to the release behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::artifact::TupleRecord;
use lockstep::model::{AgentName, Digest, EnvironmentName, Version, one_line};
use lockstep::release::PreviousUnit;
use lockstep::release::history::summary;
use lockstep::release::ledger::{Event, Recorded, ShownEvent, UnitHistory, Verdict};
use lockstep::release::trace::{Clue, Told, files};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::branch;
use schemars::JsonSchema;
use serde::Serialize;

use super::branches::{commit_of, delivery_repository};
use super::dry::is_outline;
use super::ledger::{Doubts, Ledger, View};
use super::selection;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Repository, Tip};
use crate::report::Report;

/// Find the release behind a digest, a commit or a label.
///
/// Takes what a running pod shows in its annotation `lockstep.dev/tuple`, an environment or dry commit, the digest of an
/// image, a prompt, an input or an inventory, or a label such as `v3.3.0`; the beginning of a digest will do. A commit of an
/// environment's branch that released nothing, such as one that Argo CD shows, leads to what ran there then.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What was found.
    #[arg(value_name = "CLUE")]
    clue: String,
    /// Only in this environment; one that left the fleet is known by its old name.
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
    /// Only this agent.
    #[arg(long, short, value_name = "NAME")]
    agent: Option<String>,
}

/// A release that the clue leads to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    /// The environment.
    environment: EnvironmentName,
    /// The agent.
    agent: String,
    /// Its label.
    version: Version,
    /// What was said of it.
    verdict: Verdict,
    /// Whether the environment runs it now.
    running: bool,
    /// Its tuple's id.
    tuple: Digest,
    /// The commit of the environment's branch.
    commit: String,
    /// The commit that it was made of, where the ledger knows it.
    dry_commit: Option<String>,
    /// The tuple as the branch records it.
    record: Option<TupleRecord>,
    /// Files that it was made of.
    files: Vec<File>,
    /// What the ledger has about it.
    evidence: Vec<ShownEvent>,
}

/// A file that a release was made of.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct File {
    /// The part of the tuple.
    component: String,
    /// Its path in the commit that the release was made of.
    path: String,
}

/// Finds.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let clue = Clue::new(&args.clue);
    let repository = context.repository()?;
    let head = repository.head()?;
    let loaded = context.load_commit(&*repository, &head, &is_outline)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let view = Ledger::new(context, &*delivery, workspace).view()?;
    let search = Search {
        args: &args,
        clue: &clue,
        workspace,
        delivery: &*delivery,
        view: &view,
    };
    let mut found = search.run(&By::Clue)?;
    if found.is_empty()
        && let Some(commit) = commit_of(&*delivery, workspace, clue.text())
    {
        found = search.run(&By::Commit(commit))?;
    }
    if found.is_empty() && clue.is_digest() {
        found = search.run(&By::Record)?;
    }
    if found.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("`{}` leads to no release that is known here", args.clue),
        )
        .hint("fetch what other clones know: `git fetch`")
        .hint("see what was released: `cargo xtask history`"));
    }
    let place = (&*repository, &*delivery);
    let events = found.iter().flat_map(|(_, evidence)| evidence);
    let doubts = Doubts::of(context, place, workspace, &view, events)?;
    for (found, evidence) in &mut found {
        found.evidence = evidence.iter().map(|told| doubts.shown(told)).collect();
    }
    let found: Vec<Found> = found.into_iter().map(|(found, _)| found).collect();
    let text: Vec<String> = found.iter().map(|found| shown(context, found)).collect();
    let mut report = Report::new(found, text.join("\n"));
    report.notes = doubts.notes();
    Ok(report)
}

/// How a clue leads to releases.
enum By {
    /// It names something of theirs.
    Clue,
    /// They ran when an environment's branch was at this commit.
    Commit(GitId),
    /// It stands in their tuples, whether they run or not: each is read.
    Record,
}

/// The releases of a unit that a clue led to.
struct Met<'h> {
    unit: &'h String,
    told: Told<'h>,
    wanted: Vec<Recorded>,
    /// Whether each of them runs now.
    running: Vec<bool>,
}

struct Search<'a> {
    args: &'a Args,
    clue: &'a Clue,
    workspace: &'a Workspace,
    delivery: &'a dyn Repository,
    view: &'a View<'a>,
}

impl Search<'_> {
    /// The environments to look in, those that left the fleet or have another name now included.
    fn environments(&self) -> Result<Vec<EnvironmentName>, Failure> {
        let known = self.view.places(self.workspace)?;
        let Some(name) = &self.args.environment else {
            return Ok(known);
        };
        match known.into_iter().find(|known| known.as_str() == name) {
            Some(found) => Ok(vec![found]),
            None => Err(selection::unknown_environment(self.workspace, name)),
        }
    }

    /// The releases, each with the events that speak of it.
    fn run(&self, by: &By) -> Result<Vec<(Found, Vec<(Digest, Event)>)>, Failure> {
        let mut found = Vec::new();
        let mut agents = BTreeSet::new();
        for name in &self.environments()? {
            let mut units = self.view.names(Some(name))?;
            units.retain(|unit| AgentName::new(unit).is_ok());
            agents.extend(units.iter().cloned());
            units.retain(|unit| self.args.agent.as_ref().is_none_or(|agent| agent == unit));
            let asked: Vec<_> = units.iter().map(|unit| (Some(name), unit.as_str())).collect();
            let histories = self.view.units(&asked)?;
            let is_listed = self.workspace.fleet.environments.contains(name);
            let tips = self.tips(name, &units)?;
            let ran = self.ran(by, &histories)?;
            let named = self.named(by, &units, &histories)?;
            let mut met = Vec::new();
            for (unit, history) in units.iter().zip(&histories) {
                let releases = history.releases();
                let told = Told::new(history);
                let by_record = tips.get(unit).is_some_and(|text| self.clue.stands_in(text));
                let last = releases.len().saturating_sub(1);
                let is_there = |release: &Recorded| ran.contains(&GitId(release.release.commit.clone()));
                let then = releases.iter().rposition(is_there);
                let leads = |(index, release): &(usize, &Recorded)| match by {
                    By::Clue => self.clue.leads_to(release, told.released(release)) || *index == last && by_record,
                    By::Commit(_) => then == Some(*index),
                    By::Record => named.contains(&(unit, release.release.commit.as_str())),
                };
                let (places, wanted): (Vec<_>, Vec<_>) = releases.iter().enumerate().filter(leads).unzip();
                if wanted.is_empty() {
                    continue;
                }
                // of an environment that left the fleet nothing runs once its branch is gone
                let runs = history.current().is_some() && (is_listed || !tips.is_empty());
                let wanted: Vec<Recorded> = wanted.into_iter().cloned().collect();
                let running = places.into_iter().map(|index| runs && index == last).collect();
                met.push(Met {
                    unit,
                    told,
                    wanted,
                    running,
                });
            }
            found.extend(self.found(name, met)?);
        }
        if let Some(agent) = self.args.agent.as_ref().filter(|agent| !agents.contains(*agent)) {
            return Err(selection::unknown("agent", agent, agents.iter().map(String::as_str)));
        }
        Ok(found)
    }

    /// Which commits of releases a commit descends from.
    fn ran(&self, by: &By, histories: &[UnitHistory]) -> Result<BTreeSet<GitId>, Failure> {
        let By::Commit(commit) = by else {
            return Ok(BTreeSet::new());
        };
        let releases = histories.iter().flat_map(UnitHistory::releases);
        let commits = releases.map(|release| GitId(release.release.commit));
        self.delivery.ancestors(commit, &commits.collect())
    }

    /// The units and commits of releases whose tuples hold the clue.
    fn named<'h>(
        &self,
        by: &By,
        units: &'h [String],
        histories: &'h [UnitHistory],
    ) -> Result<BTreeSet<(&'h String, &'h str)>, Failure> {
        let By::Record = by else {
            return Ok(BTreeSet::new());
        };
        let pairs = units.iter().zip(histories);
        let pairs = pairs.flat_map(|(unit, history)| history.commits().map(move |commit| (unit, commit)));
        let mut tuples = self.tuples(pairs)?;
        tuples.retain(|_, bytes| self.clue.stands_in(&String::from_utf8_lossy(bytes)));
        Ok(tuples.into_keys().collect())
    }

    /// The tuples of units at commits, those of one commit read together; one that this clone does not have tells nothing,
    /// where the branch was set back or only a part of it was fetched.
    fn tuples<'u>(
        &self,
        asked: impl Iterator<Item = (&'u String, &'u str)>,
    ) -> Result<BTreeMap<(&'u String, &'u str), Arc<[u8]>>, Failure> {
        let mut by_commit: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
        for (unit, commit) in asked {
            by_commit.entry(commit).or_default().insert(unit);
        }
        let mut found = BTreeMap::new();
        for (commit, units) in by_commit {
            if self.delivery.resolve(commit).is_err() {
                continue;
            }
            let paths: Vec<String> = units.iter().map(|unit| branch::tuple(unit)).collect();
            let files = self.delivery.read(&GitId(commit.to_owned()), &paths)?;
            let files = units.into_iter().zip(files);
            found.extend(files.filter_map(|(unit, bytes)| Some(((unit, commit), bytes?))));
        }
        Ok(found)
    }

    /// What the branch says of each unit's tuple now, as text.
    fn tips(&self, environment: &EnvironmentName, units: &[String]) -> Result<BTreeMap<String, String>, Failure> {
        let name = self.workspace.branch(environment);
        let Tip::At { commit, .. } = self.delivery.tip(&name, &self.workspace.fleet.delivery.remote)? else {
            return Ok(BTreeMap::new());
        };
        let paths: Vec<String> = units.iter().map(|unit| branch::tuple(unit)).collect();
        let files = self.delivery.read(&commit, &paths)?;
        let text = |(unit, bytes): (&String, Option<Arc<[u8]>>)| {
            Some((unit.clone(), String::from_utf8_lossy(&bytes?).into_owned()))
        };
        Ok(units.iter().zip(files).filter_map(text).collect())
    }

    /// What the branch and the ledger have of the releases of an environment's units.
    fn found(
        &self,
        environment: &EnvironmentName,
        met: Vec<Met<'_>>,
    ) -> Result<Vec<(Found, Vec<(Digest, Event)>)>, Failure> {
        let names: Vec<_> = met.iter().map(|met| (None, met.unit.as_str())).collect();
        let everywhere = self.view.units(&names)?;
        let releases = met.iter().flat_map(|met| {
            let commits = met.wanted.iter().map(|release| release.release.commit.as_str());
            commits.map(|commit| (met.unit, commit))
        });
        let tuples = self.tuples(releases)?;
        let mut found = Vec::new();
        for (met, everywhere) in met.iter().zip(&everywhere) {
            let wanted: Vec<&Recorded> = met.wanted.iter().collect();
            let evidence = met.told.evidence(everywhere, &wanted);
            for ((recorded, running), evidence) in met.wanted.iter().zip(&met.running).zip(evidence) {
                let Recorded { release, verdict, .. } = recorded;
                let side = PreviousUnit {
                    tuple: tuples.get(&(met.unit, release.commit.as_str())).cloned(),
                    ..PreviousUnit::default()
                };
                let record = side.record();
                let files = record.iter().flat_map(files);
                let files = files.map(|(component, path)| File { component, path }).collect();
                let one = Found {
                    environment: environment.clone(),
                    agent: met.unit.clone(),
                    version: release.version.clone(),
                    verdict: *verdict,
                    running: *running,
                    tuple: release.tuple,
                    commit: release.commit.clone(),
                    dry_commit: met.told.released(recorded).map(|released| released.dry_commit.clone()),
                    files,
                    record,
                    evidence: Vec::new(),
                };
                found.push((one, evidence.into_iter().cloned().collect()));
            }
        }
        Ok(found)
    }
}

fn shown(context: &Context, found: &Found) -> String {
    let style = context.style;
    let now = if found.running { ", runs now" } else { "" };
    let title = format!("{} {} in {}", found.agent, found.version, found.environment);
    let mut text = format!("{} ({}{now})\n", style.strong(&title), found.verdict.as_str());
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:18}  {value}\n"));
    line("tuple", &found.tuple.to_string());
    line("commit", &found.commit);
    if found.record.is_none() {
        line("", "not in this clone: fetch the whole branch, if the remote has it");
    }
    let dry = found.dry_commit.as_deref();
    line("made from", dry.unwrap_or("not recorded"));
    if let Some(record) = &found.record {
        line(
            "code",
            &format!("{}@{}", record.tuple.code.repository, record.tuple.code.digest),
        );
        if let Some(model) = &record.tuple.model {
            line("model", &format!("{} {}", model.provider, model.name));
        }
    }
    for file in &found.files {
        let place = dry.map_or_else(String::new, |dry| format!("{}:", dry.get(..12).unwrap_or(dry)));
        line(&file.component, &format!("git show {place}{}", file.path));
    }
    for ShownEvent { event, doubt } in &found.evidence {
        let what = one_line(&summary(&event.fact));
        let wrong = doubt
            .as_ref()
            .map_or(String::new(), |doubt| style.error(&format!(" ({})", doubt.rule)));
        line(
            "event",
            &format!("{} {} {what}{wrong}", event.time, event.kind().as_str()),
        );
    }
    text
}
