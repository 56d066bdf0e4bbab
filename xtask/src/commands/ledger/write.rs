//! Appends to the ledger, by compare-and-swap, until it worked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::artifact::{Generator, MOST_EVENTS, events_statement};
use lockstep::model::{Digest, EnvironmentName};
use lockstep::release::ledger::{Draft, Fact, Head, Sealed, UnitKey, seal, seal_together};
use lockstep::workspace::layout::ledger;

use super::{Ledger, View};
use crate::commands::signing::Together;
use crate::failure::{Failure, FailureKind};
use crate::ports::{CommitSigning, GitId, NewCommit, Tip, TreeChange};

/// How often to begin again when others write at the same moment.
const ATTEMPTS: u32 = 30;

/// What makes the drafts of events, from the ledger as it is by then.
pub(in super::super) type Make<'a> = &'a dyn Fn(&View<'_>) -> Result<Vec<Draft>, Failure>;

impl Ledger<'_> {
    /// Appends events. `make` is asked again whenever somebody else was first, so that it never says what is said.
    pub(in super::super) fn append(&self, make: Make<'_>) -> Result<Vec<Sealed>, Failure> {
        let mut attempt = 1;
        loop {
            match self.append_once(make) {
                Err(failure) if failure.kind == FailureKind::Race && attempt < ATTEMPTS => {
                    self.clock.pause(attempt);
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    fn append_once(&self, make: Make<'_>) -> Result<Vec<Sealed>, Failure> {
        let view = self.view()?;
        let drafts = make(&view)?;
        let apart = view.commits.len() > 1;
        if drafts.is_empty() && !apart {
            return Ok(Vec::new());
        }
        if view.commits.is_empty() {
            // without events, so that whatever is withdrawn later has a commit before it
            self.commit(&view, TreeChange::new(), "Begin the ledger\n")?;
            return self.append_once(make);
        }
        let mut change = self.only_here(&view)?;
        let sealed = self.sealed(&view, drafts, &mut change)?;
        self.commit(&view, change, &message(&sealed))?;
        Ok(sealed)
    }

    /// Gives drafts their places and puts their files among what changes, with the signatures over them where somebody
    /// here may sign.
    fn sealed(&self, view: &View<'_>, drafts: Vec<Draft>, change: &mut TreeChange) -> Result<Vec<Sealed>, Failure> {
        let mut heads = heads(view, &drafts)?;
        let mut sealed = Vec::new();
        for together in apart(drafts) {
            let Some(signing) = &self.signing else {
                sealed.extend(sealed_alone(together, &mut heads));
                continue;
            };
            let releases = releases(view, &together)?;
            let environment = together[0].environment.clone();
            let signer = signing.signer(&Together {
                environment: environment.as_ref(),
                units: together.iter().map(|draft| draft.unit.as_str()).collect(),
                releases: &releases,
                matters: together.iter().any(|draft| draft.fact.needs_signature()),
            })?;
            let Some(signer) = signer else {
                sealed.extend(sealed_alone(together, &mut heads));
                continue;
            };
            let (name, events) = seal_together(together, &mut heads);
            let digest = |event: &Sealed| (event.path.clone(), Digest::of(&event.bytes));
            let generator = Generator::lockstep(env!("CARGO_PKG_VERSION"));
            let statement = events_statement(&events.iter().map(digest).collect(), &releases, generator);
            let bundle = signer.sign(&[statement.into()])?.pop();
            change.insert(ledger::signature(&name.hex()), bundle);
            sealed.extend(events);
        }
        let file = |event: &Sealed| (event.path.clone(), Some(Arc::from(event.bytes.as_slice())));
        change.extend(sealed.iter().map(file));
        Ok(sealed)
    }

    /// Takes back events that were never pushed, since what they tell of was undone: what else is here goes on top of the
    /// last commit that has none of them.
    pub(in super::super) fn withdraw(&self, paths: &BTreeSet<String>) -> Result<(), Failure> {
        let mut attempt = 1;
        loop {
            let mut view = self.view()?;
            if let [only] = &view.commits[..] {
                view.commits = vec![self.before(only, paths)?, only.clone()];
            }
            let mut change = self.only_here(&view)?;
            change.retain(|path, _| !paths.contains(path));
            match self.commit(&view, change, "Take back what was not pushed\n") {
                Err(failure) if failure.kind == FailureKind::Race && attempt < ATTEMPTS => {
                    self.clock.pause(attempt);
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// The last commit that has none of these events.
    fn before(&self, commit: &GitId, paths: &BTreeSet<String>) -> Result<GitId, Failure> {
        let paths: Vec<String> = paths.iter().cloned().collect();
        for before in self.delivery.line(commit, usize::MAX)? {
            if self.delivery.read(&before, &paths)?.iter().all(Option::is_none) {
                return Ok(before);
            }
        }
        let message = "the ledger of this clone begins with what is to be taken back";
        Err(Failure::new(FailureKind::Repository, message).hint(format!(
            "push it by itself, and begin again: `git push {} {}`",
            self.settings.remote,
            ledger::BRANCH
        )))
    }

    fn commit(&self, view: &View<'_>, change: TreeChange, message: &str) -> Result<(), Failure> {
        let tip = match view.commits.first() {
            None => Tip::Unborn,
            Some(commit) => Tip::At {
                commit: commit.clone(),
                local: view.local.clone(),
            },
        };
        self.delivery.commit(&[NewCommit {
            branch: ledger::BRANCH.to_owned(),
            tip,
            change,
            author: self.settings.author.clone(),
            seconds: self.clock.now(),
            offset_minutes: 0,
            message: message.to_owned(),
            signing: CommitSigning::AsSet,
        }])?;
        Ok(())
    }

    /// Where the local branch and the remote's went apart: the files that only ours has. They go on top of the
    /// remote's as they are, so that nobody's event is changed or lost.
    fn only_here(&self, view: &View<'_>) -> Result<TreeChange, Failure> {
        let [theirs, ours] = &view.commits[..] else {
            return Ok(TreeChange::new());
        };
        let mut paths = Vec::new();
        self.differing(theirs, ours, "", &mut paths)?;
        let files = self.delivery.read(ours, &paths)?;
        Ok(paths
            .into_iter()
            .zip(files)
            .filter(|(_, bytes)| bytes.is_some())
            .collect())
    }

    fn differing(&self, theirs: &GitId, ours: &GitId, folder: &str, found: &mut Vec<String>) -> Result<(), Failure> {
        let (there, here) = (
            self.delivery.folder(theirs, folder)?,
            self.delivery.folder(ours, folder)?,
        );
        for (name, id) in here {
            if there.get(&name) == Some(&id) {
                continue;
            }
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            if path.ends_with(".json") {
                found.push(path);
            } else {
                self.differing(theirs, ours, &path, found)?;
            }
        }
        Ok(())
    }
}

/// What the new events of units follow.
fn heads(view: &View<'_>, drafts: &[Draft]) -> Result<BTreeMap<UnitKey, Head>, Failure> {
    let units: BTreeSet<UnitKey> = drafts
        .iter()
        .map(|draft| (draft.environment.clone(), draft.unit.clone()))
        .collect();
    let units: Vec<_> = units.into_iter().collect();
    let heads = view.heads(&units)?;
    Ok(units.into_iter().zip(heads).collect())
}

/// Drafts that one signature can be about: of one environment, and no more than one statement takes.
fn apart(drafts: Vec<Draft>) -> Vec<Vec<Draft>> {
    let mut by_environment: BTreeMap<Option<EnvironmentName>, Vec<Draft>> = BTreeMap::new();
    for draft in drafts {
        by_environment.entry(draft.environment.clone()).or_default().push(draft);
    }
    let parts = by_environment.into_values();
    parts
        .flat_map(|drafts| drafts.chunks(MOST_EVENTS).map(<[Draft]>::to_vec).collect::<Vec<_>>())
        .collect()
}

fn sealed_alone(drafts: Vec<Draft>, heads: &mut BTreeMap<UnitKey, Head>) -> Vec<Sealed> {
    let unit = |draft: &Draft| (draft.environment.clone(), draft.unit.clone());
    let drafts = drafts.into_iter();
    drafts
        .map(|draft| {
            let head = heads.entry(unit(&draft)).or_default();
            seal(draft, head)
        })
        .collect()
}

/// How far the environments of events are: what the ledger knows, and what the events themselves tell.
fn releases(view: &View<'_>, drafts: &[Draft]) -> Result<BTreeMap<EnvironmentName, u64>, Failure> {
    let environments = match drafts.first().and_then(|draft| draft.environment.clone()) {
        Some(environment) => vec![environment],
        None => view.environments()?,
    };
    let told = drafts.iter().filter_map(|draft| match &draft.fact {
        Fact::Committed(committed) => Some(committed.number),
        _ => None,
    });
    let told = told.max().unwrap_or_default();
    let mut releases = BTreeMap::new();
    for environment in environments {
        let known = view.last_commit(&environment)?.map_or(0, |committed| committed.number);
        releases.insert(environment, known.max(told));
    }
    Ok(releases)
}

/// One line for one event, a list for more.
fn message(sealed: &[Sealed]) -> String {
    let line = |event: &Sealed| {
        let event = &event.event;
        let place = event
            .environment
            .as_ref()
            .map_or(String::new(), |name| format!("{name}/"));
        format!("{place}{} {}", event.unit, event.kind().as_str())
    };
    match sealed {
        [] => "Join what two clones recorded\n".to_owned(),
        [one] => format!("{}\n", line(one)),
        more => {
            let lines: Vec<String> = more.iter().take(50).map(|event| format!("  {}", line(event))).collect();
            let rest = more.len().saturating_sub(lines.len());
            let rest = if rest > 0 {
                format!("\n  and {rest} more")
            } else {
                String::new()
            };
            format!("{} events\n\n{}{rest}\n", more.len(), lines.join("\n"))
        }
    }
}
