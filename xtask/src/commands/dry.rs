//! Commits to the branch that people edit: release files and holds, which promotion, rollback, hold and resume write.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, FileTree, Finding, Timestamp, one_line};
use lockstep::release::DryCommit;
use lockstep::workspace::files::{Delivery, FleetFile};
use lockstep::workspace::layout::{self, Place, branch, ledger};
use lockstep::workspace::{Dependencies, Elsewhere, Workspace, no_branch};
use lockstep::yaml;

use super::ledger::operator;
use super::remote::sends;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Commit, CommitSigning, GitId, NewCommit, Repository, Tip, TreeChange};

/// What this clone knows of the branches of remotes.
pub(super) const REMOTE_BRANCHES: &str = "refs/remotes/*";

/// Where the commit goes.
pub(super) struct Target {
    /// The branch.
    branch: String,
    /// Whether index and work tree go along.
    checked_out: bool,
    /// Where the branch stands.
    tip: Tip,
    /// The commit to go on from: the branch's, or the checked-out one for a new branch.
    pub(super) base: Commit,
}

impl Target {
    /// The named branch, or the one that is checked out.
    pub(super) fn new(repository: &dyn Repository, named: Option<&str>) -> Result<Target, Failure> {
        let current = repository.current_branch()?;
        let branch = match (named, &current) {
            (Some(named), _) => branch_for_people(repository, named)?,
            (None, Some(current)) => current.clone(),
            (None, None) => {
                return Err(Failure::new(
                    FailureKind::Repository,
                    "no branch is checked out, so there is none to commit to",
                )
                .hint("name one: `--branch <name>`"));
            }
        };
        let local = repository.reference(&format!("refs/heads/{branch}"))?;
        let base = match &local {
            Some(local) => repository.resolve(&local.0)?,
            None => repository.head()?,
        };
        // a new branch begins at the checked-out commit
        let tip = Tip::At {
            commit: base.id.clone(),
            local,
        };
        Ok(Target {
            checked_out: current.as_ref() == Some(&branch),
            branch,
            tip,
            base,
        })
    }

    /// Commits a change in the name of whoever runs this.
    pub(super) fn commit(
        &self,
        context: &Context,
        repository: &dyn Repository,
        workspace: &Workspace,
        change: TreeChange,
        message: String,
    ) -> Result<GitId, Failure> {
        let commit = NewCommit {
            branch: self.branch.clone(),
            tip: self.tip.clone(),
            change,
            author: operator(repository, workspace)?,
            seconds: context.clock.now(),
            offset_minutes: 0,
            message,
            signing: CommitSigning::AsSet,
        };
        if self.checked_out {
            return repository.commit_here(&commit);
        }
        let mut made = repository.commit(&[commit])?;
        made.pop()
            .ok_or_else(|| Failure::new(FailureKind::Repository, "git made no commit"))
    }

    /// The branch's name.
    pub(super) fn branch(&self) -> &str {
        &self.branch
    }

    /// Whether it is the branch that is checked out.
    pub(super) fn is_here(&self) -> bool {
        self.checked_out
    }

    /// The command that sends the branch on, with a word about it; nothing where there is no remote.
    pub(super) fn sends(&self, repository: &dyn Repository, delivery: &Delivery, why: &str) -> Option<String> {
        let remote = match delivery.repository {
            None => delivery.remote.as_str(),
            // of the repository that people edit nobody says another name
            Some(_) => "origin",
        };
        // of a branch that is checked out git need not know where it belongs
        let what = if self.checked_out { "HEAD" } else { self.branch.as_str() };
        sends(repository, remote, what, why)
    }
}

/// The name of a branch that was given, if people edit it: what Lockstep writes itself holds no fleet to go on from.
fn branch_for_people(repository: &dyn Repository, name: &str) -> Result<String, Failure> {
    let name = branch_name(name)?;
    if name == ledger::BRANCH || is_environment(repository, &name)? {
        let message =
            format!("`{name}` is a branch of Lockstep's own: release files and holds go to one that people edit");
        return Err(Failure::new(FailureKind::Usage, message).hint("name another: `--branch <name>`"));
    }
    Ok(name)
}

/// Whether a branch is one that releases of an environment go to, by its name or by what is on it.
fn is_environment(repository: &dyn Repository, name: &str) -> Result<bool, Failure> {
    let head = repository.head()?;
    let file = repository.read(&head.id, &[layout::FLEET.to_owned()])?.remove(0);
    let text = file.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let fleet: Option<FleetFile> = text.and_then(|text| yaml::read_typed(text).ok());
    if let Some(fleet) = &fleet {
        let prefix = &fleet.delivery.branch_prefix;
        let place = name.strip_prefix(prefix.as_str());
        let place = place.map(|place| place.strip_suffix(branch::PROPOSED).unwrap_or(place));
        if place.is_some_and(|place| fleet.environments.iter().any(|listed| listed.as_str() == place)) {
            return Ok(true);
        }
    }
    let Some(tip) = repository.reference(&format!("refs/heads/{name}"))? else {
        return Ok(false);
    };
    let is_released = !repository.folder(&tip, branch::RECORDS)?.is_empty();
    Ok(is_released && repository.read(&tip, &[layout::FLEET.to_owned()])?.remove(0).is_none())
}

/// The name of a branch that was given, if git takes it. A full reference would become a branch of that long name.
fn branch_name(name: &str) -> Result<String, Failure> {
    let refused = |why| {
        Failure::new(
            FailureKind::Usage,
            format!("no branch can be called `{}`: {why}", one_line(name)),
        )
    };
    if let Some(short) = name.strip_prefix("refs/heads/") {
        return Err(refused("that is a full reference").hint(format!("leave the folder out: `--branch {short}`")));
    }
    match no_branch(name) {
        _ if name.starts_with("refs/") => Err(refused("that is a full reference")),
        Some(why) => Err(refused(why).hint("write it as `git branch` would take it")),
        None => Ok(name.to_owned()),
    }
}

/// A commit of the branch that people edit, as what is made of it tells.
pub(super) fn dry_commit(commit: &Commit) -> DryCommit {
    let date = Timestamp {
        seconds: commit.seconds,
        offset_minutes: commit.offset_minutes,
    };
    DryCommit::new(commit.id.0.clone(), commit.author.clone(), date, &commit.message)
}

/// What is to be said where a dry commit is on a branch of this clone alone, and what was made of it is pushed: nobody else
/// could tell what was released, and until it is pushed all their releases are refused. A commit that was checked out
/// without a branch is one that was fetched, as in CI.
pub(super) fn unpushed(repository: &dyn Repository, commit: &GitId) -> Result<Option<Finding>, Failure> {
    let Some(branch) = repository.current_branch()? else {
        return Ok(None);
    };
    if repository.is_referenced(commit, REMOTE_BRANCHES)? {
        return Ok(None);
    }
    let commit = commit.0.get(..12).unwrap_or(&commit.0);
    let message = format!("no remote has {commit}, the dry commit of what is pushed, as far as this clone knows");
    Ok(Some(Finding::warning("unpushed-source", message).help(format!(
        "push its branch, `git push` for `{branch}`; until then nobody else can trace this release, and theirs are refused as stale"
    ))))
}

/// Whether a path is one of the few files that say which environments there are and where releases go.
pub(super) fn is_outline(path: &str) -> bool {
    let is_folder_above = path.starts_with("environments/") && path.ends_with('/') && path.matches('/').count() <= 2;
    is_folder_above || matches!(layout::place(path), Place::Fleet | Place::Environment(_))
}

/// The part of a tree that is about some agents and what they depend on, and what must be known of the others.
pub(super) struct Part {
    pub(super) tree: FileTree,
    pub(super) elsewhere: Elsewhere,
}

impl Part {
    /// Reads the part of a commit that is about these agents.
    pub(super) fn read(
        repository: &dyn Repository,
        commit: &GitId,
        outline: &Workspace,
        agents: &BTreeSet<AgentName>,
    ) -> Result<Part, Failure> {
        let near = dependencies(repository, commit, agents)?;
        Part::of(repository, commit, outline, &near, &BTreeMap::new())
    }

    /// The same, with what the agents that are left out depend on: enough to render these as a release does.
    pub(super) fn linked(
        repository: &dyn Repository,
        commit: &GitId,
        outline: &Workspace,
        agents: &BTreeSet<AgentName>,
    ) -> Result<Part, Failure> {
        let folders = repository.folder(commit, layout::AGENTS)?;
        let all = folders.keys().filter_map(|name| AgentName::new(name).ok()).collect();
        let known = dependencies(repository, commit, &all)?;
        let near = known.iter().filter(|(name, _)| agents.contains(*name));
        let near = near.map(|(name, others)| (name.clone(), others.clone())).collect();
        Part::of(repository, commit, outline, &near, &known)
    }

    /// The part that is about the agents that are `near` and what they depend on.
    fn of(
        repository: &dyn Repository,
        commit: &GitId,
        outline: &Workspace,
        near: &Dependencies,
        known: &Dependencies,
    ) -> Result<Part, Failure> {
        let near: BTreeSet<AgentName> = near.keys().chain(near.values().flatten()).cloned().collect();
        let tree = repository.files(commit, &|path| layout::wanted(path) && is_near(&near, path))?;
        let all = repository.folder(commit, layout::AGENTS)?;
        let far = all.keys().filter_map(|name| AgentName::new(name).ok());
        let far = far.filter(|name| !near.contains(name));
        let known = |name: AgentName| {
            let others = known.get(&name).cloned().unwrap_or_default();
            (name, others)
        };
        let elsewhere = elsewhere(repository, commit, outline, far.map(known).collect())?;
        Ok(Part { tree, elsewhere })
    }
}

/// Whether a path is about one of these agents, or about no agent.
pub(super) fn is_near(near: &BTreeSet<AgentName>, path: &str) -> bool {
    let is_near = |name: &str| near.contains(name);
    match path.strip_prefix("agents/") {
        Some(rest) => rest.split_once('/').is_none_or(|(agent, _)| is_near(agent)),
        None => layout::place(path).agent().is_none_or(is_near),
    }
}

/// What must be known of agents of a commit whose files are left out, with those that they depend on.
pub(super) fn elsewhere(
    repository: &dyn Repository,
    commit: &GitId,
    outline: &Workspace,
    agents: Dependencies,
) -> Result<Elsewhere, Failure> {
    let mut released = BTreeMap::new();
    for environment in &outline.environments {
        let folder = format!("{}/{}/releases", layout::ENVIRONMENTS, environment.name);
        let files = repository.folder(commit, &folder)?;
        let names = files.keys().filter_map(|file| file.strip_suffix(".yaml"));
        let names = names.filter_map(|name| AgentName::new(name).ok());
        let left_out = names.filter(|name| agents.contains_key(name)).collect();
        released.insert(environment.name.clone(), left_out);
    }
    Ok(Elsewhere { agents, released })
}

/// What these agents of a commit depend on; of one that cannot be read, which is told when it is, as far as it says.
fn dependencies(
    repository: &dyn Repository,
    commit: &GitId,
    agents: &BTreeSet<AgentName>,
) -> Result<Dependencies, Failure> {
    let paths: Vec<String> = agents.iter().map(|agent| layout::agent(agent.as_str())).collect();
    let files = repository.read(commit, &paths)?;
    let read = |file| lockstep::workspace::dependencies(std::iter::once(file)).and_then(|mut read| read.pop());
    let said = |bytes: &Option<_>| {
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.map(lockstep::workspace::calls).unwrap_or_default()
    };
    let files = paths.iter().zip(&files);
    let read = files.map(|file| read(file).unwrap_or_else(|| said(file.1)));
    Ok(agents.iter().cloned().zip(read).collect())
}
