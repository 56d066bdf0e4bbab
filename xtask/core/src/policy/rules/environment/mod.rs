//! Rules over all units of an environment, and of those that share its namespace. A run that renders only what changed
//! knows of the others what it wrote down: small facts.

mod canary_without_main;
mod demand;
mod exceeded_quota;
mod projects;
mod routes;
mod unadmitted_object;

mod overlapping_routes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use demand::{Amounts, Defaults, Demand, Quota};
pub use projects::{Delivery, Destination, Kind, Project};
pub use routes::{Condition, Route};

use crate::model::{Manifest, ObjectId, Problem, Rule};
use crate::workspace::Workspace;

/// A place in one of a unit's objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The object.
    pub object: ObjectId,
    /// JSON pointer to the place in it.
    pub pointer: String,
}

/// What the rules of an environment need to know of one of its units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitFacts {
    /// Which requests lead to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// What its pods ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<Demand>,
    /// What all pods of the namespace together may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<Quota>,
    /// What a container gets that asks for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<Defaults>,
    /// What its AppProjects admit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
    /// Its Applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// One of its objects of each kind and namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivered: Vec<ObjectId>,
}

impl UnitFacts {
    /// The facts of a unit's objects.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Manifest>) -> UnitFacts {
        let objects: Vec<&Manifest> = objects.into_iter().collect();
        UnitFacts {
            routes: routes::of(&objects),
            demands: demand::of(&objects),
            quotas: demand::quotas(&objects),
            defaults: demand::defaults(&objects),
            projects: projects::projects(&objects),
            deliveries: projects::deliveries(&objects),
            delivered: projects::delivered(&objects),
        }
    }
}

/// What a rule of an environment sees.
#[derive(Clone, Copy)]
pub struct EnvironmentScene<'a> {
    /// The facts of its units, by unit.
    pub units: &'a BTreeMap<String, UnitFacts>,
    /// The facts of the environments that share its namespace, by environment and unit.
    pub neighbours: &'a BTreeMap<String, BTreeMap<String, UnitFacts>>,
}

/// A problem in an object of one of the environment's units.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitProblem {
    /// The unit.
    pub unit: String,
    /// The object.
    pub object: ObjectId,
    /// What is wrong in it.
    pub problem: Problem,
}

impl UnitProblem {
    /// Whether it is one whatever stands in the files that cannot be read: an environment that nobody could read may
    /// render what is missed here.
    pub fn is_known(&self, workspace: &Workspace) -> bool {
        self.problem.rule != canary_without_main::RULE.id || !workspace.has_unread_environments()
    }
}

/// A rule of an environment.
type Check = fn(&EnvironmentScene<'_>) -> Vec<UnitProblem>;

/// Every check of an environment.
const CHECKS: &[Check] = &[
    canary_without_main::check,
    overlapping_routes::duplicate,
    overlapping_routes::overlapping,
    overlapping_routes::uncovered,
    exceeded_quota::check,
    unadmitted_object::check,
];

/// The rules of an environment, by id.
pub const RULES: &[Rule] = &[
    canary_without_main::RULE,
    overlapping_routes::DUPLICATE,
    exceeded_quota::RULE,
    overlapping_routes::OVERLAPPING,
    unadmitted_object::RULE,
    overlapping_routes::UNCOVERED,
];

/// What the rules find in an environment, by unit and object.
pub fn check(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let mut found: Vec<UnitProblem> = CHECKS.iter().flat_map(|check| check(scene)).collect();
    found.sort();
    found.dedup();
    found
}

impl<'a> EnvironmentScene<'a> {
    /// Every unit of the environment and its neighbours; `None` stands for the environment itself.
    fn everywhere(&self) -> impl Iterator<Item = (Option<&'a str>, &'a str, &'a UnitFacts)> + use<'a> {
        let own = self.units.iter().map(|(unit, facts)| (None, unit.as_str(), facts));
        let others = self.neighbours.iter().flat_map(|(environment, units)| {
            let units = units.iter();
            units.map(move |(unit, facts)| (Some(environment.as_str()), unit.as_str(), facts))
        });
        own.chain(others)
    }

    /// Every route of the environment and its neighbours.
    fn routes(&self) -> Vec<(Option<&'a str>, &'a str, &'a Route)> {
        self.everywhere()
            .flat_map(|(environment, unit, facts)| facts.routes.iter().map(move |route| (environment, unit, route)))
            .collect()
    }
}
