//! The ledger as this clone knows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::model::{AgentName, Digest, EnvironmentName, Finding};
use lockstep::release::ledger::{self as events, Draft, Entry, EventKind, Fact, Head, UnitHistory, seal};
use lockstep::release::may_be_unfinished;
use lockstep::workspace::Workspace;
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::layout::ledger;
use rayon::prelude::*;

use super::Believer;
use super::lost::Lost;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// The ledger at one moment.
pub(in super::super) struct View<'a> {
    delivery: &'a dyn Repository,
    /// What is known: nothing, one commit, or the remote's and ours where they went apart.
    pub(super) commits: Vec<GitId>,
    /// What the local branch holds.
    pub(super) local: Option<GitId>,
    /// What is known to have been taken out.
    pub(super) lost: Lost,
}

/// What the ledger holds in an environment, and what of it cannot be read.
#[derive(Debug, Default)]
pub(in super::super) struct Held {
    pub(in super::super) units: BTreeMap<AgentName, HoldFile>,
    pub(in super::super) findings: Vec<Finding>,
}

/// What happened last to a unit.
#[derive(Debug, Default)]
pub(in super::super) struct Latest {
    /// The events that were read.
    pub(in super::super) history: UnitHistory,
    /// How many were not.
    pub(in super::super) earlier: usize,
}

impl<'a> View<'a> {
    pub(super) fn new(delivery: &'a dyn Repository, commits: Vec<GitId>, local: Option<GitId>) -> View<'a> {
        View {
            delivery,
            commits,
            local,
            lost: Lost::default(),
        }
    }

    /// The entries of folders, by name, with their git ids.
    pub(in super::super) fn folders(&self, folders: &[String]) -> Result<Vec<BTreeMap<String, GitId>>, Failure> {
        let mut found = vec![BTreeMap::new(); folders.len()];
        for commit in &self.commits {
            for (all, entries) in found.iter_mut().zip(self.delivery.folders(commit, folders)?) {
                all.extend(entries);
            }
        }
        Ok(found)
    }

    pub(super) fn read(&self, paths: &[String]) -> Result<Vec<(String, Arc<[u8]>)>, Failure> {
        let files = paths.iter().zip(self.read_each(paths)?);
        Ok(files.filter_map(|(path, bytes)| Some((path.clone(), bytes?))).collect())
    }

    fn read_each(&self, paths: &[String]) -> Result<Vec<Option<Arc<[u8]>>>, Failure> {
        let mut found = vec![None; paths.len()];
        for commit in &self.commits {
            for (file, bytes) in found.iter_mut().zip(self.delivery.read(commit, paths)?) {
                *file = bytes.or(file.take());
            }
        }
        Ok(found)
    }

    /// Everything that happened to a unit.
    pub(in super::super) fn unit(
        &self,
        environment: Option<&EnvironmentName>,
        unit: &str,
    ) -> Result<UnitHistory, Failure> {
        let mut histories = self.units(&[(environment, unit)])?;
        Ok(histories.pop().unwrap_or_default())
    }

    /// The same with events that are not written yet.
    pub(in super::super) fn unit_with(
        &self,
        environment: &EnvironmentName,
        unit: &str,
        drafts: Vec<Draft>,
    ) -> Result<UnitHistory, Failure> {
        let history = self.unit(Some(environment), unit)?;
        let mut head = self.heads(&[(Some(environment.clone()), unit.to_owned())])?.remove(0);
        let new = drafts
            .into_iter()
            .filter(|draft| draft.environment.as_ref() == Some(environment) && draft.unit == unit)
            .map(|draft| seal(draft, &mut head));
        Ok(history.with(new))
    }

    /// Everything that happened to each of these units.
    pub(in super::super) fn units(
        &self,
        units: &[(Option<&EnvironmentName>, &str)],
    ) -> Result<Vec<UnitHistory>, Failure> {
        let latest = self.latest(units, usize::MAX)?;
        Ok(latest.into_iter().map(|latest| latest.history).collect())
    }

    /// What happened last to each of these units: at most so many events, and what of the others is about incidents.
    /// Only these are read, so that a unit may have many.
    pub(in super::super) fn latest(
        &self,
        units: &[(Option<&EnvironmentName>, &str)],
        most: usize,
    ) -> Result<Vec<Latest>, Failure> {
        let folders: Vec<Vec<String>> = units
            .iter()
            .map(|(environment, unit)| Entry::folders(*environment, unit))
            .collect();
        let all: Vec<String> = folders.iter().flatten().cloned().collect();
        let mut listed = self.folders(&all)?.into_iter();
        let listed: Vec<Vec<BTreeMap<String, GitId>>> = folders
            .iter()
            .map(|unit| listed.by_ref().take(unit.len()).collect())
            .collect();
        let chosen: Vec<(Vec<String>, Vec<Entry>)> = folders
            .par_iter()
            .zip(&listed)
            .map(|(folders, listed)| choose(folders, listed, most))
            .collect();
        let mut paths = Vec::new();
        let mut parts = Vec::new();
        for (read, earlier) in chosen {
            parts.push((read.len(), earlier));
            paths.extend(read);
        }
        let files = self.read_each(&paths)?;
        let mut files = paths.into_iter().zip(files);
        let parts: Vec<(Vec<_>, Vec<Entry>)> = parts
            .into_iter()
            .map(|(count, earlier)| {
                let own = files.by_ref().take(count);
                let own = own.filter_map(|(path, bytes)| Some((path, bytes?)));
                (own.collect(), earlier)
            })
            .collect();
        let latest =
            |((files, earlier), (environment, unit)): ((Vec<_>, Vec<Entry>), &(Option<&EnvironmentName>, &str))| {
                let mut history = UnitHistory::ending(files, &earlier);
                history.findings.extend(self.lost.findings(*environment, unit));
                Latest {
                    history,
                    earlier: earlier.len(),
                }
            };
        Ok(parts.into_par_iter().zip(units).map(latest).collect())
    }

    /// The environments of the fleet, in its order, and after them those that left it or were renamed: what happened there
    /// still binds the agents.
    pub(in super::super) fn places(&self, workspace: &Workspace) -> Result<Vec<EnvironmentName>, Failure> {
        // also those whose files cannot be read
        let mut names = workspace.fleet.environments.clone();
        let known = self.environments()?.into_iter();
        names.extend(known.filter(|name| !workspace.fleet.environments.contains(name)));
        Ok(names)
    }

    /// Everything that happened to an agent: wherever it runs, and in each environment that there is or was.
    pub(in super::super) fn agent(
        &self,
        workspace: &Workspace,
        agent: &AgentName,
    ) -> Result<(UnitHistory, BTreeMap<EnvironmentName, UnitHistory>), Failure> {
        let names = self.places(workspace)?;
        let mut asked = vec![(None, agent.as_str())];
        asked.extend(names.iter().map(|name| (Some(name), agent.as_str())));
        let mut found = self.units(&asked)?.into_iter();
        let everywhere = found.next().unwrap_or_default();
        Ok((everywhere, names.into_iter().zip(found).collect()))
    }

    /// The units of an environment to which something of this kind happened.
    pub(in super::super) fn units_with(
        &self,
        environment: &EnvironmentName,
        kind: EventKind,
    ) -> Result<Vec<String>, Failure> {
        let mut names = self.names(Some(environment))?;
        let folder = |name: &String| Entry::folder(Some(environment), name, kind);
        let folders: Vec<String> = names.iter().map(folder).collect();
        let found = self.folders(&folders)?;
        let is_of = |name: &String| Entry::parse(name).is_some_and(|entry| entry.kind == kind);
        let mut has = found.iter().map(|entries| entries.keys().any(is_of));
        names.retain(|_| has.next().unwrap_or_default());
        Ok(names)
    }

    /// The events at these paths.
    pub(super) fn events(&self, paths: Vec<String>) -> Result<UnitHistory, Failure> {
        Ok(UnitHistory::new(self.read(&paths)?))
    }

    /// Every unit that the ledger knows of an environment, or of no environment.
    pub(in super::super) fn names(&self, environment: Option<&EnvironmentName>) -> Result<Vec<String>, Failure> {
        let folder = environment
            .map_or(ledger::EVERYWHERE, EnvironmentName::as_str)
            .to_owned();
        let mut folders = vec![folder];
        folders.extend(environment.map(|environment| ledger::holds(environment.as_str())));
        let mut names: Vec<String> = self
            .folders(&folders)?
            .into_iter()
            .flat_map(BTreeMap::into_keys)
            .chain(self.lost.units(environment))
            .collect();
        names.retain(|name| name != ledger::HOLDS);
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Whether anything was ever recorded of a unit, wherever that was.
    pub(in super::super) fn knows(&self, unit: &str) -> Result<bool, Failure> {
        let environments = self.environments()?;
        for environment in environments.iter().map(Some).chain([None]) {
            if self.names(environment)?.iter().any(|name| name == unit) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The environments that the ledger knows.
    pub(in super::super) fn environments(&self) -> Result<Vec<EnvironmentName>, Failure> {
        let names = self.folders(&[String::new()])?.remove(0).into_keys();
        Ok(names.filter_map(|name| EnvironmentName::new(&name).ok()).collect())
    }

    /// What is held in an environment. One listing names all units that ever were.
    pub(in super::super) fn held(&self, environment: &EnvironmentName) -> Result<Held, Failure> {
        let folder = ledger::holds(environment.as_str());
        let names: Vec<String> = self
            .folders(std::slice::from_ref(&folder))?
            .remove(0)
            .into_keys()
            .collect();
        let folders: Vec<String> = names.iter().map(|name| format!("{folder}/{name}")).collect();
        let mut paths = Vec::new();
        for (folder, entries) in folders.iter().zip(self.folders(&folders)?) {
            let entries: Vec<Entry> = entries.keys().filter_map(|name| Entry::parse(name)).collect();
            let last = Head::entries(&entries);
            // where two writers did not know of each other, a hold counts more than its end
            let held = last.iter().find(|entry| entry.kind == EventKind::Held);
            paths.extend(held.map(|entry| format!("{folder}/{}", entry.name())));
        }
        let mut held = Held::default();
        for unit in self.lost.units(Some(environment)) {
            let findings = self.lost.findings(Some(environment), &unit).into_iter();
            held.findings
                .extend(findings.map(|finding| finding.unit(environment.as_str(), &unit)));
        }
        for (path, bytes) in self.read(&paths)? {
            let unit = path.split('/').nth(2).unwrap_or_default();
            let event = events::read(&path, &bytes);
            match (event, AgentName::new(unit)) {
                (Ok(event), Ok(agent)) => {
                    let Fact::Held(reason) = event.fact else {
                        continue;
                    };
                    let hold = HoldFile {
                        reason: reason.reason,
                        by: event.by,
                        since: event.time.to_string(),
                    };
                    held.units.insert(agent, hold);
                }
                (Ok(_), Err(_)) => {}
                (Err(finding), _) => held.findings.push(finding.unit(environment.as_str(), unit)),
            }
        }
        Ok(held)
    }

    /// What is held although it was resumed, since nobody who may has signed that; it is looked at only where the trust
    /// file asks for signatures.
    pub(in super::super) fn held_still(
        &self,
        environment: &EnvironmentName,
        believer: &Believer<'_>,
    ) -> Result<Held, Failure> {
        let mut held = Held::default();
        if !believer.demands(environment) {
            return Ok(held);
        }
        let names = self.folders(&[ledger::holds(environment.as_str())])?.remove(0);
        let asked: Vec<_> = names.keys().map(|unit| (Some(environment), unit.as_str())).collect();
        let histories = believer.believed(self, self.units(&asked)?, environment)?;
        for (unit, history) in names.keys().zip(histories) {
            if let (Ok(agent), Some(hold)) = (AgentName::new(unit), history.hold()) {
                held.units.insert(agent, hold);
                let findings = history.findings.into_iter();
                held.findings
                    .extend(findings.map(|finding| finding.unit(environment.as_str(), unit)));
            }
        }
        Ok(held)
    }

    /// Of these units, those that may have been rolled back last, with all that happened to them. Names alone tell of
    /// the others: every rollback holds, and its event has a name of its own.
    pub(in super::super) fn rolled_back<'u>(
        &self,
        environment: &EnvironmentName,
        units: impl Iterator<Item = &'u AgentName>,
    ) -> Result<Vec<(&'u AgentName, UnitHistory)>, Failure> {
        let held = self.folders(&[ledger::holds(environment.as_str())])?.remove(0);
        let units: Vec<&AgentName> = units.filter(|unit| held.contains_key(unit.as_str())).collect();
        let folder = |unit: &&AgentName| Entry::folder(Some(environment), unit.as_str(), EventKind::RolledBack);
        let folders: Vec<String> = units.iter().map(folder).collect();
        let found = self.folders(&folders)?;
        let asked = units.into_iter().zip(&found);
        let asked = asked.filter(|(_, names)| may_be_unfinished(names.keys()));
        let asked: Vec<&AgentName> = asked.map(|(unit, _)| unit).collect();
        let names: Vec<_> = asked.iter().map(|unit| (Some(environment), unit.as_str())).collect();
        Ok(asked.into_iter().zip(self.units(&names)?).collect())
    }

    /// What new events of units follow.
    pub(in super::super) fn heads(&self, units: &[(Option<EnvironmentName>, String)]) -> Result<Vec<Head>, Failure> {
        let folders: Vec<Vec<String>> = units
            .iter()
            .map(|(environment, unit)| Entry::folders(environment.as_ref(), unit))
            .collect();
        let all: Vec<String> = folders.iter().flatten().cloned().collect();
        let mut entries = self.folders(&all)?.into_iter();
        let mut heads = Vec::new();
        let mut paths = Vec::new();
        for ((environment, unit), folders) in units.iter().zip(&folders) {
            let names = entries.by_ref().take(folders.len()).flat_map(BTreeMap::into_keys);
            let entries: Vec<Entry> = names.filter_map(|name| Entry::parse(&name)).collect();
            let last = Head::entries(&entries);
            heads.push((last.first().map_or(0, |entry| entry.sequence), last.len()));
            paths.extend(last.iter().map(|entry| {
                let folder = Entry::folder(environment.as_ref(), unit, entry.kind);
                format!("{folder}/{}", entry.name())
            }));
        }
        let files: BTreeMap<String, _> = self.read(&paths)?.into_iter().collect();
        let mut paths = paths.iter();
        let head = |(sequence, count)| Head {
            sequence,
            digests: paths
                .by_ref()
                .take(count)
                .filter_map(|path| files.get(path))
                .map(|bytes| Digest::of(bytes))
                .collect(),
        };
        Ok(heads.into_iter().map(head).collect())
    }
}

/// Of a unit's events in these folders, the paths of those to read and the names of the others: the latest are read, at most
/// so many, and what is about incidents.
fn choose(folders: &[String], listed: &[BTreeMap<String, GitId>], most: usize) -> (Vec<String>, Vec<Entry>) {
    let names = folders.iter().zip(listed);
    let names = names.flat_map(|(folder, names)| names.keys().map(move |name| (folder, name)));
    let mut entries: Vec<(Entry, &String)> = names
        .filter_map(|(folder, name)| Some((Entry::parse(name)?, folder)))
        .collect();
    // an event's place is that of its number, which the names begin with
    entries.sort();
    let last = entries.len().saturating_sub(most);
    let (late, mut early) = (entries.split_off(last), entries);
    let told = early.extract_if(.., |(entry, _)| entry.kind == EventKind::Incident);
    let read = told
        .chain(late)
        .map(|(entry, folder)| format!("{folder}/{}", entry.name()))
        .collect();
    (read, early.into_iter().map(|(entry, _)| entry).collect())
}
