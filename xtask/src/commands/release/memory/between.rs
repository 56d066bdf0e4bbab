//! What units of an environment must agree on, where a run reads only some of them: of the others it knows the facts
//! that earlier runs left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lockstep::model::{AgentName, Digest, EnvironmentName};
use lockstep::policy::Judge;
use lockstep::policy::rules::environment::{EnvironmentScene, UnitFacts};
use lockstep::release::{Change, EnvironmentPlan};
use lockstep::workspace::Environment;
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT};

use super::super::run::{Branch, Run};
use super::Memory;
use super::places::tip;
use crate::context::Context;
use crate::failure::Failure;

/// Facts by unit.
pub(super) type Units = BTreeMap<String, UnitFacts>;

/// A partial run, whose units may not fit those that it did not read.
pub(in super::super) struct Between<'a> {
    pub(in super::super) context: &'a Context,
    pub(in super::super) run: &'a Run<'a>,
    pub(in super::super) judge: Option<&'a Judge>,
    pub(in super::super) plans: &'a [EnvironmentPlan],
    pub(in super::super) branches: &'a [Branch],
}

impl Between<'_> {
    /// Whether everything is known to fit together still.
    pub(super) fn agree(&self, memory: &Memory) -> Result<bool, Failure> {
        let changed = self.plans.iter().filter(|plan| changes(memory, plan));
        let changed: BTreeSet<&EnvironmentName> = changed.map(|plan| &plan.environment).collect();
        let environments = &self.run.workspace.environments;
        let inside = |environment: &&Environment| self.plan(&environment.name).is_some();
        for environment in environments.iter().filter(inside) {
            if let Some(unfit) = memory.unfit.get(&environment.name) {
                let facts = self.facts_around(memory, &environment.name)?;
                if !facts.is_some_and(|facts| unfit.holds(memory, &environment.name, &facts)) {
                    return Ok(false);
                }
                continue;
            }
            let neighbours: Vec<&Environment> = self.run.workspace.neighbours(environment).collect();
            if neighbours.iter().any(|neighbour| changed.contains(&neighbour.name))
                && !self.agree_in(memory, environment, &neighbours)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether an environment's units are known to fit together, and with those of `all` that share its namespace.
    fn agree_in(&self, memory: &Memory, environment: &Environment, all: &[&Environment]) -> Result<bool, Failure> {
        let Some(judge) = self.judge else {
            return Ok(false);
        };
        let mut units = Units::new();
        let mut neighbours = BTreeMap::new();
        for other in all {
            let Some(facts) = self.after(memory, &other.name)? else {
                return Ok(false);
            };
            if other.name == environment.name {
                units = facts;
            } else {
                neighbours.insert(other.name.to_string(), facts);
            }
        }
        let scene = EnvironmentScene {
            units: &units,
            neighbours: &neighbours,
        };
        Ok(judge.environment(&scene).is_empty())
    }

    /// The digest of the facts after the run by which an environment's units are judged; nothing where some are not known.
    pub(super) fn facts_around(&self, memory: &Memory, name: &EnvironmentName) -> Result<Option<String>, Failure> {
        let Some(environment) = self.run.workspace.environment(name.as_str()) else {
            return Ok(None);
        };
        let mut all = BTreeMap::new();
        for neighbour in self.run.workspace.neighbours(environment) {
            let Some(facts) = self.after(memory, &neighbour.name)? else {
                return Ok(None);
            };
            all.insert(&neighbour.name, facts);
        }
        Ok(Some(Digest::of_json(&all).hex()))
    }

    fn plan(&self, environment: &EnvironmentName) -> Option<(&EnvironmentPlan, &Branch)> {
        let mut plans = self.plans.iter().zip(self.branches);
        plans.find(|(plan, _)| plan.environment == *environment)
    }

    /// The facts of an environment's units after the run; nothing where some are not known.
    fn after(&self, memory: &Memory, environment: &EnvironmentName) -> Result<Option<Units>, Failure> {
        let known = || memory.remembered(self.context, self.run, environment);
        let Some((plan, branch)) = self.plan(environment) else {
            let Some(commit) = tip(self.run, environment)? else {
                return Ok(Some(Units::new()));
            };
            let there = self.run.delivery.folder(&commit, layout::branch::RECORDS)?;
            let is_left = memory.stands_at(environment, &commit.0);
            return Ok(is_left
                .then(known)
                .filter(|known| there.keys().all(|unit| known.contains_key(unit))));
        };
        let removed = plan.changes.iter().filter(|change| change.change == Change::Removed);
        let removed: BTreeSet<&str> = removed.map(|change| change.unit.as_str()).collect();
        let mut units = plan.facts.clone();
        let there = branch.state.units.keys();
        let left: Vec<&String> = there
            .filter(|unit| !units.contains_key(*unit) && !removed.contains(unit.as_str()))
            .collect();
        if left.iter().any(|unit| !memory.knows(environment, unit)) {
            return Ok(None);
        }
        let mut known = known();
        for unit in left {
            match known.remove_entry(unit) {
                Some((unit, facts)) => units.insert(unit, facts),
                None => return Ok(None),
            };
        }
        Ok(Some(units))
    }
}

/// Whether a run changes something that units of an environment must agree on.
fn changes(memory: &Memory, plan: &EnvironmentPlan) -> bool {
    let known = |unit: &str| memory.facts(&plan.environment, unit);
    let mut rendered = plan.facts.iter();
    plan.changes.iter().any(|change| change.change == Change::Removed)
        || rendered.any(|(unit, facts)| known(unit) != Some(digest(facts).as_str()))
}

/// The digest of a unit's facts.
pub(super) fn digest(facts: &UnitFacts) -> String {
    Digest::of_json(facts).hex()
}

impl Memory {
    /// The digest of the facts that are remembered of a unit.
    fn facts(&self, environment: &EnvironmentName, unit: &str) -> Option<&str> {
        if unit == ENVIRONMENT_UNIT {
            return self.cache.tips.get(environment).map(|tip| tip.facts.as_str());
        }
        let unit = (environment.clone(), AgentName::new(unit).ok()?);
        self.cache.units.get(&unit).map(|unit| unit.facts.as_str())
    }

    /// Whether a branch stands where the last run left it.
    fn stands_at(&self, environment: &EnvironmentName, commit: &str) -> bool {
        self.cache.tips.get(environment).is_some_and(|tip| tip.commit == commit)
    }

    /// The facts of an environment's units that earlier runs left, as far as the cache confirms them.
    fn remembered(&self, context: &Context, run: &Run<'_>, environment: &EnvironmentName) -> Units {
        // a file that cannot be read is a file that says nothing
        let bytes = context.files.read_own(&place(run, environment)).ok().flatten();
        let units = bytes.and_then(|bytes| serde_json::from_slice::<Units>(&bytes).ok());
        let mut units = units.unwrap_or_default();
        units.retain(|unit, facts| self.facts(environment, unit) == Some(&digest(facts)));
        units
    }

    /// Keeps the facts of an environment's units for the next run; called before the cache takes up what confirms them.
    pub(super) fn keep_facts(&self, context: &Context, run: &Run<'_>, plan: &EnvironmentPlan) -> Result<(), Failure> {
        if self.is_partial() && !changes(self, plan) {
            return Ok(());
        }
        let mut units = self.remembered(context, run, &plan.environment);
        for change in plan.changes.iter().filter(|change| change.change == Change::Removed) {
            units.remove(&change.unit);
        }
        units.extend(plan.facts.iter().map(|(unit, facts)| (unit.clone(), facts.clone())));
        let text = serde_json::to_vec(&units).expect("facts have string keys");
        context.files.write(&place(run, &plan.environment), &text)
    }
}

fn place(run: &Run<'_>, environment: &EnvironmentName) -> PathBuf {
    run.repository
        .git_folder()
        .join(format!("lockstep/facts/{environment}"))
}
