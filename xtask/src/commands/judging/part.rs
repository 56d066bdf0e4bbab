//! A change judged by the units that it concerns: the others are made of what they were, and held to the same.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, EnvironmentName, Finding};
use lockstep::policy::{By, Facts, Fleet, Judge, asking, facts};
use lockstep::render::{Engines, RenderedUnit, Selection, agent_unit, environment_unit, render_all};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use lockstep::workspace::{Environment, Read, Workspace, concerned};
use rayon::prelude::*;

use super::{Amount, Judgement, conclude, released};
use crate::context::{Context, Loaded};
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
    let (engines, compiled) = Engines::compile(after.workspace);
    let [Some(earlier), Some(later)] = [before, after].map(|side| units(side.workspace, &engines, &part)) else {
        return Ok(None);
    };
    let Some(asking) = asking(&earlier, &later).filter(|_| environments_are_same(&earlier, &later)) else {
        return Ok(None);
    };
    let Some(others) = others(after.workspace, &engines, &asking, &part) else {
        return Ok(None);
    };
    let [facts_before, facts_after] = [&earlier, &later].map(|units| among(&others, units));
    let (mut judge, mut common) = Judge::read(after.tree, By::Everything, context.clock.now());
    common.extend(compiled);
    let (earlier, later) = differing(earlier, later);
    let is_among = |unit: &str| later.iter().any(|later| later.unit == unit);
    let environments: Vec<&Environment> = after.workspace.environments.iter().collect();
    let (released, unchecked) = released(context, after.workspace, &environments, &is_among);
    let mut judged = |loaded: &Loaded, side: Read<'_>, units: &[RenderedUnit], facts: &Facts| {
        judge.forget();
        let mut findings = loaded.findings.clone();
        findings.extend(common.iter().cloned());
        let fleet = Fleet {
            workspace: side.workspace,
            engines: &engines,
            tree: side.tree,
        };
        findings.extend(judge.part(fleet, units, &released));
        findings.extend(judge.between(fleet, facts));
        findings.sort();
        findings.dedup();
        conclude(&judge, &mut findings, By::Everything, false);
        let idle: BTreeSet<Finding> = judge.idle().into_iter().collect();
        (findings, idle)
    };
    let (old, idle) = judged(sides[0], before, &earlier, &facts_before);
    let (new, idle_now) = judged(sides[1], after, &later, &facts_after);
    // a waiver or a policy may be of no use any more: that takes a look at all units
    if old.iter().any(|finding| finding.waiver.is_some()) || !idle_now.is_subset(&idle) {
        return Ok(None);
    }
    let all = after.workspace.environments.iter();
    let all = all.map(|environment| 1 + after.workspace.agents_in(environment).count());
    let amount = Amount {
        objects: later.iter().flat_map(RenderedUnit::all_objects).count(),
        sources: later.len(),
        policies: judge.policy_count(),
        unchanged: all.sum::<usize>() - later.len(),
    };
    let found = |findings, unchecked| Found {
        findings,
        unchecked,
        amount,
        part: part.clone(),
    };
    Ok(Some([found(old, Vec::new()), found(new, unchecked)]))
}

/// What judging one side of a change found.
pub(in crate::commands) struct Found {
    findings: Vec<Finding>,
    unchecked: Vec<String>,
    amount: Amount,
    part: BTreeSet<AgentName>,
}

impl Found {
    pub(in crate::commands) fn of(self, loaded: Loaded) -> Judgement {
        Judgement {
            loaded,
            findings: self.findings,
            unchecked: self.unchecked,
            amount: self.amount,
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

/// What the environments have of their own, and the units of some agents; nothing where one of them cannot be rendered.
fn units(workspace: &Workspace, engines: &Engines, agents: &BTreeSet<AgentName>) -> Option<Vec<RenderedUnit>> {
    let mut units = Vec::new();
    for environment in &workspace.environments {
        units.push(environment_unit(workspace, engines, environment).ok()?);
        let selection = Selection {
            environments: vec![environment],
            agents: Some(agents.clone()),
            set: serde_json::Map::new(),
        };
        let (rendered, findings) = render_all(workspace, engines, &selection);
        if !findings.is_empty() {
            return None;
        }
        units.extend(rendered);
    }
    Some(units)
}

/// The facts of all other units of the environments in which something is asked, and of those that share a namespace
/// with them; nothing where one of them cannot be rendered.
fn others(
    workspace: &Workspace,
    engines: &Engines,
    asking: &BTreeSet<EnvironmentName>,
    part: &BTreeSet<AgentName>,
) -> Option<Facts> {
    let is_near = |environment: &&Environment| {
        let mut near = workspace.neighbours(environment);
        near.any(|neighbour| asking.contains(&neighbour.name))
    };
    let mut found = Facts::new();
    for environment in workspace.environments.iter().filter(is_near) {
        let agents: Vec<&AgentName> = workspace.agents_in(environment).map(|agent| &agent.name).collect();
        let others = agents.into_par_iter().filter(|agent| !part.contains(*agent));
        let facts: Option<Vec<Facts>> = others
            .map(|agent| {
                let unit = agent_unit(workspace, engines, environment, agent, &serde_json::Map::new());
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

/// Whether the environments have the same of their own.
fn environments_are_same(before: &[RenderedUnit], after: &[RenderedUnit]) -> bool {
    let mut both = before
        .iter()
        .zip(after)
        .filter(|(unit, _)| unit.unit == ENVIRONMENT_UNIT);
    both.all(|(before, after)| before.input_digest == after.input_digest)
}

/// The units that are made of something else than before, and what the environments have of their own.
fn differing(before: Vec<RenderedUnit>, after: Vec<RenderedUnit>) -> (Vec<RenderedUnit>, Vec<RenderedUnit>) {
    let both = before.into_iter().zip(after);
    both.filter(|(before, after)| after.unit == ENVIRONMENT_UNIT || before.input_digest != after.input_digest)
        .unzip()
}
