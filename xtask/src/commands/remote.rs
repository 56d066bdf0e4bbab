//! The remote of the environment branches: what it has, what goes there, and what to do when somebody else was first.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{Digest, Finding};
use lockstep::release::ledger::Sealed;
use lockstep::workspace::Workspace;
use lockstep::workspace::files::Delivery;
use lockstep::workspace::layout::ledger as ledger_paths;

use super::ledger::Ledger;
use crate::failure::Failure;
use crate::ports::{GitId, Repository, Tip};

/// The notes by which the Argo CD Source Hydrator and GitOps Promoter know what a commit was made from.
const NOTES: &str = "hydrator.metadata";

/// The repository of the environment branches and its remote.
#[derive(Clone, Copy)]
pub(super) struct Remote<'a> {
    delivery: &'a dyn Repository,
    workspace: &'a Workspace,
    /// The date of what is written, seconds since 1970 UTC.
    seconds: i64,
}

/// The command that sends something of this clone on, with a word about it; nothing where there is no such remote.
pub(super) fn sends(repository: &dyn Repository, remote: &str, what: &str, why: &str) -> Option<String> {
    let is_there = repository.remote_url(remote).is_ok_and(|url| url.is_some());
    is_there.then(|| format!("git push {remote} {what}    # {why}"))
}

/// A commit that a run made on an environment's branch.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) branch: String,
    /// Where the branch stood.
    pub(super) before: Tip,
    pub(super) commit: GitId,
}

/// What a run wrote here and could not push yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Unpushed {
    pub(super) made: Vec<Made>,
    pub(super) recorded: Vec<Sealed>,
}

impl Unpushed {
    /// Where the branch stood before the run.
    fn before<'a>(&'a self, made: &'a Made) -> &'a Tip {
        let below = self
            .made
            .iter()
            .find(|other| made.before.commit() == Some(&other.commit));
        below.map_or(&made.before, |below| self.before(below))
    }
}

impl<'a> Remote<'a> {
    /// The remote of a workspace; `seconds` is the date of what is written.
    pub(super) fn of(delivery: &'a dyn Repository, workspace: &'a Workspace, seconds: i64) -> Remote<'a> {
        Remote {
            delivery,
            workspace,
            seconds,
        }
    }

    fn settings(&self) -> &'a Delivery {
        &self.workspace.fleet.delivery
    }

    /// Says of environment commits which dry commit they are made from.
    pub(super) fn note(&self, dry_commits: impl IntoIterator<Item = (GitId, GitId)>) -> Result<(), Failure> {
        let notes: BTreeMap<GitId, String> = dry_commits
            .into_iter()
            .map(|(commit, dry)| (commit, format!("{{\"drySha\":\"{}\"}}", dry.0)))
            .collect();
        let reference = format!("refs/notes/{NOTES}");
        self.delivery
            .set_notes(&reference, &notes, &self.settings().author, self.seconds)
    }

    /// Learns where the remote's environment branches, ledger and notes stand.
    pub(super) fn fetch(&self) -> Result<(), Failure> {
        let Delivery {
            remote,
            branch_prefix,
            author,
            ..
        } = self.settings();
        let branches = format!("+refs/heads/{branch_prefix}*:refs/remotes/{remote}/{branch_prefix}*");
        let notes = format!("+refs/notes/*:{}*", remote_notes(remote, ""));
        let ledger = Ledger::refspec(self.settings());
        self.delivery.fetch(remote, &[branches, notes, ledger])?;
        let (ours, theirs) = (format!("refs/notes/{NOTES}"), remote_notes(remote, NOTES));
        self.delivery.adopt(&ours, &theirs, author, self.seconds)
    }

    /// Pushes what this clone has more than the remote: these branches, the ledger and the notes, all or none. Returns
    /// whether there was anything.
    pub(super) fn push(&self, branches: &[String]) -> Result<bool, Failure> {
        let remote = &self.settings().remote;
        let mut references = Vec::new();
        for branch in branches.iter().map(String::as_str).chain([ledger_paths::BRANCH]) {
            let there = self.delivery.remote_tip(branch, remote)?;
            self.add(&mut references, format!("refs/heads/{branch}"), there)?;
        }
        let there = self.delivery.reference(&remote_notes(remote, NOTES))?;
        self.add(&mut references, format!("refs/notes/{NOTES}"), there)?;
        let stays = "what was written stays on the branches of this clone, and goes along with the next `--push`";
        self.delivery
            .push(remote, &references)
            .map_err(|failure| failure.hint(stays))?;
        Ok(!references.is_empty())
    }

    /// After a push: environment branches of which this clone has more than the remote. The ledger that was pushed tells
    /// of it, so that for others they look like branches that were set back.
    pub(super) fn unpushed(&self) -> Result<Option<Finding>, Failure> {
        let remote = &self.settings().remote;
        let there = |branch: &str| self.delivery.remote_tip(branch, remote);
        let mut references = Vec::new();
        for name in &self.workspace.fleet.environments {
            let branch = self.workspace.branch(name);
            let tip = match there(&branch)? {
                // what was proposed may be merged, and its branch deleted
                None => there(&self.workspace.active_branch(name))?,
                tip => tip,
            };
            self.add(&mut references, format!("refs/heads/{branch}"), tip)?;
        }
        if references.is_empty() {
            return Ok(None);
        }
        let names: Vec<&str> = references
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("refs/heads/"))
            .collect();
        let message = format!(
            "the ledger of `{remote}` tells of releases which it does not have: {}",
            names.join(", ")
        );
        let help = format!(
            "push them too: `git push {remote} {}`; until then `verify` takes their branches elsewhere for set back",
            names.join(" ")
        );
        Ok(Some(Finding::warning("unpushed-release", message).help(help)))
    }

    fn add(
        &self,
        references: &mut Vec<(String, Option<GitId>)>,
        local: String,
        there: Option<GitId>,
    ) -> Result<(), Failure> {
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
    }

    /// After a fetch: where the remote went on while it refused this run's push, goes back to where its branches are, and
    /// takes back what the ledger says of the commits that are dropped with that. Of this clone, only commits that the
    /// run made are dropped.
    pub(super) fn settle(&self, ledger: &Ledger<'_>, unpushed: &mut Unpushed) -> Result<(), Failure> {
        let Delivery { remote, author, .. } = self.settings();
        let mut dropped = BTreeSet::new();
        for made in &unpushed.made {
            let local = format!("refs/heads/{}", made.branch);
            let Some(there) = self.delivery.remote_tip(&made.branch, remote)? else {
                continue;
            };
            let before = unpushed.before(made);
            let has_moved = match before.commit() {
                Some(before) => *before != there && self.is_ancestor(before, &there)?,
                None => true,
            };
            let is_tip = self.delivery.reference(&local)?.as_ref() == Some(&made.commit);
            if is_tip && has_moved && !self.is_ancestor(&made.commit, &there)? {
                let tracking = format!("refs/remotes/{remote}/{}", made.branch);
                self.delivery.adopt(&local, &tracking, author, self.seconds)?;
                let own = unpushed.made.iter().filter(|own| own.branch == made.branch);
                dropped.extend(own.map(|own| own.commit.clone()));
            }
        }
        let is_dropped = |event: &Sealed| {
            let commit = event.event.fact.commit();
            commit.is_some_and(|commit| dropped.contains(&GitId(commit.to_owned())))
        };
        unpushed.made.retain(|made| !dropped.contains(&made.commit));
        let mut withdrawn = BTreeSet::new();
        let (gone, stays): (Vec<_>, Vec<_>) = unpushed.recorded.drain(..).partition(|event| {
            // what goes by a withdrawn event, as the hold of a rollback does, goes with it
            let follows = event.event.previous.iter().any(|previous| withdrawn.contains(previous));
            let is_gone = is_dropped(event) || follows;
            is_gone && withdrawn.insert(Digest::of(&event.bytes))
        });
        unpushed.recorded = stays;
        if !gone.is_empty() {
            let mut paths: BTreeSet<String> = gone.iter().map(|event| event.path.clone()).collect();
            let signed = |events: &[Sealed]| events.iter().filter_map(|event| event.event.signature).collect();
            let (mut signatures, kept): (BTreeSet<Digest>, BTreeSet<Digest>) =
                (signed(&gone), signed(&unpushed.recorded));
            signatures.retain(|signature| !kept.contains(signature));
            paths.extend(signatures.iter().map(|name| ledger_paths::signature(&name.hex())));
            ledger.withdraw(&paths)?;
        }
        Ok(())
    }

    fn is_ancestor(&self, commit: &GitId, descendant: &GitId) -> Result<bool, Failure> {
        let found = self.delivery.ancestors(descendant, &[commit.clone()].into())?;
        Ok(!found.is_empty())
    }
}

/// Where a fetch puts the notes of a remote.
fn remote_notes(remote: &str, name: &str) -> String {
    format!("refs/lockstep/{remote}/notes/{name}")
}
