//! A run of `release` against the repositories: what the branches hold, and what is written to them.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{FileTree, ObjectId};
use lockstep::release::{BranchState, EnvironmentPlan, PreviousUnit};
use lockstep::workspace::files::Delivery;
use lockstep::workspace::layout::{branch, ledger};
use lockstep::workspace::{Environment, Workspace};

use super::super::branches::branch_state;
use super::super::ledger::Ledger;
use super::memory::Memory;
use crate::failure::Failure;
use crate::ports::{Commit, GitId, NewCommit, Repository, Tip, Wanted};

/// The notes by which the Argo CD Source Hydrator and GitOps Promoter know what a commit was made from.
const NOTES: &str = "hydrator.metadata";

/// An environment's branch as the run found it.
pub(super) struct Branch {
    pub(super) tip: Tip,
    pub(super) state: BranchState,
    pub(super) ancestors: BTreeSet<String>,
}

/// A run of `release`.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// The repository that people edit.
    pub(super) repository: &'a dyn Repository,
    /// The repository of the environment branches.
    pub(super) delivery: &'a dyn Repository,
    pub(super) workspace: &'a Workspace,
    /// The dry commit.
    pub(super) head: &'a Commit,
}

impl Run<'_> {
    /// The files of the dry commit that are wanted.
    pub(super) fn files(&self, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
        self.repository.files(&self.head.id, wanted)
    }

    /// What an environment's branch holds of the units that are not known to be unchanged.
    pub(super) fn branch(&self, environment: &Environment, memory: &Memory) -> Result<Branch, Failure> {
        let name = self.workspace.branch(&environment.name);
        let tip = self.delivery.tip(&name, &self.workspace.fleet.delivery.remote)?;
        let Tip::At { commit, .. } = &tip else {
            return Ok(Branch {
                tip,
                state: BranchState::default(),
                ancestors: BTreeSet::new(),
            });
        };
        let state = branch_state(self.delivery, commit, &|unit| memory.knows(&environment.name, unit))?;
        let recorded: BTreeSet<GitId> = state
            .units
            .values()
            .filter_map(PreviousUnit::dry_sha)
            .map(GitId)
            .collect();
        let ancestors = self.repository.ancestors(&self.head.id, &recorded)?;
        let ancestors = ancestors.into_iter().map(|id| id.0).collect();
        Ok(Branch { tip, state, ancestors })
    }

    /// Objects of environments outside the run that share a namespace with one inside.
    pub(super) fn foreign(&self, environments: &[&Environment]) -> Result<BTreeMap<ObjectId, String>, Failure> {
        let inside: BTreeSet<_> = environments.iter().map(|environment| &environment.name).collect();
        let neighbours: BTreeSet<_> = environments
            .iter()
            .flat_map(|environment| self.workspace.neighbours(environment))
            .map(|neighbour| &neighbour.name)
            .filter(|name| !inside.contains(name))
            .collect();
        let mut found = BTreeMap::new();
        for name in neighbours {
            let branch_name = self.workspace.branch(name);
            let Tip::At { commit, .. } = self.delivery.tip(&branch_name, &self.workspace.fleet.delivery.remote)? else {
                continue;
            };
            let units: Vec<String> = self.delivery.folder(&commit, branch::RECORDS)?.into_keys().collect();
            let paths: Vec<String> = units.iter().map(|unit| branch::inventory(unit)).collect();
            for (unit, inventory) in units.iter().zip(self.delivery.read(&commit, &paths)?) {
                let previous = PreviousUnit {
                    inventory,
                    ..PreviousUnit::default()
                };
                let objects = previous
                    .inventory()
                    .map(|inventory| inventory.objects)
                    .unwrap_or_default();
                found.extend(objects.into_iter().map(|object| (object.id, format!("{name}/{unit}"))));
            }
        }
        Ok(found)
    }

    /// Commits the plans; returns the commit of each branch that got one.
    pub(super) fn apply(&self, plans: &[EnvironmentPlan], branches: &[Branch]) -> Result<Vec<Option<GitId>>, Failure> {
        let author = &self.workspace.fleet.delivery.author;
        let mut commits = Vec::new();
        for (plan, branch) in plans.iter().zip(branches) {
            if let Some(commit) = &plan.commit {
                commits.push(NewCommit {
                    branch: plan.branch.clone(),
                    tip: branch.tip.clone(),
                    change: commit.files.clone(),
                    author: author.clone(),
                    seconds: self.head.seconds,
                    offset_minutes: self.head.offset_minutes,
                    message: commit.message.clone(),
                });
            }
        }
        let mut made = self.delivery.commit(&commits)?.into_iter();
        Ok(plans
            .iter()
            .map(|plan| plan.commit.as_ref().and_then(|_| made.next()))
            .collect())
    }

    /// Moves the notes: to the new commits, or on the tips that stay.
    pub(super) fn note(&self, branches: &[Branch], commits: &[Option<GitId>]) -> Result<(), Failure> {
        let author = &self.workspace.fleet.delivery.author;
        let mut notes = BTreeMap::new();
        for (branch, commit) in branches.iter().zip(commits) {
            let tip = commit.clone().or_else(|| branch.tip.commit().cloned());
            notes.extend(tip.map(|tip| (tip, format!("{{\"drySha\":\"{}\"}}", self.head.id.0))));
        }
        self.delivery
            .set_notes(&format!("refs/notes/{NOTES}"), &notes, author, self.head.seconds)
    }

    /// Learns where the remote's environment branches and notes stand.
    pub(super) fn fetch(&self) -> Result<(), Failure> {
        let Delivery {
            remote,
            branch_prefix,
            author,
            ..
        } = &self.workspace.fleet.delivery;
        let branches = format!("+refs/heads/{branch_prefix}*:refs/remotes/{remote}/{branch_prefix}*");
        let notes = format!("+refs/notes/*:{}*", remote_notes(remote, ""));
        let ledger = Ledger::refspec(&self.workspace.fleet.delivery);
        self.delivery.fetch(remote, &[branches, notes, ledger])?;
        self.delivery.adopt(
            &format!("refs/notes/{NOTES}"),
            &remote_notes(remote, NOTES),
            author,
            self.head.seconds,
        )
    }

    /// Goes back to where the remote's branches are, after it refused a push because somebody else was first. Of this
    /// clone, only commits that this run made are dropped. Returns those.
    pub(super) fn withdraw(
        &self,
        plans: &[EnvironmentPlan],
        branches: &[Branch],
        commits: &[Option<GitId>],
    ) -> Result<BTreeSet<GitId>, Failure> {
        self.fetch()?;
        let Delivery { remote, author, .. } = &self.workspace.fleet.delivery;
        let mut dropped = BTreeSet::new();
        for ((plan, branch), commit) in plans.iter().zip(branches).zip(commits) {
            let local = format!("refs/heads/{}", plan.branch);
            let there = self.delivery.remote_tip(&plan.branch, remote)?;
            let (Some(commit), Some(there)) = (commit, there) else {
                continue;
            };
            let is_ours = self.delivery.reference(&local)?.as_ref() == Some(commit);
            let follows = match branch.tip.commit() {
                Some(before) => *before != there && self.is_ancestor(before, &there)?,
                None => true,
            };
            if is_ours && follows {
                let tracking = format!("refs/remotes/{remote}/{}", plan.branch);
                self.delivery.adopt(&local, &tracking, author, self.head.seconds)?;
                dropped.insert(commit.clone());
            }
        }
        Ok(dropped)
    }

    fn is_ancestor(&self, commit: &GitId, descendant: &GitId) -> Result<bool, Failure> {
        let found = self.delivery.ancestors(descendant, &[commit.clone()].into())?;
        Ok(!found.is_empty())
    }

    /// Pushes what this clone has more than the remote: the branches of the run, the ledger and the notes.
    pub(super) fn push(&self, plans: &[EnvironmentPlan]) -> Result<bool, Failure> {
        let remote = &self.workspace.fleet.delivery.remote;
        let mut references = Vec::new();
        let mut add = |local: String, there: Option<GitId>| -> Result<(), Failure> {
            // a lease alone would let a branch that lags behind take the remote's back
            let ahead = match (self.delivery.reference(&local)?, &there) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(here), Some(there)) => here != *there && self.is_ancestor(there, &here)?,
            };
            if ahead {
                references.push((local, there));
            }
            Ok(())
        };
        for plan in plans {
            add(
                format!("refs/heads/{}", plan.branch),
                self.delivery.remote_tip(&plan.branch, remote)?,
            )?;
        }
        add(
            format!("refs/heads/{}", ledger::BRANCH),
            self.delivery.remote_tip(ledger::BRANCH, remote)?,
        )?;
        add(
            format!("refs/notes/{NOTES}"),
            self.delivery.reference(&remote_notes(remote, NOTES))?,
        )?;
        self.delivery.push(remote, &references)?;
        Ok(!references.is_empty())
    }
}

/// Where a fetch puts the notes of a remote.
fn remote_notes(remote: &str, name: &str) -> String {
    format!("refs/lockstep/{remote}/notes/{name}")
}
