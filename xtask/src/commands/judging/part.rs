//! A change judged by the units that it concerns: the others are made of what they were, and held to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::model::{AgentName, Digest, EnvironmentName, Finding};
use lockstep::policy::{By, Facts, Fleet, Judge, Released, asking, facts};
use lockstep::render::{Engines, RenderedUnit, Unit, agent_unit, environment_input, environment_unit, render_unit};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use lockstep::workspace::{Environment, Read, Workspace, concerned, retired};
use rayon::prelude::*;

use super::{Amount, Judgement, conclude, errors, released};
use crate::context::{Context, Loaded, until_the_end};
use crate::failure::Failure;

/// A change, before and after.
type Sides<T> = [T; 2];

/// Judges both sides of a change by the units that it concerns; nothing where it may concern any of them.
pub(in crate::commands) fn of_change(
    context: &Context,
    sides: Sides<&Loaded>,
) -> Result<Option<Sides<Found>>, Failure> {
    let [Some(before), Some(after)] = sides.map(read) else {
        return Ok(None);
    };
    let Some(part) = concerned(before, after) else {
        return Ok(None);
    };
    let ((engines, mut common, reached), (judge, more)) = rayon::join(
        || {
            let (engines, common) = Engines::compile(after.workspace);
            let reached = reached([before.workspace, after.workspace], &engines, &part);
            let reached = reached.filter(|_| !common.iter().any(Finding::is_error));
            let reached = reached.map(|reached| {
                let released = released_of(context, after.workspace, &reached[1].units);
                (reached, released)
            });
            (engines, common, reached)
        },
        || Judge::read(after.tree, By::Everything, context.clock.now()),
    );
    let judge = until_the_end(judge);
    let Some((reached, (released, unchecked))) = reached else {
        return Ok(None);
    };
    let unread = errors(&more);
    common.extend(more);
    let mut judged = |loaded: &Loaded, side: Read<'_>, reached: &Reached| {
        judge.forget();
        let mut findings = loaded.findings.clone();
        findings.extend(common.iter().cloned());
        let fleet = Fleet {
            workspace: side.workspace,
            engines: &engines,
            tree: side.tree,
        };
        findings.extend(judge.part(fleet, &reached.units, &released, &|| true).findings);
        findings.extend(judge.between(fleet, &reached.facts));
        findings.extend(retired(side.workspace, side.tree, &context.today()));
        findings.sort();
        findings.dedup();
        conclude(judge, &mut findings, By::Everything, false);
        let idle: BTreeSet<Finding> = judge.idle().into_iter().collect();
        let admitted = findings.iter().filter(|finding| finding.waiver.is_some());
        let admitted = admitted.map(|finding| (finding.rule.clone(), finding.unit.clone(), finding.waiver.clone()));
        let admitted: BTreeSet<_> = admitted.collect();
        (findings, idle, admitted)
    };
    let (old, idle, admitted) = judged(sides[0], before, &reached[0]);
    let (new, idle_now, admitted_now) = judged(sides[1], after, &reached[1]);
    // a waiver or a policy may be of no use any more: that takes a look at all units
    if !admitted.is_subset(&admitted_now) || !idle_now.is_subset(&idle) {
        return Ok(None);
    }
    let amount = amount(after.workspace, &reached[1].units, judge.policy_count());
    let part = Arc::new(Part { agents: part, engines });
    let found = |findings, unchecked| Found {
        findings,
        unchecked,
        unread: unread.clone(),
        amount,
        part: part.clone(),
    };
    Ok(Some([found(old, Vec::new()), found(new, unchecked)]))
}

/// What the branches have of these units, and why that could not be told.
fn released_of(context: &Context, workspace: &Workspace, units: &[RenderedUnit]) -> (Released, Vec<String>) {
    let environments = workspace.environments.iter();
    let environments = environments.filter(|environment| units.iter().any(|unit| unit.environment == environment.name));
    let environments: Vec<&Environment> = environments.collect();
    released(context, workspace, &environments, &|name| {
        units.iter().any(|unit| unit.unit == name)
    })
}

/// How much these units of a fleet are.
fn amount(workspace: &Workspace, units: &[RenderedUnit], policies: usize) -> Amount {
    let all = workspace.environments.iter();
    let all = all.map(|environment| {
        let elsewhere = workspace.elsewhere.keys().filter(|agent| environment.runs(agent));
        1 + workspace.agents_in(environment).count() + elsewhere.count()
    });
    Amount {
        objects: units.iter().flat_map(RenderedUnit::all_objects).count(),
        sources: units.len(),
        policies,
        unchanged: all.sum::<usize>() - units.len(),
    }
}

/// What judging one side of a change found.
pub(in crate::commands) struct Found {
    findings: Vec<Finding>,
    unchecked: Vec<String>,
    unread: Vec<Finding>,
    amount: Amount,
    part: Arc<Part>,
}

/// The part of a fleet that a change concerns.
pub(in crate::commands) struct Part {
    /// Its agents.
    pub(in crate::commands) agents: BTreeSet<AgentName>,
    /// The compiled templates, the same on both sides.
    pub(in crate::commands) engines: Engines,
}

impl Found {
    pub(in crate::commands) fn of(self, loaded: Loaded) -> Judgement {
        Judgement {
            loaded,
            findings: self.findings,
            unchecked: self.unchecked,
            amount: self.amount,
            rendered: BTreeSet::new(),
            unread: self.unread,
            part: Some(self.part),
        }
    }
}

/// A fleet in which everything can be read.
fn read(loaded: &Loaded) -> Option<Read<'_>> {
    let workspace = loaded.workspace.as_ref()?;
    let is_whole = !loaded.findings.iter().any(Finding::is_error);
    is_whole.then_some(Read {
        tree: &loaded.tree,
        workspace,
    })
}

/// What a change reaches on one of its sides.
struct Reached {
    /// The units that are made of something else than on the other side, and what their environments have of their own.
    units: Vec<RenderedUnit>,
    /// The facts of all units of the environments in which something else is asked of the others.
    facts: Facts,
}

/// What a change reaches on both sides; nothing where other units may differ, or have the same objects.
fn reached(sides: Sides<&Workspace>, engines: &Engines, part: &BTreeSet<AgentName>) -> Option<Sides<Reached>> {
    let [before, after] = sides.map(|workspace| inputs(workspace, part));
    let (before, after) = differing(before?, after?)?;
    let changed: BTreeSet<EnvironmentName> = after.iter().map(|unit| unit.environment.clone()).collect();
    let rendered = |workspace, units: Vec<Unit>| {
        let units = units.into_par_iter();
        let units = units.map(|unit| render_unit(workspace, engines, unit).ok());
        units.collect::<Option<Vec<RenderedUnit>>>()
    };
    let [mut before, mut after] = [rendered(sides[0], before)?, rendered(sides[1], after)?];
    let asking = asking(&before, &after)?;
    // what an environment has of its own is the same on both sides
    for environment in sides[1].environments.iter().filter(|one| changed.contains(&one.name)) {
        let own = environment_unit(sides[1], engines, environment).ok()?;
        before.push(own.clone());
        after.push(own);
    }
    let others = others(sides[1], engines, &asking, &after)?;
    let reached = |units: Vec<RenderedUnit>| Reached {
        facts: among(&others, &units),
        units,
    };
    Some([reached(before), reached(after)])
}

/// What the units of some agents are made of; nothing where one of them cannot be made.
fn inputs(workspace: &Workspace, agents: &BTreeSet<AgentName>) -> Option<Inputs> {
    let mut inputs = Inputs::default();
    for environment in &workspace.environments {
        inputs.own.push(environment_input(workspace, environment).ok()?.1);
        for agent in workspace
            .agents_in(environment)
            .filter(|agent| agents.contains(&agent.name))
        {
            let unit = Unit::new(workspace, environment, agent, &serde_json::Map::new()).ok()?;
            inputs.units.push(unit);
        }
    }
    Some(inputs)
}

/// What units are made of, by environment.
#[derive(Default)]
struct Inputs {
    units: Vec<Unit>,
    /// What the environments' own units are made of.
    own: Vec<Digest>,
}

/// The units that are made of something else than on the other side; nothing where a side has others, or what an
/// environment has of its own differs: all of its units may depend on that.
fn differing(before: Inputs, after: Inputs) -> Option<(Vec<Unit>, Vec<Unit>)> {
    let same_names = before.units.len() == after.units.len()
        && before
            .units
            .iter()
            .zip(&after.units)
            .all(|(before, after)| (&before.environment, &before.agent) == (&after.environment, &after.agent));
    if !same_names || before.own != after.own {
        return None;
    }
    let both = before.units.into_iter().zip(after.units);
    Some(
        both.filter(|(before, after)| before.input_digest != after.input_digest)
            .unzip(),
    )
}

/// The facts of all other units of the environments in which something is asked, and of those that share a namespace
/// with them; nothing where one of them cannot be rendered, or is not there to be.
fn others(
    workspace: &Workspace,
    engines: &Engines,
    asking: &BTreeSet<EnvironmentName>,
    reached: &[RenderedUnit],
) -> Option<Facts> {
    if !asking.is_empty() && !workspace.elsewhere.is_empty() {
        return None;
    }
    let is_near = |environment: &&Environment| {
        let mut near = workspace.neighbours(environment);
        near.any(|neighbour| asking.contains(&neighbour.name))
    };
    let mut found = Facts::new();
    for environment in workspace.environments.iter().filter(is_near) {
        let reached = reached.iter().filter(|unit| unit.environment == environment.name);
        let reached: BTreeSet<&str> = reached.map(|unit| unit.unit.as_str()).collect();
        let mut units: Vec<Option<&AgentName>> = vec![None];
        units.extend(workspace.agents_in(environment).map(|agent| Some(&agent.name)));
        units.retain(|unit| !reached.contains(unit.map_or(ENVIRONMENT_UNIT, AgentName::as_str)));
        let facts: Option<Vec<Facts>> = units
            .into_par_iter()
            .map(|unit| {
                let unit = match unit {
                    Some(agent) => agent_unit(workspace, engines, environment, agent, &serde_json::Map::new()),
                    None => environment_unit(workspace, engines, environment),
                };
                Some(facts([&unit.ok()?]))
            })
            .collect();
        let units = facts?.into_iter().flat_map(BTreeMap::into_values).flatten();
        found.insert(environment.name.clone(), units.collect());
    }
    Some(found)
}

/// The facts of others, with those of units in the same environments.
fn among(others: &Facts, units: &[RenderedUnit]) -> Facts {
    let mut all = others.clone();
    for (environment, units) in facts(units) {
        if let Some(others) = all.get_mut(&environment) {
            others.extend(units);
        }
    }
    all
}
