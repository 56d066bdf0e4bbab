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
    let (engines, mut common) = Engines::compile(after.workspace);
    let Some(reached) = reached([before.workspace, after.workspace], &engines, &part) else {
        return Ok(None);
    };
    let (mut judge, more) = Judge::read(after.tree, By::Everything, context.clock.now());
    common.extend(more);
    let is_reached = |name: &str| reached[1].units.iter().any(|unit| unit.unit == name);
    let environments: Vec<&Environment> = after.workspace.environments.iter().collect();
    let (released, unchecked) = released(context, after.workspace, &environments, &is_reached);
    let mut judged = |loaded: &Loaded, side: Read<'_>, reached: &Reached| {
        judge.forget();
        let mut findings = loaded.findings.clone();
        findings.extend(common.iter().cloned());
        let fleet = Fleet {
            workspace: side.workspace,
            engines: &engines,
            tree: side.tree,
        };
        findings.extend(judge.part(fleet, &reached.units, &released));
        findings.extend(judge.between(fleet, &reached.facts));
        findings.sort();
        findings.dedup();
        conclude(&judge, &mut findings, By::Everything, false);
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
    let found = |findings, unchecked| Found {
        findings,
        unchecked,
        amount,
        part: part.clone(),
    };
    Ok(Some([found(old, Vec::new()), found(new, unchecked)]))
}

/// How much these units of a fleet are.
fn amount(workspace: &Workspace, units: &[RenderedUnit], policies: usize) -> Amount {
    let all = workspace.environments.iter();
    let all = all.map(|environment| 1 + workspace.agents_in(environment).count());
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

/// What a change reaches on one of its sides.
struct Reached {
    /// The units that are made of something else than on the other side, and what the environments have of their own.
    units: Vec<RenderedUnit>,
    /// The facts of all units of the environments in which something else is asked of the others.
    facts: Facts,
}

/// What a change reaches on both sides; nothing where other units may differ, or have the same objects.
fn reached(sides: Sides<&Workspace>, engines: &Engines, part: &BTreeSet<AgentName>) -> Option<Sides<Reached>> {
    let [before, after] = sides.map(|workspace| units(workspace, engines, part));
    let (before, after) = (before?, after?);
    let asking = asking(&before, &after)?;
    let others = others(sides[1], engines, &asking, part)?;
    let facts = [&before, &after].map(|units| among(&others, units));
    let is_own = |unit: &RenderedUnit| unit.unit == ENVIRONMENT_UNIT;
    let mut both: Vec<(RenderedUnit, RenderedUnit)> = before.into_iter().zip(after).collect();
    let differs = |before: &RenderedUnit, after: &RenderedUnit| before.input_digest != after.input_digest;
    // what an environment has of its own, all of its units may depend on
    if both
        .iter()
        .any(|(before, after)| is_own(after) && differs(before, after))
    {
        return None;
    }
    both.retain(|(before, after)| is_own(after) || differs(before, after));
    let (before, after): (Vec<_>, Vec<_>) = both.into_iter().unzip();
    let [earlier, later] = facts;
    Some([
        Reached {
            units: before,
            facts: earlier,
        },
        Reached {
            units: after,
            facts: later,
        },
    ])
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
