//! Two states that were released: what environments run, commits of their branches, or releases by their labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::model::{AgentName, EnvironmentName, FleetChange, Version};
use lockstep::release::rollback::is_named;
use lockstep::release::{BranchState, PreviousUnit, between_environments};
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT, branch};
use lockstep::workspace::{Environment, Workspace};
use rayon::prelude::*;

use super::super::branches::{branch_state, commit_of, units};
use super::super::dry::{is_near, is_outline};
use super::super::ledger::Ledger;
use super::super::selection;
use super::{Args, here};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Repository, Tip};

/// What a name stands for.
pub(super) enum Named {
    /// A state that was released.
    Released(Side),
    /// A commit that people edit.
    Edited,
}

/// A state that was released.
pub(super) enum Side {
    /// A commit of an environment's branch, and the environment: as it was then, where it left the fleet since.
    Whole(Box<Environment>, BranchState),
    /// Releases of agents, each where it went furthest.
    Releases(BTreeMap<AgentName, (EnvironmentName, BranchState)>),
}

/// Finds out what names stand for.
pub(super) struct Names<'a> {
    pub(super) context: &'a Context,
    pub(super) args: &'a Args,
    pub(super) repository: &'a Arc<dyn Repository>,
    pub(super) delivery: &'a dyn Repository,
    pub(super) workspace: &'a Workspace,
}

impl Names<'_> {
    /// What a name stands for; nothing where nothing here has it.
    pub(super) fn named(&self, name: &str) -> Result<Option<Named>, Failure> {
        if let Some(environment) = self.workspace.environment(name) {
            return Ok(Some(Named::Released(self.tip(environment)?)));
        }
        let released = || {
            let releases = self.releases(name)?;
            let side = (!releases.is_empty()).then_some(Side::Releases(releases));
            Ok::<_, Failure>(side.map(Named::Released))
        };
        // a tag that is called as releases are is still `tags/<name>`
        if Version::parse(name).is_ok()
            && let Some(found) = released()?
        {
            return Ok(Some(found));
        }
        if let Some(side) = self.commit(name)? {
            return Ok(Some(Named::Released(side)));
        }
        if self.repository.resolve(name).is_ok() {
            return Ok(Some(Named::Edited));
        }
        released()
    }

    fn tip(&self, environment: &Environment) -> Result<Side, Failure> {
        let branch = self.workspace.branch(&environment.name);
        match self.delivery.tip(&branch, &self.workspace.fleet.delivery.remote)? {
            Tip::At { commit, .. } => {
                let state = branch_state(self.delivery, &commit, &|_| false)?;
                Ok(Side::Whole(Box::new(environment.clone()), state))
            }
            Tip::Unborn => {
                let message = format!("`{}` was never released", environment.name);
                Err(Failure::new(FailureKind::Usage, message).hint(format!("cargo xtask release {}", environment.name)))
            }
        }
    }

    /// A commit of an environment's branch, by any name that git knows; one that people edit has no records.
    fn commit(&self, name: &str) -> Result<Option<Side>, Failure> {
        let Some(commit) = commit_of(self.delivery, self.workspace, name) else {
            return Ok(None);
        };
        if self.delivery.folder(&commit, branch::RECORDS)?.is_empty() {
            return Ok(None);
        }
        let state = branch_state(self.delivery, &commit, &|_| false)?;
        let record = state.units.values().find_map(|unit| unit.record());
        let Some(name) = record.map(|record| record.environment) else {
            return Ok(None);
        };
        let environment = match self.workspace.environment(name.as_str()) {
            Some(environment) => environment.clone(),
            None => self.former(&name, &state)?,
        };
        Ok(Some(Side::Whole(Box::new(environment), state)))
    }

    /// An environment that left the fleet, as it was in the commit that a state was rendered from.
    fn former(&self, name: &EnvironmentName, state: &BranchState) -> Result<Environment, Failure> {
        let own = state.units.get(ENVIRONMENT_UNIT);
        let found = match own
            .and_then(PreviousUnit::dry_sha)
            .map(|dry| self.repository.resolve(&dry))
        {
            Some(Ok(dry)) => {
                self.context
                    .load_commit(&**self.repository, &dry, &is_outline)?
                    .workspace
            }
            Some(Err(_)) | None => None,
        };
        found
            .and_then(|workspace| workspace.environment(name.as_str()).cloned())
            .ok_or_else(|| unlisted(name))
    }

    /// The releases of agents with this label or tuple, each in the last environment that had it, as it was there last.
    fn releases(&self, name: &str) -> Result<BTreeMap<AgentName, (EnvironmentName, BranchState)>, Failure> {
        let view = Ledger::new(self.context, self.delivery, self.workspace).view()?;
        let environments = selection::environments(self.workspace, &self.args.environment)?;
        let mut found = BTreeMap::new();
        for environment in environments {
            let mut names = view.names(Some(&environment.name))?;
            let asked = |agent: &String| self.args.agent.is_empty() || self.args.agent.contains(agent);
            names.retain(|unit| unit != ENVIRONMENT_UNIT && asked(unit));
            let asked: Vec<_> = names
                .iter()
                .map(|unit| (Some(&environment.name), unit.as_str()))
                .collect();
            for (unit, history) in names.iter().zip(view.units(&asked)?) {
                let releases = history.releases();
                let release = releases.iter().rfind(|release| is_named(release, name));
                if let (Some(release), Ok(agent)) = (release, AgentName::new(unit)) {
                    found.insert(agent, (environment.name.clone(), release.release.commit.clone()));
                }
            }
        }
        let state = |(agent, (environment, commit)): (AgentName, (EnvironmentName, String))| {
            self.fetched(&environment, &commit)?;
            let unit = units(self.delivery, &GitId(commit), &[agent.as_str()])?.remove(0);
            let state = BranchState::new([(agent.to_string(), unit)].into());
            Ok((agent, (environment, state)))
        };
        found.into_iter().map(state).collect()
    }

    /// Fails where a clone does not have the commit of a release that the ledger tells of.
    fn fetched(&self, environment: &EnvironmentName, commit: &str) -> Result<(), Failure> {
        let Err(mut failure) = self.delivery.resolve(commit) else {
            return Ok(());
        };
        let (remote, branch) = (
            &self.workspace.fleet.delivery.remote,
            self.workspace.branch(environment),
        );
        failure.kind = FailureKind::Repository;
        failure.message =
            format!("this clone does not have the commit `{commit}` of `{branch}`, which the ledger tells of");
        Err(failure.hint(format!(
            "or fetch the branch: `git fetch {remote} '+refs/heads/{branch}:refs/remotes/{remote}/{branch}'`; one that is not on it any more is gone"
        )))
    }

    /// What differs between two sides that were released.
    pub(super) fn change(&self, before: &Side, after: &Side) -> Result<FleetChange, Failure> {
        let chosen = match (before.agents(), after.agents()) {
            (None, None) => {
                let folder = self.repository.folder(&self.repository.head()?.id, layout::AGENTS)?;
                let known = before.units().chain(after.units()).chain(folder.keys());
                let known: BTreeSet<AgentName> = known.filter_map(|unit| AgentName::new(unit).ok()).collect();
                let has = |agent: &str| before.units().chain(after.units()).any(|unit| unit == agent);
                if let Some(agent) = self.args.agent.iter().find(|agent| !has(agent)) {
                    return Err(self.elsewhere(agent, &known)?);
                }
                let agents = selection::agents(self.workspace, &self.args.agent, &known)?;
                return self.compared(&[(self.state(before, None)?, self.state(after, None)?, agents)]);
            }
            (Some(one), None) | (None, Some(one)) => one,
            (Some(one), Some(other)) => one.intersection(&other).cloned().collect(),
        };
        if chosen.is_empty() {
            return Err(Failure::new(FailureKind::Usage, "no agent has both of these releases")
                .hint("see what was released: `cargo xtask history <agent>`"));
        }
        let pair = |agent: AgentName| {
            let (before, after) = (self.state(before, Some(&agent))?, self.state(after, Some(&agent))?);
            Ok((before, after, Some([agent].into())))
        };
        let pairs: Vec<_> = chosen.into_iter().map(pair).collect::<Result<_, Failure>>()?;
        self.compared(&pairs)
    }

    /// What is wrong with an agent that neither side has: it runs elsewhere, left the fleet, or nobody knows it.
    fn elsewhere(&self, agent: &str, known: &BTreeSet<AgentName>) -> Result<Failure, Failure> {
        let view = Ledger::new(self.context, self.delivery, self.workspace).view()?;
        let known = known.iter().map(AgentName::as_str);
        if !known.clone().any(|known| known == agent) && !view.knows(agent)? {
            return Ok(selection::unknown("agent", agent, known));
        }
        let failure = Failure::new(FailureKind::Usage, format!("neither side has `{agent}`"));
        Ok(failure.hint(format!("see where it ran: `cargo xtask history {agent}`")))
    }

    /// What differs, and how the texts behind it read. Only agents whose tuples differ are read.
    fn compared(&self, pairs: &[Pair<'_>]) -> Result<FleetChange, Failure> {
        let differing: BTreeSet<AgentName> = pairs.par_iter().flat_map_iter(differing).collect();
        let wanted = |path: &str| is_outline(path) || layout::wanted(path) && is_near(&differing, path);
        let parts = match differing.is_empty() {
            true => None,
            false => self.context.load_part(&here(&**self.repository), &wanted)?.workspace,
        };
        let parts = parts.as_ref().unwrap_or(self.workspace);
        let mut change = FleetChange::default();
        for (before, after, agents) in pairs {
            let one = between_environments(parts, *before, *after, agents.as_ref());
            change.units.extend(one.units);
            change.unchanged += one.unchanged;
        }
        Ok(change)
    }

    fn state<'s>(
        &'s self,
        side: &'s Side,
        agent: Option<&AgentName>,
    ) -> Result<(&'s Environment, &'s BranchState), Failure> {
        match side {
            Side::Whole(environment, state) => Ok((environment, state)),
            Side::Releases(releases) => {
                let (name, state) = agent
                    .and_then(|agent| releases.get(agent))
                    .expect("only agents that are on both sides are compared");
                let environment = self.workspace.environment(name.as_str());
                Ok((environment.ok_or_else(|| unlisted(name))?, state))
            }
        }
    }
}

fn unlisted(name: &EnvironmentName) -> Failure {
    Failure::new(
        FailureKind::Usage,
        format!("the fleet has no environment `{name}` any more"),
    )
}

/// Two states that are compared, in these agents alone where some are named.
type Pair<'s> = (
    (&'s Environment, &'s BranchState),
    (&'s Environment, &'s BranchState),
    Option<BTreeSet<AgentName>>,
);

/// The agents that run other files on either side, or other tools of theirs.
fn differing<'p>(((_, before), (_, after), agents): &'p Pair<'_>) -> impl Iterator<Item = AgentName> + 'p {
    let names = after
        .units
        .iter()
        .filter_map(|(unit, now)| Some((AgentName::new(unit).ok()?, now)));
    let chosen = names.filter(|(agent, _)| agents.as_ref().is_none_or(|agents| agents.contains(agent)));
    chosen.filter_map(|(agent, now)| {
        let then = before.units.get(agent.as_str())?;
        let (then, now) = (then.record()?, now.record()?);
        let is_other = then.id != now.id || then.latest != now.latest || then.overrides.tools != now.overrides.tools;
        is_other.then_some(agent)
    })
}

impl Side {
    /// The agents of releases; none of a whole environment.
    fn agents(&self) -> Option<BTreeSet<AgentName>> {
        match self {
            Side::Releases(releases) => Some(releases.keys().cloned().collect()),
            Side::Whole(..) => None,
        }
    }

    fn units(&self) -> impl Iterator<Item = &String> {
        let state = match self {
            Side::Whole(_, state) => Some(state),
            Side::Releases(_) => None,
        };
        state.into_iter().flat_map(|state| state.units.keys())
    }
}
