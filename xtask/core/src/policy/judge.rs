//! The judge: everything that rendered objects must hold to be released, compiled once.

use serde_json::Value;

use super::place;
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

    /// What is wrong with a rendered unit, placed at template lines and values.
    pub fn unit(&self, fleet: Fleet<'_>, environment: &Environment, unit: &RenderedUnit) -> Vec<Finding> {
        let objects: Vec<&Manifest> = unit.all_objects().collect();
        let version = environment.file.cluster.version.as_str();
        let problems: Vec<(usize, Problem)> = objects
            .iter()
            .enumerate()
            .flat_map(|(index, manifest)| {
                let problems = self.object(version, &manifest.object);
                problems.into_iter().map(move |problem| (index, problem))
            })
            .collect();
        fleet.place(environment, unit, problems)
    }
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
