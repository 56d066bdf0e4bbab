//! What the ledger does not know yet of the environment branches: after a release its own commits, and before one those
//! of a run that did not get so far.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{EnvironmentName, Finding, Timestamp};
use lockstep::release::PreviousUnit;
use lockstep::release::ledger::{
    CommitFacts, Draft, Entry, EventKind, Fact, Head, Sealed, UnitFacts, drafts, nothing_recorded,
};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};

use super::{Ledger, View};
use crate::failure::Failure;
use crate::ports::{Commit, GitId, Tip};

/// Ids of the entries of a folder by name.
type Folder = BTreeMap<String, GitId>;

/// Who records, and which commits are this run's own.
#[derive(Clone, Debug)]
pub(in super::super) struct Recorder {
    /// Who records.
    pub(in super::super) by: String,
    /// When the run began.
    pub(in super::super) started: Timestamp,
    /// The commits that the run made.
    pub(in super::super) own: BTreeSet<GitId>,
}

impl Ledger<'_> {
    /// The events that are missing for commits of these environments' branches.
    pub(in super::super) fn missing(
        &self,
        view: &View<'_>,
        workspace: &Workspace,
        environments: &[&EnvironmentName],
        recorder: &Recorder,
    ) -> Result<Vec<Draft>, Failure> {
        let mut found = Vec::new();
        for environment in environments {
            let name = workspace.branch(environment);
            let Tip::At { commit, .. } = self.delivery.tip(&name, &self.settings.remote)? else {
                continue;
            };
            let commits = self.unrecorded(view, environment, commit)?;
            let is_blank = is_blank(view, environment)?;
            let facts = commits
                .iter()
                .map(|commit| {
                    let facts = self.facts(commit, recorder)?;
                    let recovered = is_blank && !recorder.own.contains(&commit.id);
                    Ok(CommitFacts { recovered, ..facts })
                })
                .collect::<Result<Vec<_>, Failure>>()?;
            found.extend(drafts(environment, &facts, &recorder.by, self.now()));
        }
        Ok(found)
    }

    /// Appends what the branches that this clone has tell and the ledger does not know, but for some of them.
    pub(in super::super) fn catch_up(
        &self,
        workspace: &Workspace,
        recorder: &Recorder,
        but: &[&EnvironmentName],
    ) -> Result<Vec<Sealed>, Failure> {
        let names = workspace.fleet.environments.iter();
        let is_here = |name: &&EnvironmentName| {
            let tip = self.delivery.tip(&workspace.branch(name), &self.settings.remote);
            matches!(tip, Ok(Tip::At { .. }))
        };
        let here: Vec<&EnvironmentName> = names.filter(|name| !but.contains(name)).filter(is_here).collect();
        self.append(&|view| self.missing(view, workspace, &here, recorder))
    }

    /// The environments whose branches have releases and of which the ledger has nothing: what was said of them cannot be
    /// known, and an unknown is never a pass.
    pub(in super::super) fn blank(
        &self,
        view: &View<'_>,
        workspace: &Workspace,
        environments: &[&EnvironmentName],
    ) -> Result<Vec<Finding>, Failure> {
        let remote = &self.settings.remote;
        let fetch = format!("git fetch {remote} '{}'", Ledger::refspec(self.settings));
        let mut findings = Vec::new();
        for environment in environments {
            // a clone that is cut off cannot tell
            let Ok(Tip::At { commit, .. }) = self.delivery.tip(&workspace.branch(environment), remote) else {
                continue;
            };
            if is_blank(view, environment)? && !self.delivery.folder(&commit, branch::RECORDS)?.is_empty() {
                findings.push(nothing_recorded(environment, &fetch));
            }
        }
        Ok(findings)
    }

    /// The commits of a branch that the ledger does not know, the earliest first.
    fn unrecorded(&self, view: &View<'_>, environment: &EnvironmentName, tip: GitId) -> Result<Vec<Commit>, Failure> {
        let last = recorded(view, environment, Which::Last)?;
        let mut commits = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next.filter(|id| !last.contains(&id.0)) {
            let commit = self.delivery.resolve(&id.0)?;
            next = commit.parents.first().cloned();
            let is_root = next.is_none();
            commits.push(commit);
            if is_root && !last.is_empty() {
                // the last commit that is recorded is not on the branch: look at each
                let all = recorded(view, environment, Which::All)?;
                commits.retain(|commit| !all.contains(&commit.id.0));
            }
        }
        commits.reverse();
        Ok(commits)
    }

    fn facts(&self, commit: &Commit, recorder: &Recorder) -> Result<CommitFacts, Failure> {
        let parent = commit.parents.first();
        let after = self.delivery.folder(&commit.id, branch::RECORDS)?;
        let before = match parent {
            Some(parent) => self.delivery.folder(parent, branch::RECORDS)?,
            None => BTreeMap::new(),
        };
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let changed: Vec<&String> = names
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name))
            .collect();
        let changed = self.released(commit, changed)?;
        let now = self.sides(&commit.id, &changed)?;
        // what was there before matters where it is gone or was rolled back
        let is_told = |unit: &str, after: &PreviousUnit| after.tuple.is_none() || brings_back(commit, unit);
        let units = changed
            .into_iter()
            .zip(now)
            .map(|(unit, after)| {
                let before = match parent {
                    Some(parent) if is_told(unit, &after) => self.sides(parent, &[unit])?.remove(0),
                    _ => PreviousUnit::default(),
                };
                Ok(UnitFacts {
                    unit: unit.clone(),
                    before,
                    after,
                })
            })
            .collect::<Result<_, Failure>>()?;
        Ok(CommitFacts {
            id: commit.id.0.clone(),
            parent: parent.map(|parent| parent.0.clone()),
            message: commit.message.clone(),
            started: recorder.own.contains(&commit.id).then_some(recorder.started),
            recovered: false,
            units,
        })
    }

    /// Of units whose records changed, those whose manifest or tuple did: a new signature is no new release.
    fn released<'u>(&self, commit: &Commit, units: Vec<&'u String>) -> Result<Vec<&'u String>, Failure> {
        let Some(parent) = commit.parents.first() else {
            return Ok(units);
        };
        let paths = |unit: &&String| {
            [
                format!("{}/{unit}", branch::APPS),
                format!("{}/{unit}", branch::RECORDS),
            ]
        };
        let folders: Vec<String> = units.iter().flat_map(paths).collect();
        let (before, after) = (
            self.delivery.folders(parent, &folders)?,
            self.delivery.folders(&commit.id, &folders)?,
        );
        let sides = before.chunks(2).zip(after.chunks(2));
        let is_new = |(before, after): (&[Folder], &[Folder])| {
            let files = ["manifest.yaml", "tuple.json"];
            let pairs = before.iter().zip(after).zip(files);
            pairs
                .into_iter()
                .any(|((before, after), file)| before.get(file) != after.get(file))
        };
        let marked = units.into_iter().zip(sides.map(is_new));
        // going back to what runs holds the unit all the same
        let is_told = |unit: &str| unit == ENVIRONMENT_UNIT || brings_back(commit, unit);
        Ok(marked
            .filter(|(unit, is_new)| *is_new || is_told(unit))
            .map(|(unit, _)| unit)
            .collect())
    }

    fn sides(&self, commit: &GitId, units: &[&String]) -> Result<Vec<PreviousUnit>, Failure> {
        let paths: Vec<String> = units
            .iter()
            .flat_map(|unit| [branch::metadata(unit), branch::tuple(unit), branch::inventory(unit)])
            .collect();
        let mut files = self.delivery.read(commit, &paths)?.into_iter();
        let mut take = || files.next().flatten();
        let sides = units.iter().map(|_| PreviousUnit {
            metadata: take(),
            tuple: take(),
            inventory: take(),
            ..PreviousUnit::default()
        });
        Ok(sides.collect())
    }
}

/// Whether a commit of an environment's branch rolls a unit back.
fn brings_back(commit: &Commit, unit: &str) -> bool {
    commit.message.contains(&format!("Rollback-of: {unit}="))
}

/// Whether the ledger knows no commit of an environment's branch.
fn is_blank(view: &View<'_>, environment: &EnvironmentName) -> Result<bool, Failure> {
    let folder = Entry::folder(Some(environment), ENVIRONMENT_UNIT, EventKind::Committed);
    let names = view.folders(&[folder])?.remove(0);
    let mut entries = names.keys().filter_map(|name| Entry::parse(name));
    Ok(!entries.any(|entry| entry.kind == EventKind::Committed))
}

enum Which {
    Last,
    All,
}

/// The commits of an environment's branch that the ledger knows.
fn recorded(view: &View<'_>, environment: &EnvironmentName, which: Which) -> Result<BTreeSet<String>, Failure> {
    let history = match which {
        Which::All => view.unit(Some(environment), ENVIRONMENT_UNIT)?,
        Which::Last => {
            let folder = Entry::folders(Some(environment), ENVIRONMENT_UNIT).remove(0);
            let names = view.folders(std::slice::from_ref(&folder))?.remove(0);
            let entries: Vec<Entry> = names.keys().filter_map(|name| Entry::parse(name)).collect();
            let last = Head::entries(&entries).into_iter();
            view.events(last.map(|entry| format!("{folder}/{}", entry.name())).collect())?
        }
    };
    let commits = history.facts().filter_map(|(_, fact)| match fact {
        Fact::Committed(committed) => Some(committed.commit.clone()),
        _ => None,
    });
    Ok(commits.collect())
}
