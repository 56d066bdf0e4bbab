//! The plan of a release: what to write where, judged as a whole before anything moves.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::bundle::{Bundle, ObjectCounts, Record};
use super::bundles::{Bundles, Rendering};
use super::commit::{CommitPlan, commit_plan};
use super::edited::edited;
use super::options::{Listener, Options, Tool};
use super::removals::{over_budget, removed, still_called};
use super::scope::Blocked;
use super::stray::Stray;
use super::{BranchState, DryCommit};
use crate::artifact::ComponentChange;
use crate::model::{AgentName, EnvironmentName, Finding, ObjectId};
use crate::policy::rules::environment::UnitFacts;
use crate::policy::{Fleet, Judge};
use crate::render::MEND;
use crate::workspace::files::HoldFile;
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{Environment, Workspace};

/// One environment of a run, and what its branch has.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// What its branch has.
    pub branch: &'a BranchState,
    /// Of the dry commits recorded on the branch, those that the run's dry commit descends from.
    pub ancestors: &'a BTreeSet<String>,
    /// How the others stand to it.
    pub strays: &'a BTreeMap<String, Stray>,
    /// Objects of environments outside the run that share the namespace, and the unit that has each.
    pub foreign: &'a BTreeMap<ObjectId, String>,
    /// What the rules of environments need to know of environments outside the run that share the namespace, by
    /// environment and unit.
    pub neighbours: &'a BTreeMap<String, BTreeMap<String, UnitFacts>>,
}

/// What a run does to one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is new in the environment.
    Added,
    /// Its manifest, tuple or Application changes.
    Changed,
    /// It stays as it is, bytes and all.
    Unchanged,
    /// It leaves the environment.
    Removed,
    /// It is held, and stays as it is.
    Held,
    /// Findings keep it out of the run.
    LeftOut,
}

impl Change {
    /// The change in one word.
    pub fn word(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
            Change::Removed => "removed",
            Change::Held => "held",
            Change::LeftOut => "left out",
        }
    }
}

/// What a run does to one unit, with what it is about.
#[derive(Clone, Debug)]
pub struct UnitChange {
    /// The unit.
    pub unit: String,
    /// What happens to it.
    pub change: Change,
    /// The version that it runs afterwards.
    pub version: Option<String>,
    /// What happens to its objects.
    pub counts: ObjectCounts,
    /// What happens to its tuple.
    pub components: Vec<ComponentChange>,
    /// Who holds it and why, where it is held.
    pub hold: Option<HoldFile>,
}

/// What a run does to one environment.
#[derive(Clone, Debug)]
pub struct EnvironmentPlan {
    /// The identities of every rendered unit's objects.
    pub objects: BTreeMap<String, Vec<ObjectId>>,
    /// What the rules of an environment need to know of every rendered unit.
    pub facts: BTreeMap<String, UnitFacts>,
    /// The environment.
    pub environment: EnvironmentName,
    /// Its branch.
    pub branch: String,
    /// What happens to each unit, by name.
    pub changes: Vec<UnitChange>,
    /// The commit; none where nothing changes.
    pub commit: Option<CommitPlan>,
    /// Whether its statements are to be signed.
    pub signed: bool,
}

/// Plans a release: everything is rendered and judged, nothing is written. No judge is needed where earlier runs have
/// judged everything that could be written. `told` hears how far it is.
pub fn plan(
    fleet: Fleet<'_>,
    judge: Option<&Judge>,
    inputs: &[EnvironmentInput<'_>],
    dry: &DryCommit,
    options: &Options,
    tool: Tool,
    told: Listener<'_>,
) -> (Vec<EnvironmentPlan>, Vec<Finding>) {
    let workspace = fleet.workspace;
    let rendering = Rendering {
        fleet,
        judge,
        inputs,
        options,
        told,
    };
    let mut findings = Vec::new();
    let mut bundles = rendering.bundles(&mut findings);
    findings.extend(rendering.between(&bundles));
    judge.inspect(|judge| judge.admit(&mut findings));
    let mut removals: Vec<Vec<&str>> = Vec::new();
    findings.extend(rendering.shared(&bundles));
    for (input, bundles) in inputs.iter().zip(&bundles) {
        let removed = removed(workspace, input, options);
        findings.extend(in_the_dark(workspace, input, bundles));
        let changed = bundles.values().flatten().filter(|bundle| bundle.differs);
        findings.extend(changed.clone().flat_map(|bundle| edited(input, bundle)));
        let changed = changed.map(|bundle| bundle.unit.as_str());
        findings.extend(
            changed
                .chain(removed.iter().copied())
                .filter_map(|unit| stale(input, unit, dry, options)),
        );
        findings.extend(still_called(workspace, input.environment, &removed));
        findings.extend(over_budget(fleet, input, &removed, options));
        removals.push(removed);
    }
    let blocked = Blocked::by(&findings);
    let plans = inputs
        .par_iter()
        .zip(&mut bundles)
        .zip(&mut removals)
        .map(|((input, bundles), removed)| {
            let name = &input.environment.name;
            removed.retain(|unit| !blocked.named(name, unit));
            for (unit, bundle) in bundles.iter_mut() {
                bundle.take_if(|_| blocked.named(name, unit));
            }
            environment_plan(workspace, input, bundles, removed, dry, options, tool)
        })
        .collect();
    findings.sort();
    (plans, findings)
}

fn environment_plan(
    workspace: &Workspace,
    input: &EnvironmentInput<'_>,
    bundles: &Bundles,
    removed: &[&str],
    dry: &DryCommit,
    options: &Options,
    tool: Tool,
) -> EnvironmentPlan {
    let name = &input.environment.name;
    let mut changes = untouched(workspace, input, options);
    for (unit, bundle) in bundles {
        let change = match bundle {
            None => Change::LeftOut,
            Some(bundle) if !bundle.differs => Change::Unchanged,
            Some(_) if input.branch.units.contains_key(unit) => Change::Changed,
            Some(_) => Change::Added,
        };
        changes.push(unit_change(unit, change, bundle.as_ref()));
    }
    for unit in removed {
        let objects = input.branch.units[*unit]
            .inventory()
            .map_or(0, |inventory| inventory.objects.len());
        let counts = ObjectCounts {
            removed: objects,
            ..ObjectCounts::default()
        };
        changes.push(UnitChange {
            counts,
            ..unit_change(unit, Change::Removed, None)
        });
    }
    changes.sort_by(|left, right| left.unit.cmp(&right.unit));
    let moves = changes
        .iter()
        .any(|change| matches!(change.change, Change::Added | Change::Changed | Change::Removed));
    // without its own unit an environment's list of units would be wrong
    let whole = bundles.get(ENVIRONMENT_UNIT).is_some_and(Option::is_some);
    let commit = (moves && whole).then(|| commit_plan(workspace, input, bundles, &changes, dry, tool));
    let ids = |bundle: &Bundle| bundle.objects.iter().map(|object| object.id.clone()).collect();
    let objects = bundles
        .values()
        .flatten()
        .map(|bundle| (bundle.unit.clone(), ids(bundle)))
        .collect();
    let facts = bundles.values().flatten();
    EnvironmentPlan {
        objects,
        facts: facts
            .map(|bundle| (bundle.unit.clone(), bundle.facts.clone()))
            .collect(),
        environment: name.clone(),
        branch: workspace.branch(name),
        changes,
        commit,
        signed: options.signed.contains_key(name),
    }
}

fn unit_change(unit: &str, change: Change, bundle: Option<&Bundle>) -> UnitChange {
    UnitChange {
        unit: unit.to_owned(),
        change,
        version: bundle.and_then(|bundle| match &bundle.record {
            Record::Agent(record) => Some(record.version.to_string()),
            Record::Environment { .. } => None,
        }),
        counts: bundle.map(|bundle| bundle.counts).unwrap_or_default(),
        components: bundle.map(|bundle| bundle.components.clone()).unwrap_or_default(),
        hold: None,
    }
}

/// Units of the run that are held, left out, or known to be unchanged.
fn untouched(workspace: &Workspace, input: &EnvironmentInput<'_>, options: &Options) -> Vec<UnitChange> {
    let environment = input.environment;
    let agents = workspace.agents.keys().chain(workspace.elsewhere.keys());
    let runs = agents.filter(|agent| environment.runs(agent));
    // what left the environment and is held stays on its branch
    let stays = environment.holds.keys().filter(|agent| {
        let is_known = workspace.agents.contains_key(*agent) || workspace.elsewhere.contains_key(*agent);
        !(is_known && environment.runs(agent)) && input.branch.units.contains_key(agent.as_str())
    });
    runs.chain(stays)
        .filter(|agent| options.agents.as_ref().is_none_or(|agents| agents.contains(*agent)))
        .filter_map(|agent| {
            let version = options.unchanged.get(&(environment.name.clone(), agent.clone()));
            let change = if environment.holds.contains_key(agent) {
                Change::Held
            } else if options.blocked.unit(&environment.name, agent) {
                Change::LeftOut
            } else {
                version.map(|_| Change::Unchanged)?
            };
            let version = version.filter(|_| change == Change::Unchanged).cloned();
            Some(UnitChange {
                version,
                hold: environment.holds.get(agent).cloned(),
                ..unit_change(agent.as_str(), change, None)
            })
        })
        .collect()
}

/// Units that would change while a file cannot be read that says what surrounds them.
fn in_the_dark<'a>(
    workspace: &'a Workspace,
    input: &'a EnvironmentInput<'_>,
    bundles: &'a Bundles,
) -> impl Iterator<Item = Finding> {
    let name = input.environment.name.as_str();
    let is_there = |agent: &AgentName| input.branch.units.contains_key(agent.as_str());
    let changed = bundles.values().flatten().filter(|bundle| bundle.differs);
    changed.filter_map(move |bundle| {
        let agent = AgentName::new(&bundle.unit).ok()?;
        let file = workspace.unread_around(input.environment, &agent, &is_there)?;
        let message =
            format!("`{agent}` would change in `{name}`, and what surrounds it cannot be known from this file");
        let finding = Finding::error("unread-neighbour", message).in_file(file);
        Some(finding.unit(name, &bundle.unit).help(MEND))
    })
}

/// A unit that a newer dry commit wrote is not overwritten from an older one.
fn stale(input: &EnvironmentInput<'_>, unit: &str, dry: &DryCommit, options: &Options) -> Option<Finding> {
    let recorded = input.branch.units.get(unit)?.dry_sha()?;
    if recorded == dry.id || input.ancestors.contains(&recorded) {
        return None;
    }
    let stray = input.strays.get(&recorded).copied().unwrap_or(Stray::Absent);
    let mut finding = stray.finding(unit, &recorded, &dry.id);
    if options.lost.contains(&recorded) {
        finding.set_aside();
    }
    Some(finding.unit(input.environment.name.as_str(), unit))
}
