//! The judge: everything that rendered objects must hold to be released, compiled once.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use super::place;
use super::rules;
use super::rules::environment::{EnvironmentScene, UnitFacts};
use super::rules::fleet::FleetScene;
use super::rules::unit::UnitScene;
use crate::model::{FileTree, Finding, Manifest, Problem};
use crate::render::{Engines, RenderedUnit, Sources, Unit};
use crate::schema::{Catalogue, overlay};
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{Environment, Workspace};

/// Everything that rendered objects are judged by.
pub struct Judge {
    catalogue: Catalogue,
}

/// Where findings about a fleet's objects are placed.
#[derive(Clone, Copy)]
pub struct Fleet<'a> {
    /// The fleet.
    pub workspace: &'a Workspace,
    /// Its compiled templates.
    pub engines: &'a Engines,
    /// Its files.
    pub tree: &'a FileTree,
}

impl Judge {
    /// The judge that a tree's schemas and policies make, and what is wrong with them.
    pub fn read(tree: &FileTree) -> (Judge, Vec<Finding>) {
        let (catalogue, findings) = Catalogue::read(tree);
        (Judge { catalogue }, findings)
    }

    /// The versions of Kubernetes that there are schemas of, the oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.catalogue.versions()
    }

    /// What a cluster of this version would not admit of one object.
    pub fn object(&self, cluster_version: &str, object: &Value) -> Vec<Problem> {
        let mut problems = self.catalogue.check(cluster_version, object);
        let beyond = overlay::check(object);
        // where the schema has complained about a place, its word is enough
        let said: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
        problems.extend(beyond.into_iter().filter(|problem| !said.contains(&problem.pointer)));
        problems
    }

    /// What is wrong with a whole fleet: its objects, what does not fit together in a unit or an environment, its files.
    pub fn fleet(&self, fleet: Fleet<'_>, units: &[RenderedUnit]) -> Vec<Finding> {
        let mut by_environment: Environments<'_> = BTreeMap::new();
        for unit in units {
            let environment = by_environment.entry(unit.environment.as_str()).or_default();
            environment.insert(unit.unit.as_str(), unit);
        }
        let judged: Vec<Vec<Finding>> = fleet
            .workspace
            .environments
            .par_iter()
            .flat_map_iter(|environment| {
                let units = by_environment.get(environment.name.as_str()).into_iter().flatten();
                units.map(move |(_, unit)| (environment, *unit))
            })
            .map(|(environment, unit)| {
                let own = by_environment[environment.name.as_str()].get(ENVIRONMENT_UNIT);
                self.unit(fleet, environment, unit, own.copied())
            })
            .collect();
        let mut findings: Vec<Finding> = judged.into_iter().flatten().collect();
        findings.extend(across_units(fleet, &by_environment));
        findings.extend(rules::fleet::check(&FleetScene {
            workspace: fleet.workspace,
            tree: fleet.tree,
        }));
        findings
    }

    /// What is wrong with a rendered unit; `own` is what its environment has of its own.
    fn unit(
        &self,
        fleet: Fleet<'_>,
        environment: &Environment,
        unit: &RenderedUnit,
        own: Option<&RenderedUnit>,
    ) -> Vec<Finding> {
        let objects: Vec<&Manifest> = unit.all_objects().collect();
        let own: Vec<&Manifest> = own
            .filter(|own| own.unit != unit.unit)
            .map(|own| own.all_objects().collect())
            .unwrap_or_default();
        let version = environment.file.cluster.version.as_str();
        let mut problems: Vec<(usize, Problem)> = objects
            .iter()
            .enumerate()
            .flat_map(|(index, manifest)| {
                let problems = self.object(version, &manifest.object);
                problems.into_iter().map(move |problem| (index, problem))
            })
            .collect();
        problems.extend(rules::unit::check(&UnitScene {
            unit: &unit.unit,
            tier: environment.file.tier,
            objects: &objects,
            environment_objects: &own,
            previous: None,
            values: None,
        }));
        fleet.place(environment, unit, problems)
    }
}

/// The units of each environment by name.
type Environments<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a RenderedUnit>>;

/// What does not fit together between the units of an environment and of those that share its namespace.
fn across_units(fleet: Fleet<'_>, by_environment: &Environments<'_>) -> Vec<Finding> {
    let facts = |units: &BTreeMap<&str, &RenderedUnit>| -> BTreeMap<String, UnitFacts> {
        let facts = units.iter();
        facts
            .map(|(name, unit)| ((*name).to_owned(), UnitFacts::of(unit.all_objects())))
            .collect()
    };
    let all: BTreeMap<&str, BTreeMap<String, UnitFacts>> = by_environment
        .iter()
        .map(|(name, units)| (*name, facts(units)))
        .collect();
    let mut findings = Vec::new();
    for environment in &fleet.workspace.environments {
        let name = environment.name.as_str();
        let Some(units) = all.get(name) else { continue };
        let neighbours = fleet.workspace.neighbours(environment).map(|other| other.name.as_str());
        let neighbours = neighbours
            .filter(|other| *other != name)
            .filter_map(|other| Some((other.to_owned(), all.get(other)?.clone())))
            .collect();
        let scene = EnvironmentScene {
            units,
            neighbours: &neighbours,
        };
        for found in rules::environment::check(&scene) {
            let unit = by_environment[name][found.unit.as_str()];
            let index = unit.all_objects().position(|manifest| manifest.id == found.object);
            let problem = (index.unwrap_or_default(), found.problem);
            findings.extend(fleet.place(environment, unit, vec![problem]));
        }
    }
    findings
}

impl Fleet<'_> {
    /// The findings of a rendered unit's problems, each with the index of its object, at template lines and values.
    pub fn place(
        self,
        environment: &Environment,
        unit: &RenderedUnit,
        problems: Vec<(usize, Problem)>,
    ) -> Vec<Finding> {
        if problems.is_empty() {
            return Vec::new();
        }
        let objects: Vec<&Manifest> = unit.all_objects().collect();
        self.placed(environment, &unit.unit, &objects, problems)
    }

    /// Places problems by rendering the unit a second time, with marks.
    fn placed(
        self,
        environment: &Environment,
        name: &str,
        objects: &[&Manifest],
        problems: Vec<(usize, Problem)>,
    ) -> Vec<Finding> {
        let Fleet {
            workspace,
            engines,
            tree,
        } = self;
        if name == ENVIRONMENT_UNIT {
            let sources = Sources::of_environment(engines, workspace, tree, environment);
            return place::findings(&sources, environment, name, objects, problems);
        }
        let agent = workspace.agents.values().find(|agent| agent.name.as_str() == name);
        let unit = agent.and_then(|agent| Unit::new(workspace, environment, agent, &serde_json::Map::new()).ok());
        let unit = unit.expect("a unit that was rendered can be made again");
        let sources = Sources::of_unit(engines, workspace, tree, environment, &unit);
        place::findings(&sources, environment, name, objects, problems)
    }
}
