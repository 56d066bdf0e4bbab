//! What a unit's events add up to: its releases, what is thought of each, and whether it is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::timeline::Timeline;
use super::{Committed, Entry, Event, Fact, Gated, Mark, ReleaseName, Sealed, Verdict, event};
use crate::model::{Digest, EnvironmentName, Finding, Timestamp};
use crate::workspace::files::{HoldFile, PromotedFrom};
use crate::workspace::layout::{ENVIRONMENT_UNIT, ledger};

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
    /// SHA-256 of everything that it was rendered from; absent where the ledger does not know what a rollback brought back.
    pub input_digest: Option<Digest>,
    /// The release that a rollback brought back.
    pub brought_back: Option<ReleaseName>,
    /// What is thought of it.
    pub verdict: Verdict,
}

/// A unit left its environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// After how many releases.
    pub after: usize,
    /// What ran before; its commit is the one that removed it.
    pub release: ReleaseName,
    /// When it was recorded.
    pub time: Timestamp,
    /// Who did it.
    pub by: String,
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
                    input_digest: Some(released.input_digest),
                    brought_back: None,
                    verdict: Verdict::Watching,
                    time: event.time,
                    by: event.by.clone(),
                })),
                Fact::RolledBack(rollback) => {
                    let first = timeline.written(&rollback.to.commit);
                    let verdict = first.map_or(Verdict::Watching, |first| first.verdict);
                    let input_digest = first.and_then(|first| first.input_digest);
                    timeline.take_back();
                    timeline.push(Some(Recorded {
                        release: ReleaseName {
                            commit: rollback.commit.clone(),
                            ..rollback.to.clone()
                        },
                        started: rollback.started.unwrap_or(event.time),
                        namespace: rollback.namespace.clone(),
                        promoted_from: None,
                        input_digest,
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

    /// Where it left this environment, the earliest first.
    pub fn removals(&self) -> Vec<Removal> {
        let mut after = 0;
        let mut removals = Vec::new();
        for (event, fact) in self.facts() {
            match fact {
                Fact::Released(_) | Fact::RolledBack(_) => after += 1,
                Fact::Removed(removed) => removals.push(Removal {
                    after,
                    release: removed.release.clone(),
                    time: event.time,
                    by: event.by.clone(),
                }),
                _ => {}
            }
        }
        removals
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

    /// The commits that wrote what runs: its own, and where a rollback brought it back, those before.
    fn written_by(&self) -> BTreeSet<String> {
        let releases = self.timeline();
        let mut next = releases.last().cloned().flatten();
        let mut commits = BTreeSet::new();
        while let Some(release) = next.filter(|release| !commits.contains(&release.release.commit)) {
            commits.insert(release.release.commit);
            let is_back = |other: &&Recorded| Some(&other.release) == release.brought_back.as_ref();
            next = releases.iter().flatten().rfind(is_back).cloned();
        }
        commits
    }

    /// The events that say how the unit stands: what released what runs, the last verdict on that and the last that stops it,
    /// the last hold and its end, and what was told last of each incident.
    pub fn standing(&self) -> UnitHistory {
        let current = self.current().map(|current| current.release.commit);
        let is_current = |commit: &str| current.as_deref() == Some(commit);
        let written = self.written_by();
        let (mut released, mut held, mut resumed) = (None, None, None);
        let (mut stopped, mut verdict) = (None, None);
        let mut incidents = BTreeMap::new();
        for (index, (_, event)) in self.events.iter().enumerate() {
            match &event.fact {
                Fact::Released(release) if is_current(&release.release.commit) => released = Some(index),
                Fact::RolledBack(rollback) if is_current(&rollback.commit) => released = Some(index),
                Fact::Marked(Mark { release, .. }) | Fact::Gated(Gated { release, .. })
                    if written.contains(&release.commit) =>
                {
                    // one that lets go on may count for nothing, and the last that stops stands then
                    match event.fact.needs_signature() {
                        true => verdict = Some(index),
                        false => (stopped, verdict) = (Some(index), None),
                    }
                }
                Fact::Held(_) => (held, resumed) = (Some(index), None),
                Fact::Resumed(_) => resumed = Some(index),
                Fact::Incident(incident) => {
                    incidents.insert(&incident.id, index);
                }
                _ => {}
            }
        }
        let all = [released, stopped, verdict, held, resumed];
        let mut indices: Vec<usize> = all.into_iter().flatten().collect();
        indices.extend(incidents.into_values());
        indices.sort_unstable();
        let event = |index: usize| self.events.get(index).cloned();
        UnitHistory {
            events: indices.into_iter().filter_map(event).collect(),
            findings: Vec::new(),
        }
    }

    /// The history where of what lets something go on only these events count.
    pub fn going_by(mut self, counted: &BTreeSet<Digest>) -> UnitHistory {
        self.events
            .retain(|(digest, event)| !event.fact.needs_signature() || counted.contains(digest));
        self
    }

    /// The commits of the environment's branch that it tells of.
    pub fn commits(&self) -> impl Iterator<Item = &str> {
        self.facts().filter_map(|(_, fact)| fact.commit())
    }

    /// Takes out what tells of other commits of the environment's branch than those that it has, and says so.
    pub fn only_of(&mut self, there: &BTreeSet<String>) -> Option<Finding> {
        let finding = self.lost(there);
        self.events
            .retain(|(_, event)| event.fact.commit().is_none_or(|commit| there.contains(commit)));
        finding
    }

    /// The releases that it tells of and that the environment's branch does not have.
    pub fn lost(&self, there: &BTreeSet<String>) -> Option<Finding> {
        let lost = self.releases().into_iter().map(|recorded| recorded.release);
        let lost = lost.filter(|release| !there.contains(&release.commit));
        let name = |release: ReleaseName| {
            let commit = release.commit.get(..7).unwrap_or(&release.commit);
            format!("{} ({commit})", release.version)
        };
        let lost: Vec<String> = lost.map(name).collect();
        let message = format!(
            "the environment's branch has not what the ledger tells of: {}, which counts for nothing here",
            lost.join(", ")
        );
        (!lost.is_empty()).then(|| {
            Finding::warning("lost-release", message)
                .help("see who set the branch back, never pushed it, or made the event up: `git log lockstep/ledger`")
        })
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

/// That the ledger has nothing of an environment whose branch has releases; `fetch` would bring it.
pub fn nothing_recorded(environment: &EnvironmentName, fetch: &str) -> Finding {
    let message = format!(
        "the ledger has nothing of `{environment}`, whose branch has releases: what was said of them and what is held cannot be known"
    );
    Finding::error("broken-ledger", message)
        .in_file(ledger::BRANCH)
        .unit(environment.as_str(), ENVIRONMENT_UNIT)
        .help(format!(
            "fetch it, `{fetch}`; where nobody has it any more, `cargo xtask release {environment}` records the releases again, \
             marked as recovered"
        ))
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
