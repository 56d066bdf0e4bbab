//! A run of `release` against the repositories: what the branches hold, and what is written to them.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{FileTree, Finding, ObjectId};
use lockstep::policy::rules::environment::UnitFacts;
use lockstep::release::ledger::UnitHistory;
use lockstep::release::{BranchState, EnvironmentPlan, PreviousUnit, Stray};
use lockstep::workspace::layout::{self, branch};
use lockstep::workspace::{Environment, SentOn, Workspace, released_from};

use super::super::branches::{branch_state, manifests_on, objects_on};
use super::super::committed::refuse_uncommitted;
use super::super::dry::REMOTE_BRANCHES;
use super::super::ledger::Ledger;
use super::super::remote::{Made, Remote};
use super::super::trust::Trusted;
use super::memory::Memory;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{Commit, GitId, NewCommit, Repository, Tip, Wanted};

/// An environment's branch as the run found it.
pub(super) struct Branch {
    pub(super) tip: Tip,
    pub(super) state: BranchState,
    pub(super) ancestors: BTreeSet<String>,
    pub(super) strays: BTreeMap<String, Stray>,
}

/// What the environments have that a run is not about.
#[derive(Default)]
pub(super) struct Neighbours {
    /// Which unit has an object.
    pub(super) objects: BTreeMap<ObjectId, String>,
    /// What the rules of environments need to know, by environment and unit.
    pub(super) facts: BTreeMap<String, BTreeMap<String, UnitFacts>>,
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

    /// What speaks against releasing from the branch that is checked out.
    pub(super) fn wrong_branch(
        &self,
        context: &Context,
        tree: &FileTree,
        environments: &[&Environment],
        sent_on: SentOn,
    ) -> Result<Vec<Finding>, Failure> {
        let branch = self.repository.current_branch()?;
        let branch = branch.or_else(|| context.environment.source_branch.clone());
        Ok(released_from(
            self.workspace,
            tree,
            branch.as_deref(),
            environments,
            sent_on,
        ))
    }

    /// What an environment's branch holds of the units that are not known to be unchanged. Where the branch is gone, its
    /// numbers go on from those that the ledger knows: keys that were bounded by them stay bounded.
    pub(super) fn branch(
        &self,
        environment: &Environment,
        memory: &Memory,
        ledger: &Ledger<'_>,
    ) -> Result<Branch, Failure> {
        let name = self.workspace.branch(&environment.name);
        let tip = self.delivery.tip(&name, &self.workspace.fleet.delivery.remote)?;
        let Tip::At { commit, .. } = &tip else {
            let own = (Some(&environment.name), layout::ENVIRONMENT_UNIT);
            let histories = ledger.view()?.units(&[own])?;
            let known = histories.first().and_then(UnitHistory::furthest);
            return Ok(Branch {
                tip,
                state: BranchState {
                    sequence: known.map_or(0, |known| known.number),
                    ..BranchState::default()
                },
                ancestors: BTreeSet::new(),
                strays: BTreeMap::new(),
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
        let strays = recorded.difference(&ancestors);
        let strays = strays.map(|commit| Ok((commit.0.clone(), self.stray(commit)?)));
        Ok(Branch {
            strays: strays.collect::<Result<_, Failure>>()?,
            ancestors: ancestors.into_iter().map(|id| id.0).collect(),
            tip,
            state,
        })
    }

    /// How a commit stands to the dry commit, which does not descend from it.
    fn stray(&self, commit: &GitId) -> Result<Stray, Failure> {
        let repository = self.repository;
        if repository.resolve(&commit.0).is_err() {
            return Ok(Stray::Absent);
        }
        let on_branch = ["refs/heads/*", REMOTE_BRANCHES]
            .into_iter()
            .map(|pattern| repository.is_referenced(commit, pattern));
        let on_branch = on_branch.collect::<Result<Vec<bool>, Failure>>()?;
        let is_newer = !repository.ancestors(commit, &[self.head.id.clone()].into())?.is_empty();
        Ok(match (is_newer, on_branch.contains(&true)) {
            (true, true) => Stray::Newer,
            (true, false) => Stray::Undone,
            (false, true) => Stray::Elsewhere,
            (false, false) => Stray::Dropped,
        })
    }

    /// What environments outside the run have that share a namespace with one inside.
    pub(super) fn neighbours(&self, environments: &[&Environment], memory: &Memory) -> Result<Neighbours, Failure> {
        let inside: BTreeSet<_> = environments.iter().map(|environment| &environment.name).collect();
        let names: BTreeSet<_> = environments
            .iter()
            .flat_map(|environment| self.workspace.neighbours(environment))
            .map(|neighbour| &neighbour.name)
            .filter(|name| !inside.contains(name))
            .collect();
        let mut found = Neighbours::default();
        for name in names {
            let branch_name = self.workspace.branch(name);
            let Tip::At { commit, .. } = self.delivery.tip(&branch_name, &self.workspace.fleet.delivery.remote)? else {
                continue;
            };
            found.objects.extend(objects_on(self.delivery, &commit, name)?);
            // nothing is asked between units where only some are read
            if !memory.is_partial() {
                let units = manifests_on(self.delivery, &commit, &|_| true)?.into_iter();
                let facts = units.map(|(unit, objects)| (unit, UnitFacts::of(&objects)));
                found.facts.insert(name.to_string(), facts.collect());
            }
        }
        Ok(found)
    }

    /// Leaves out of the plans what the branches have already: files that the core did not read of them.
    pub(super) fn only_changes(&self, plans: &mut [EnvironmentPlan], branches: &[Branch]) -> Result<(), Failure> {
        for (plan, branch) in plans.iter_mut().zip(branches) {
            let (Some(commit), Some(tip)) = (&mut plan.commit, branch.tip.commit()) else {
                continue;
            };
            let paths: Vec<String> = commit.files.keys().cloned().collect();
            let unread = |(path, bytes): (&String, &Option<_>)| bytes.is_none() || is_unread(path);
            let paths: Vec<String> = paths
                .into_iter()
                .filter(|path| unread((path, &commit.files[path])))
                .collect();
            for (path, there) in paths.iter().zip(self.delivery.read(tip, &paths)?) {
                if commit.files[path] == there {
                    commit.files.remove(path);
                }
            }
        }
        Ok(())
    }

    /// Commits the plans; returns the commit of each branch that got one.
    pub(super) fn apply(
        &self,
        plans: &[EnvironmentPlan],
        branches: &[Branch],
        trusted: &Trusted,
    ) -> Result<Vec<Option<GitId>>, Failure> {
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
                    signing: trusted.commits(&plan.environment),
                });
            }
        }
        let mut made = self.delivery.commit(&commits)?.into_iter();
        Ok(plans
            .iter()
            .map(|plan| plan.commit.as_ref().and_then(|_| made.next()))
            .collect())
    }

    /// The remote of the branches.
    pub(super) fn remote(&self) -> Remote<'_> {
        Remote::of(self.delivery, self.workspace, self.head.seconds)
    }

    /// Moves the notes: to the new commits, or on the tips that stay.
    pub(super) fn note(&self, branches: &[Branch], commits: &[Option<GitId>]) -> Result<(), Failure> {
        let tips = branches.iter().zip(commits).filter_map(|(branch, commit)| {
            let tip = commit.as_ref().or(branch.tip.commit())?;
            Some((tip.clone(), self.head.id.clone()))
        });
        self.remote().note(tips)
    }
}

/// Whether the core writes a file of the branch without having read it.
fn is_unread(path: &str) -> bool {
    path == branch::ATTRIBUTES || path.ends_with("/README.md")
}

/// The commits that a run made, and where their branches stood.
pub(super) fn made(plans: &[EnvironmentPlan], branches: &[Branch], commits: &[Option<GitId>]) -> Vec<Made> {
    let commits = plans.iter().zip(branches).zip(commits);
    commits
        .filter_map(|((plan, branch), commit)| {
            Some(Made {
                branch: plan.branch.clone(),
                before: branch.tip.clone(),
                commit: commit.clone()?,
            })
        })
        .collect()
}

/// A release is made of a commit: what is not committed would not be in it.
pub(super) fn refuse_dirty(repository: &dyn Repository) -> Result<(), Failure> {
    let roots = [&layout::ROOTS[..], &layout::JUDGES].concat();
    refuse_uncommitted(repository, &roots, "a release is made of a commit")
}
