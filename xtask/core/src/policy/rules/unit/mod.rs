//! Rules over all objects of one unit, beside those of its environment and those that it had before.

mod budgets;
mod immutable_field;
mod labels;
mod leaked_secret;
mod missing_policy;
mod missing_port;
mod missing_reference;
mod previous;
mod pruned_state;
mod replicas;
mod routes;
mod selectors;
mod services;
mod unbuilt_image;
mod unpinned_image;
mod version_mismatch;
mod workload;

use serde_json::Value;

pub(super) use workload::{Workload, workloads};

use crate::model::{Manifest, Problem, Rule, Tier};
use crate::workspace::layout::ENVIRONMENT_UNIT;

/// What a rule of a unit sees.
#[derive(Clone, Copy)]
pub struct UnitScene<'a> {
    /// The unit: an agent, or `_environment`.
    pub unit: &'a str,
    /// How near the environment is to users.
    pub tier: Tier,
    /// The unit's objects; problems name them by index.
    pub objects: &'a [&'a Manifest],
    /// What the environment has of its own; empty where the unit is `_environment` itself.
    pub environment_objects: &'a [&'a Manifest],
    /// The unit's objects on the environment branch; absent where nothing was released yet or nobody looked.
    pub previous: Option<&'a [Manifest]>,
    /// The unit's merged values; absent where objects come from elsewhere.
    pub values: Option<&'a Value>,
}

/// A problem and the index of the object that it is in.
pub type Found = (usize, Problem);

/// A rule of a unit.
type Check = fn(&UnitScene<'_>) -> Vec<Found>;

/// Every check of a unit.
const CHECKS: &[Check] = &[
    budgets::dangling,
    budgets::blocking,
    budgets::missing,
    immutable_field::check,
    leaked_secret::check,
    missing_policy::dangling,
    missing_policy::open,
    missing_port::check,
    missing_reference::check,
    pruned_state::pruned,
    pruned_state::shrinking,
    replicas::dangling,
    replicas::fixed,
    replicas::single,
    routes::check,
    selectors::check,
    services::dangling,
    services::monitors,
    unbuilt_image::check,
    unpinned_image::check,
    version_mismatch::check,
];

/// The rules of a unit, by id.
pub const RULES: &[Rule] = &[
    budgets::BLOCKING,
    replicas::DANGLING,
    budgets::DANGLING,
    services::MONITOR,
    missing_policy::DANGLING,
    routes::RULE,
    services::DANGLING,
    replicas::FIXED,
    immutable_field::RULE,
    leaked_secret::RULE,
    budgets::MISSING,
    missing_port::RULE,
    missing_reference::RULE,
    missing_policy::OPEN,
    pruned_state::PRUNED,
    selectors::RULE,
    pruned_state::SHRINKING,
    replicas::SINGLE,
    unbuilt_image::RULE,
    missing_reference::UNDECLARED,
    unpinned_image::RULE,
    version_mismatch::RULE,
];

/// What the rules find in a unit, by object and place.
pub fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = CHECKS.iter().flat_map(|check| check(scene)).collect();
    found.sort();
    found.dedup();
    found
}

impl<'a> UnitScene<'a> {
    /// The unit's objects with their indexes.
    fn own(&self) -> impl Iterator<Item = (usize, &'a Manifest)> + use<'a> {
        self.objects.iter().copied().enumerate()
    }

    /// The unit's objects of a kind with their indexes.
    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (usize, &'a Manifest)> + use<'a> {
        self.own().filter(move |(_, manifest)| manifest.id.kind == kind)
    }

    /// The unit's objects, then those of its environment.
    fn all(&self) -> impl Iterator<Item = &'a Manifest> + use<'a> {
        self.objects.iter().chain(self.environment_objects).copied()
    }

    /// Whether what it selects may be another unit's: what an environment has of its own is for all of them.
    fn is_for_others(&self) -> bool {
        self.unit == ENVIRONMENT_UNIT
    }

    /// Whether there is an object of this kind and name in a namespace, in the unit or its environment.
    fn has(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.find(kind, namespace, name).is_some()
    }

    /// The object of this kind and name.
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&'a Manifest> {
        self.all()
            .find(|manifest| manifest.id.kind == kind && manifest.id.name == name && manifest.id.namespace == namespace)
    }

    /// What makes pods in the unit.
    fn workloads(&self) -> Vec<Workload<'a>> {
        workloads(self.objects)
    }

    /// What makes pods in the unit or its environment.
    fn all_workloads(&self) -> Vec<Workload<'a>> {
        let mut all = self.workloads();
        all.extend(workloads(self.environment_objects));
        all
    }

    /// Names of this kind in the unit and its environment, to suggest one.
    fn names(&self, kind: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.all()
            .filter(move |manifest| manifest.id.kind == kind)
            .map(|manifest| manifest.id.name.as_str())
    }
}
