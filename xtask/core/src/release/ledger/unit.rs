//! What a unit's events add up to: its releases, what is thought of each, and whether it is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Committed, Entry, Event, Fact, ReleaseName, Sealed, Verdict, event};
use crate::model::{Digest, Finding, Timestamp};
use crate::workspace::files::{HoldFile, PromotedFrom};
use crate::workspace::layout::ledger;

/// The events of a unit, in their order.
#[derive(Clone, Debug, Default)]
pub struct UnitHistory {
    /// The events with the digests of their files.
    pub events: Vec<(Digest, Event)>,
    /// What is wrong with the ledger here.
    pub findings: Vec<Finding>,
}

/// A release that the ledger knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Label, tuple, and the environment commit that wrote it.
    pub release: ReleaseName,
    /// When it was recorded.
    pub time: Timestamp,
    /// When the run began that made it.
    pub started: Timestamp,
    /// Who did it.
    pub by: String,
    /// The namespace that its objects are in.
    pub namespace: String,
    /// Where its tuple was promoted from.
    pub promoted_from: Option<PromotedFrom>,
    /// The release that a rollback brought back.
    pub brought_back: Option<ReleaseName>,
    /// What is thought of it.
    pub verdict: Verdict,
}

impl UnitHistory {
    /// The history in these files, by path. Every event must be what its name says and follow what it names.
    pub fn new(files: Vec<(String, Arc<[u8]>)>) -> UnitHistory {
        UnitHistory::ending(files, &[])
    }

    /// The same where only the latest events are read: `earlier` are the names of the others, none of which may be missing.
    pub fn ending(files: Vec<(String, Arc<[u8]>)>, earlier: &[Entry]) -> UnitHistory {
        let mut history = UnitHistory::default();
        let read: Vec<_> = files.into_par_iter().filter_map(read).collect();
        for one in read {
            match one {
                Ok(event) => history.events.push(event),
                Err(finding) => history.findings.push(*finding),
            }
        }
        history
            .events
            .sort_by(|(one, a), (other, b)| (a.sequence, a.time, one).cmp(&(b.sequence, b.time, other)));
        history.check(earlier);
        history
    }

    /// The same with events after it.
    pub fn with(mut self, events: impl IntoIterator<Item = Sealed>) -> UnitHistory {
        let events = events.into_iter();
        self.events
            .extend(events.map(|sealed| (Digest::of(&sealed.bytes), sealed.event)));
        self
    }

    /// Events that name one which is not there, by its name where it was not read.
    fn check(&mut self, earlier: &[Entry]) {
        let known: BTreeSet<Digest> = self.events.iter().map(|(digest, _)| *digest).collect();
        let names: BTreeSet<&str> = earlier.iter().map(|entry| entry.digest.as_str()).collect();
        let is_there = |digest: &Digest| known.contains(digest) || names.contains(&digest.hex()[..8]);
        let mut gaps = Vec::new();
        for (_, event) in &self.events {
            let begins = event.previous.is_empty() && event.sequence != 1;
            if begins || !event.previous.iter().all(is_there) {
                gaps.push(event.sequence);
            }
        }
        let unread: BTreeSet<u64> = earlier.iter().map(|entry| entry.sequence).collect();
        let mut numbers: BTreeSet<u64> = self.events.iter().map(|(_, event)| event.sequence).collect();
        numbers.extend(&unread);
        gaps.extend(
            unread
                .iter()
                .filter(|number| **number > 1 && !numbers.contains(&(**number - 1))),
        );
        let Some((_, event)) = self.events.first() else { return };
        let unit = ledger::unit(event.environment.as_ref().map(|name| name.as_str()), &event.unit);
        let finding = |sequence: u64| {
            let message = format!(
                "event {sequence} of `{unit}` follows one that is not in the ledger: it was taken out or changed"
            );
            Finding::error("broken-ledger", message)
                .in_file(format!("{}:{unit}", ledger::BRANCH))
                .help(format!(
                    "see what removed it: `git log --stat {} -- {unit}`",
                    ledger::BRANCH
                ))
        };
        self.findings.extend(gaps.into_iter().map(finding));
    }

    /// The facts, in their order.
    pub fn facts(&self) -> impl Iterator<Item = (&Event, &Fact)> {
        self.events.iter().map(|(_, event)| (event, &event.fact))
    }

    /// The furthest commit of the environment's branch that is known. The newest event need not tell it: whoever sets the
    /// branch back could add one of an earlier commit.
    pub fn furthest(&self) -> Option<&Committed> {
        let commits = self.facts().filter_map(|(_, fact)| match fact {
            Fact::Committed(committed) => Some(committed),
            _ => None,
        });
        commits.max_by_key(|committed| committed.number)
    }

    /// Every release in this environment, the earliest first; where it was removed, `None` follows.
    fn timeline(&self) -> Vec<Option<Recorded>> {
        let mut timeline = Timeline::default();
        for (event, fact) in self.facts() {
            match fact {
                Fact::Released(released) => timeline.push(Some(Recorded {
                    release: released.release.clone(),
                    started: released.started.unwrap_or(event.time),
                    namespace: released.namespace.clone(),
                    promoted_from: released.promoted_from.clone(),
                    brought_back: None,
                    verdict: Verdict::Watching,
                    time: event.time,
                    by: event.by.clone(),
                })),
                Fact::RolledBack(rollback) => {
                    let verdict = timeline.verdict(&rollback.to.commit);
                    timeline.take_back();
                    timeline.push(Some(Recorded {
                        release: ReleaseName {
                            commit: rollback.commit.clone(),
                            ..rollback.to.clone()
                        },
                        started: rollback.started.unwrap_or(event.time),
                        namespace: rollback.namespace.clone(),
                        promoted_from: None,
                        brought_back: Some(rollback.to.clone()),
                        verdict,
                        time: event.time,
                        by: event.by.clone(),
                    }));
                }
                Fact::Removed(_) => timeline.push(None),
                Fact::Marked(mark) => timeline.judge(&mark.release, mark.verdict.into()),
                Fact::Gated(gated) => timeline.judge(&gated.release, gated.verdict),
                _ => {}
            }
        }
        timeline.releases
    }

    /// Every release in this environment, the earliest first.
    pub fn releases(&self) -> Vec<Recorded> {
        self.timeline().into_iter().flatten().collect()
    }

    /// The release that runs.
    pub fn current(&self) -> Option<Recorded> {
        self.timeline().pop().flatten()
    }

    /// The hold that nobody has resumed.
    pub fn hold(&self) -> Option<HoldFile> {
        let mut hold = None;
        for (event, fact) in self.facts() {
            match fact {
                Fact::Held(held) => {
                    hold = Some(HoldFile {
                        reason: held.reason.clone(),
                        by: event.by.clone(),
                        since: event.time.to_string(),
                    });
                }
                Fact::Resumed(_) => hold = None,
                _ => {}
            }
        }
        hold
    }

    /// The events that say how the unit stands: what released what runs, the last verdict on that, the last hold and its end,
    /// and what was told last of each incident.
    pub fn standing(&self) -> UnitHistory {
        let current = self.current().map(|current| current.release.commit);
        let is_current = |commit: &str| current.as_deref() == Some(commit);
        let (mut released, mut verdict, mut held, mut resumed) = (None, None, None, None);
        let mut incidents = BTreeMap::new();
        for (index, (_, event)) in self.events.iter().enumerate() {
            match &event.fact {
                Fact::Released(release) if is_current(&release.release.commit) => released = Some(index),
                Fact::RolledBack(rollback) if is_current(&rollback.commit) => released = Some(index),
                Fact::Marked(mark) if is_current(&mark.release.commit) => verdict = Some(index),
                Fact::Gated(gated) if is_current(&gated.release.commit) => verdict = Some(index),
                Fact::Held(_) => (held, resumed) = (Some(index), None),
                Fact::Resumed(_) => resumed = Some(index),
                Fact::Incident(incident) => {
                    incidents.insert(&incident.id, index);
                }
                _ => {}
            }
        }
        let mut indices: Vec<usize> = [released, verdict, held, resumed].into_iter().flatten().collect();
        indices.extend(incidents.into_values());
        indices.sort_unstable();
        let event = |index: usize| self.events.get(index).cloned();
        UnitHistory {
            events: indices.into_iter().filter_map(event).collect(),
            findings: Vec::new(),
        }
    }

    /// The last event about each tuple for which `key` says something, by what it says.
    pub fn latest<K: Ord>(&self, key: impl Fn(&Fact) -> Option<K>) -> BTreeMap<K, &Event> {
        self.facts()
            .filter_map(|(event, fact)| Some((key(fact)?, event)))
            .collect()
    }
}

/// The event in a file, where its name is one of an event; it must be what the name says.
fn read((path, bytes): (String, Arc<[u8]>)) -> Option<Result<(Digest, Event), Box<Finding>>> {
    let entry = Entry::parse(path.rsplit('/').next().unwrap_or(&path))?;
    let digest = Digest::of(&bytes);
    Some(match event::read(&path, &bytes) {
        Ok(event) if Entry::of(event.sequence, event.kind(), digest) != entry => Err(Box::new(changed(&path))),
        Ok(event) => Ok((digest, event)),
        Err(finding) => Err(finding),
    })
}

/// Releases as they follow each other, found by the commits that they are called by: a unit may have thousands, and a
/// verdict on each.
#[derive(Default)]
struct Timeline {
    releases: Vec<Option<Recorded>>,
    /// Which releases a commit wrote, or wrote first before a rollback brought them back.
    by_commit: BTreeMap<String, Vec<usize>>,
}

impl Timeline {
    fn push(&mut self, release: Option<Recorded>) {
        let names = release.iter().flat_map(|recorded| {
            let back = recorded.brought_back.as_ref().map(|back| back.commit.clone());
            [Some(recorded.release.commit.clone()), back]
        });
        for commit in names.flatten() {
            self.by_commit.entry(commit).or_default().push(self.releases.len());
        }
        self.releases.push(release);
    }

    /// The verdict on what a commit wrote itself.
    fn verdict(&self, commit: &str) -> Verdict {
        let known = self.by_commit.get(commit).into_iter().flatten();
        let mut known = known.filter_map(|index| self.releases.get(*index)?.as_ref());
        let own = known.rfind(|recorded| recorded.release.commit == commit);
        own.map_or(Verdict::Watching, |recorded| recorded.verdict)
    }

    /// The last release was not good enough to stay, nor is what it had brought back.
    fn take_back(&mut self) {
        let commit = |recorded: &Recorded| recorded.release.commit.clone();
        let mut pending: Vec<String> = self.releases.last().into_iter().flatten().map(commit).collect();
        while let Some(commit) = pending.pop() {
            for index in self.by_commit.get(&commit).into_iter().flatten() {
                if let Some(Some(recorded)) = self.releases.get_mut(*index)
                    && recorded.verdict != Verdict::Rollbacked
                {
                    recorded.verdict = Verdict::Rollbacked;
                    pending.extend(recorded.brought_back.as_ref().map(|back| back.commit.clone()));
                }
            }
        }
    }

    /// A verdict is on one environment commit: the same tuple with other values is another release.
    fn judge(&mut self, release: &ReleaseName, verdict: Verdict) {
        for index in self.by_commit.get(&release.commit).into_iter().flatten() {
            if let Some(Some(recorded)) = self.releases.get_mut(*index)
                && recorded.verdict != Verdict::Rollbacked
            {
                recorded.verdict = verdict;
            }
        }
    }
}

/// An event that a commit took out of the ledger again.
pub fn taken_out(path: &str, commit: &str) -> Finding {
    let short = commit.get(..12).unwrap_or(commit);
    Finding::error(
        "broken-ledger",
        format!("the commit `{short}` took `{path}` out of the ledger, to which events are only ever added"),
    )
    .in_file(format!("{}:{path}", ledger::BRANCH))
    .help(format!(
        "see who took it out and why: `git show --stat {commit}`; docs/guides/releases.md says how to put it back"
    ))
}

fn changed(path: &str) -> Finding {
    Finding::error(
        "broken-ledger",
        format!("the ledger's `{path}` is not what its name says: it was changed"),
    )
    .in_file(format!("{}:{path}", ledger::BRANCH))
    .help(format!(
        "see what changed it: `git log -p {} -- {path}`",
        ledger::BRANCH
    ))
}
