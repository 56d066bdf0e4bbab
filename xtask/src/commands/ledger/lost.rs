//! Events that were taken out of the ledger. The last one of a unit is named by none, so that only the history of the
//! branch tells that it was there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lockstep::model::{EnvironmentName, Finding};
use lockstep::release::ledger::{Entry, taken_out};
use lockstep::workspace::layout::ledger;

use crate::failure::Failure;
use crate::ports::{Files, GitId, Repository};

/// The events that the ledger had and has no more, by path, each with the commit that took it out.
#[derive(Debug, Default)]
pub(super) struct Lost {
    events: BTreeMap<String, GitId>,
}

impl Lost {
    /// Looks at each commit once: up to which ones nothing was lost is remembered in the git folder. Deleting the memory
    /// costs time, never a different answer.
    pub(super) fn of(delivery: &dyn Repository, files: &dyn Files, commits: &[GitId]) -> Result<Lost, Failure> {
        let memory = delivery.git_folder().join("lockstep/whole-ledger");
        let known = remembered(files, &memory)?;
        if commits.iter().all(|commit| known.contains(commit)) {
            return Ok(Lost::default());
        }
        let mut events = BTreeMap::new();
        for commit in commits {
            events.extend(delivery.changes(commit, &known)?);
        }
        events.retain(|path, _| path.rsplit('/').next().and_then(Entry::parse).is_some());
        let folders: BTreeSet<&str> = events
            .keys()
            .filter_map(|path| Some(path.rsplit_once('/')?.0))
            .collect();
        let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
        let mut there = BTreeSet::new();
        for commit in commits {
            for (folder, entries) in folders.iter().zip(delivery.folders(commit, &folders)?) {
                there.extend(entries.into_keys().map(|name| format!("{folder}/{name}")));
            }
        }
        events.retain(|path, _| !there.contains(path));
        let is_whole = !files.exists(&delivery.git_folder().join("shallow"));
        if events.is_empty() && is_whole {
            let ids: Vec<&str> = commits.iter().map(|commit| commit.0.as_str()).collect();
            // a repository that cannot be written is only slower
            let _ = files.write(&memory, ids.join("\n").as_bytes());
        }
        Ok(Lost { events })
    }

    /// What is to be said of a unit.
    pub(super) fn findings(&self, environment: Option<&EnvironmentName>, unit: &str) -> Vec<Finding> {
        let folders = Entry::folders(environment, unit);
        let is_of = |path: &str| {
            folders
                .iter()
                .any(|folder| path.rsplit_once('/').is_some_and(|(own, _)| own == folder))
        };
        let own = self.events.iter().filter(|(path, _)| is_of(path));
        own.map(|(path, commit)| taken_out(path, &commit.0)).collect()
    }

    /// The units of an environment, or of no environment, that lost something.
    pub(super) fn units(&self, environment: Option<&EnvironmentName>) -> impl Iterator<Item = String> {
        let place = environment.map_or(ledger::EVERYWHERE, EnvironmentName::as_str);
        let unit = move |path: &String| {
            let rest = path.strip_prefix(place)?.strip_prefix('/')?;
            let rest = rest
                .strip_prefix(ledger::HOLDS)
                .and_then(|held| held.strip_prefix('/'))
                .unwrap_or(rest);
            Some(rest.split('/').next()?.to_owned())
        };
        self.events.keys().filter_map(unit)
    }
}

fn remembered(files: &dyn Files, memory: &Path) -> Result<Vec<GitId>, Failure> {
    let bytes = files.read_own(memory)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let is_id = |line: &&str| line.len() == 40 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(text.lines().filter(is_id).map(|line| GitId(line.to_owned())).collect())
}
