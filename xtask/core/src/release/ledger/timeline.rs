//! The releases of a unit as they follow each other, each with what is thought of it.

use std::collections::BTreeMap;

use super::unit::Recorded;
use super::{ReleaseName, Verdict};

/// Releases as they follow each other, found by the commits that they are called by: a unit may have thousands, and a
/// verdict on each.
#[derive(Default)]
pub(super) struct Timeline {
    pub(super) releases: Vec<Option<Recorded>>,
    /// Which releases a commit wrote, or wrote first before a rollback brought them back.
    by_commit: BTreeMap<String, Vec<usize>>,
}

impl Timeline {
    pub(super) fn push(&mut self, release: Option<Recorded>) {
        let names = release.iter().flat_map(|recorded| {
            let back = recorded.brought_back.as_ref().map(|back| back.commit.clone());
            [Some(recorded.release.commit.clone()), back]
        });
        for commit in names.flatten() {
            self.by_commit.entry(commit).or_default().push(self.releases.len());
        }
        self.releases.push(release);
    }

    /// What a commit wrote itself.
    pub(super) fn written(&self, commit: &str) -> Option<&Recorded> {
        let known = self.by_commit.get(commit).into_iter().flatten();
        let mut known = known.filter_map(|index| self.releases.get(*index)?.as_ref());
        known.rfind(|recorded| recorded.release.commit == commit)
    }

    /// The last release was not good enough to stay, nor is what it had brought back.
    pub(super) fn take_back(&mut self) {
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
    pub(super) fn judge(&mut self, release: &ReleaseName, verdict: Verdict) {
        for index in self.by_commit.get(&release.commit).into_iter().flatten() {
            if let Some(Some(recorded)) = self.releases.get_mut(*index)
                && recorded.verdict != Verdict::Rollbacked
            {
                recorded.verdict = verdict;
            }
        }
    }
}
