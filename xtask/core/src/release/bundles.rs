//! The bundles of a run: every unit rendered and judged, and what they share across branches.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::bundle::{Bundle, Record};
use super::removals::leaves;
use super::{Draft, EnvironmentInput, Listener, Options, Progress};
use crate::artifact::TupleRecord;
use crate::model::{AgentName, EnvironmentName, FileComponent, Finding, Manifest, named};
use crate::policy::rules::environment::{EnvironmentScene, UnitFacts, UnitProblem};
use crate::policy::{Case, Fleet, Judge, Namespaces, Session};
use crate::render::{RenderedUnit, Unit, environment_unit};
use crate::workspace::layout::{self, ENVIRONMENT_UNIT};
use crate::workspace::{ARGOCD_BLUEPRINT, ENVIRONMENT_BLUEPRINT, Environment};

/// Bundles of one environment by unit; a unit that could not be rendered has none.
pub(super) type Bundles = BTreeMap<String, Option<Bundle>>;

/// What a run renders, and who judges it.
#[derive(Clone, Copy)]
pub(super) struct Rendering<'a> {
    pub(super) fleet: Fleet<'a>,
    /// None where everything that was not judged by an earlier run stays as it is.
    pub(super) judge: Option<&'a Judge>,
    pub(super) inputs: &'a [EnvironmentInput<'a>],
    pub(super) options: &'a Options,
    pub(super) told: Listener<'a>,
}

/// What the environments have of their own: their agents are judged beside it.
struct Surroundings {
    own: Vec<RenderedUnit>,
    namespaces: Namespaces,
}

impl Surroundings {
    fn of(&self, environment: &Environment) -> Option<&RenderedUnit> {
        self.own.iter().find(|own| own.environment == environment.name)
    }
}

/// A unit that was rendered with what the judge found in it, or why it could not be.
type Made = (usize, String, Result<(Bundle, Vec<Finding>), Vec<Finding>>);

impl Rendering<'_> {
    /// Renders and judges every unit of the run, in parallel.
    pub(super) fn bundles(&self, findings: &mut Vec<Finding>) -> Vec<Bundles> {
        let Fleet { workspace, engines, .. } = self.fleet;
        let mut own = Vec::new();
        let mut made: Vec<Made> = Vec::new();
        for environment in &workspace.environments {
            let index = self
                .inputs
                .iter()
                .position(|input| input.environment.name == environment.name);
            match (environment_unit(workspace, engines, environment), index) {
                (Ok(unit), _) => own.push(unit),
                (Err(findings), Some(index)) => made.push((index, ENVIRONMENT_UNIT.to_owned(), Err(findings))),
                (Err(_), None) => {}
            }
        }
        let surroundings = Surroundings {
            namespaces: Namespaces::of(workspace, &own),
            own,
        };
        let work = self.work();
        (self.told)(Progress::Units(work.len()));
        let results: Vec<Made> = work
            .into_par_iter()
            .with_min_len(4)
            .map_init(
                || self.judge.map(Judge::session),
                |session, (index, agent)| {
                    let bundle = match agent {
                        Some(agent) => self.agent(&self.inputs[index], agent, session.as_mut(), &surroundings),
                        None => self.environment(&self.inputs[index], session.as_mut(), &surroundings)?,
                    };
                    Some((
                        index,
                        agent.map_or(ENVIRONMENT_UNIT, AgentName::as_str).to_owned(),
                        bundle,
                    ))
                },
            )
            .inspect(|_| (self.told)(Progress::Unit))
            .flatten()
            .collect();
        made.extend(results);
        let mut bundles: Vec<Bundles> = self.inputs.iter().map(|_| BTreeMap::new()).collect();
        for (index, unit, result) in made {
            let bundle = result.map(|(bundle, mut new)| {
                findings.append(&mut new);
                bundle
            });
            let bundle = bundle.map_err(|mut new| findings.append(&mut new)).ok();
            bundles[index].insert(unit, bundle);
        }
        bundles
    }

    fn work(&self) -> Vec<(usize, Option<&AgentName>)> {
        let Rendering { inputs, options, .. } = self;
        let mut work: Vec<(usize, Option<&AgentName>)> = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            work.push((index, None));
            let chosen = |agent: &&AgentName| {
                options.agents.as_ref().is_none_or(|agents| agents.contains(*agent))
                    && !input.environment.holds.contains_key(*agent)
                    && !options.blocked.unit(&input.environment.name, agent)
                    && !options
                        .unchanged
                        .contains_key(&(input.environment.name.clone(), (*agent).clone()))
            };
            let agents = self
                .fleet
                .workspace
                .agents_in(input.environment)
                .map(|agent| &agent.name);
            work.extend(agents.filter(chosen).map(|agent| (index, Some(agent))));
        }
        work
    }

    fn agent(
        &self,
        input: &EnvironmentInput<'_>,
        agent: &AgentName,
        session: Option<&mut Session>,
        surroundings: &Surroundings,
    ) -> Result<(Bundle, Vec<Finding>), Vec<Finding>> {
        let Fleet { workspace, engines, .. } = self.fleet;
        let unit = Unit::new(workspace, input.environment, &workspace.agents[agent], &Map::new())?;
        let rendered = engines.unit(workspace, &unit)?;
        let record = Record::Agent(Box::new(record(&unit)));
        let previous = input.branch.units.get(agent.as_str());
        let sequence = input.branch.sequence + 1;
        let draft = Draft::new(agent.as_str(), rendered, unit.generations, previous, sequence);
        let findings = self.judged(input.environment, &draft, &unit.context.values, session, surroundings);
        let mut bundle = Bundle::new(draft, record);
        bundle.differs |= self.options.restates(&input.environment.name, previous);
        Ok((bundle, findings))
    }

    /// The bundle of what an environment has of its own, where it could be rendered.
    fn environment(
        &self,
        input: &EnvironmentInput<'_>,
        session: Option<&mut Session>,
        surroundings: &Surroundings,
    ) -> Option<Result<(Bundle, Vec<Finding>), Vec<Finding>>> {
        let blueprints = &self.fleet.workspace.blueprints;
        let unit = surroundings.of(input.environment)?;
        let digest = |name: &str| Some((name.to_owned(), blueprints.get(name)?.digest));
        let record = Record::Environment {
            environment: input.environment.name.clone(),
            input_digest: unit.input_digest,
            blueprints: [ENVIRONMENT_BLUEPRINT, ARGOCD_BLUEPRINT]
                .into_iter()
                .filter_map(digest)
                .collect(),
        };
        let previous = input.branch.units.get(ENVIRONMENT_UNIT);
        let sequence = input.branch.sequence + 1;
        let draft = Draft::new(ENVIRONMENT_UNIT, unit.rendered.clone(), 0, previous, sequence);
        let findings = self.judged(input.environment, &draft, &unit.values, session, surroundings);
        let mut bundle = Bundle::new(draft, record);
        bundle.differs |= self.options.restates(&input.environment.name, previous);
        Some(Ok((bundle, findings)))
    }

    fn judged(
        &self,
        environment: &Environment,
        draft: &Draft<'_>,
        values: &Value,
        session: Option<&mut Session>,
        surroundings: &Surroundings,
    ) -> Vec<Finding> {
        let (Some(judge), Some(session)) = (self.judge, session) else {
            return Vec::new();
        };
        let own = surroundings.of(environment).filter(|own| own.unit != draft.unit);
        let own: Vec<&Manifest> = own.map(|own| own.all_objects().collect()).unwrap_or_default();
        let objects = draft.judged();
        let case = Case {
            environment,
            unit: draft.unit,
            objects: &objects,
            own: &own,
            previous: draft.released(),
            values,
        };
        let problems = judge.unit(session, &case, &surroundings.namespaces);
        self.fleet.place(environment, draft.unit, &objects, problems)
    }

    /// What does not fit together between units, those that this run leaves as they are among them. Where an earlier run
    /// has made sure of some, only changes of their facts could matter, and those are in doubt anyway: what it found is told
    /// again.
    pub(super) fn between(&self, bundles: &[Bundles]) -> Vec<Finding> {
        if !self.options.unchanged.is_empty() {
            let agents = self.options.agents.as_ref();
            let unit = |finding: &Finding| AgentName::new(finding.unit.as_ref()?.split_once('/')?.1).ok();
            let is_asked = |finding: &&Finding| {
                unit(finding).is_none_or(|unit| agents.is_none_or(|agents| agents.contains(&unit)))
            };
            return self.options.unfit.iter().filter(is_asked).cloned().collect();
        }
        let Some(judge) = self.judge else {
            return Vec::new();
        };
        let inputs = self.inputs.iter();
        let after: Vec<Units> = inputs
            .zip(bundles)
            .map(|(input, bundles)| self.after(input, bundles))
            .collect();
        let before = LazyCell::new(|| -> Vec<Units> {
            let inputs = self.inputs.iter();
            inputs.map(|input| on_branch(input, &|_| true)).collect()
        });
        let mut findings = Vec::new();
        for (index, input) in self.inputs.iter().enumerate() {
            let environment = input.environment;
            let found = judge.environment(&EnvironmentScene {
                units: &after[index],
                neighbours: &self.neighbours(input, &after),
            });
            let found = found.into_iter().filter(|found| found.is_known(self.fleet.workspace));
            let is_rendered = |found: &UnitProblem| bundles[index].get(&found.unit).is_some_and(Option::is_some);
            let (here, elsewhere): (Vec<_>, Vec<_>) = found.partition(is_rendered);
            let here = here.into_iter().map(|found| self.with_command(environment, found));
            findings.extend(here.flat_map(|found| self.fleet.place_between(environment, found)));
            if elsewhere.is_empty() {
                continue;
            }
            // what was wrong before is not this run's; what it makes wrong in others is
            let known = judge.environment(&EnvironmentScene {
                units: &before[index],
                neighbours: &self.neighbours(input, &before),
            });
            let new = elsewhere.into_iter().filter(|found| !known.contains(found));
            findings.extend(made_wrong(environment, new));
        }
        findings
    }

    /// Where a canary waits for a main Ingress that a neighbour renders and this run leaves out: which command brings both.
    fn with_command(&self, environment: &Environment, found: UnitProblem) -> UnitProblem {
        if found.problem.rule != "canary-without-main" {
            return found;
        }
        let released = |name: &EnvironmentName| self.inputs.iter().any(|input| input.environment.name == *name);
        let runs = |other: &&Environment| AgentName::new(&found.unit).is_ok_and(|agent| other.runs(&agent));
        let neighbours = self.fleet.workspace.neighbours(environment).filter(runs);
        let missing: Vec<&str> = neighbours
            .filter(|other| !released(&other.name))
            .map(|other| other.name.as_str())
            .collect();
        if missing.is_empty() {
            return found;
        }
        let names = self.inputs.iter().map(|input| input.environment.name.as_str());
        let names: Vec<&str> = names.chain(missing.iter().copied()).collect();
        let help = format!(
            "`{}` has the main one: release them together, `cargo xtask release {}`",
            missing.join("`, `"),
            names.join(" ")
        );
        UnitProblem {
            problem: found.problem.help(help),
            ..found
        }
    }

    /// Whether the run leaves an agent's unit on the branch as it is.
    pub(super) fn stays(&self, input: &EnvironmentInput<'_>, bundles: &Bundles, unit: &str) -> bool {
        let is_rendered = bundles.get(unit).is_some_and(Option::is_some);
        !is_rendered && unit != ENVIRONMENT_UNIT && !leaves(self.fleet.workspace, input, self.options, unit)
    }

    /// The facts of an environment's units after the run.
    fn after(&self, input: &EnvironmentInput<'_>, bundles: &Bundles) -> Units {
        let mut units = on_branch(input, &|unit| self.stays(input, bundles, unit));
        let rendered = bundles.values().flatten();
        units.extend(rendered.map(|bundle| (bundle.unit.clone(), bundle.facts.clone())));
        units
    }

    /// The facts of the environments that share a namespace with one, after or before the run.
    fn neighbours(&self, input: &EnvironmentInput<'_>, units: &[Units]) -> BTreeMap<String, Units> {
        let workspace = self.fleet.workspace;
        let all = workspace.neighbours(input.environment);
        let others = all.filter(|other| other.name != input.environment.name);
        let facts = |other: &Environment| {
            let inside = self
                .inputs
                .iter()
                .position(|input| input.environment.name == other.name);
            match inside {
                Some(index) => Some(units[index].clone()),
                None => input.neighbours.get(other.name.as_str()).cloned(),
            }
        };
        others
            .filter_map(|other| Some((other.name.to_string(), facts(other)?)))
            .collect()
    }
}

/// What a run would make wrong in units that it leaves as they are; each thing once, whomever it meets.
fn made_wrong(environment: &Environment, found: impl Iterator<Item = UnitProblem>) -> Vec<Finding> {
    let mut told: BTreeMap<(String, String), (UnitProblem, BTreeSet<String>)> = BTreeMap::new();
    for problem in found {
        let key = (problem.problem.rule.to_string(), problem.problem.message.clone());
        let unit = format!("`{}`", problem.unit);
        told.entry(key)
            .or_insert_with(|| (problem, BTreeSet::new()))
            .1
            .insert(unit);
    }
    let finding = |(found, units): (UnitProblem, BTreeSet<String>)| {
        let units: Vec<String> = units.into_iter().collect();
        let finding = found.problem.finding().object(found.object.to_string());
        let help = finding.help.clone().unwrap_or_default();
        let help = format!(
            "this run leaves {} as it was: release all of it together, or {help}",
            named(&units, 5)
        );
        finding
            .in_file(layout::environment(environment.name.as_str()))
            .help(help)
    };
    told.into_values().map(finding).collect()
}

/// Facts by unit.
type Units = BTreeMap<String, UnitFacts>;

/// The facts of the wanted units that an environment's branch has.
fn on_branch(input: &EnvironmentInput<'_>, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Units {
    let units: Vec<_> = input.branch.units.iter().filter(|(unit, _)| wanted(unit)).collect();
    let facts = units.into_par_iter();
    facts
        .map(|(unit, previous)| {
            let mut objects = previous.objects();
            let paths = previous.argocd.keys();
            objects.extend(paths.flat_map(|path| previous.argocd_objects(path)));
            (unit.clone(), UnitFacts::of(&objects))
        })
        .collect()
}

/// What is recorded of a unit's tuple.
pub(super) fn record(unit: &Unit) -> TupleRecord {
    let tuple = &unit.context.tuple;
    let running = unit.context.agent.prompts.iter().map(|(name, prompt)| {
        let part = FileComponent {
            version: prompt.version,
            sha256: prompt.sha256,
        };
        (name.clone(), part)
    });
    TupleRecord {
        environment: unit.environment.clone(),
        agent: unit.agent.clone(),
        version: unit.context.release.version.clone(),
        id: unit.context.release.tuple_id,
        input_digest: unit.input_digest,
        tuple: tuple.clone(),
        overrides: unit.context.release.overrides.clone(),
        latest: running
            .filter(|(name, part)| tuple.prompts.get(name) != Some(part))
            .collect(),
    }
}
