//! Objects that two units of one cluster both would have after a run, those that it leaves as they are among them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bundles::{Bundles, Rendering};
use super::{EnvironmentInput, PreviousUnit};
use crate::artifact::InventoryObject;
use crate::model::{Finding, ObjectId, Problem};
use crate::policy::rules::environment::UnitProblem;
use crate::policy::{Fleet, shared_object};
use crate::render::RenderedUnit;

/// A unit that has an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Owner<'a> {
    server: &'a str,
    object: &'a ObjectId,
    /// Whether the run leaves the unit as it is.
    stays: bool,
    environment: usize,
    unit: &'a str,
}

impl Rendering<'_> {
    /// What is wrong with the units that a run renders, since others have their objects too.
    pub(super) fn shared(&self, bundles: &[Bundles]) -> Vec<Finding> {
        let inputs = self.inputs;
        let left: Vec<Left<'_>> = inputs
            .iter()
            .zip(bundles)
            .map(|(input, bundles)| self.left(input, bundles))
            .collect();
        let mut owners = Vec::new();
        for (environment, bundles) in bundles.iter().enumerate() {
            let server = inputs[environment].environment.file.cluster.server.as_str();
            let rendered = bundles.values().flatten();
            let rendered = rendered.map(|bundle| (bundle.unit.as_str(), &bundle.objects, false));
            let left = left[environment].iter().map(|(unit, objects)| (*unit, objects, true));
            for (unit, objects, stays) in rendered.chain(left) {
                owners.extend(objects.iter().map(|object| Owner {
                    server,
                    object: &object.id,
                    stays,
                    environment,
                    unit,
                }));
            }
        }
        owners.par_sort_unstable();
        let name = |owner: Owner<'_>| format!("{}/{}", inputs[owner.environment].environment.name, owner.unit);
        let mut findings = Vec::new();
        for (position, owner) in owners.iter().enumerate().filter(|(_, owner)| !owner.stays) {
            let is_twin = |other: &&Owner<'_>| (other.server, other.object) == (owner.server, owner.object);
            let before = position.checked_sub(1).map(|before| &owners[before]);
            let after = owners.get(position + 1).filter(|after| after.stays);
            let twin = before.filter(is_twin).or(after.filter(is_twin));
            let input = &inputs[owner.environment];
            let twin = twin.map(|twin| (name(*twin), twin.stays));
            let twin = twin.or_else(|| Some((input.foreign.get(owner.object)?.clone(), true)));
            if let Some((other, stays)) = twin {
                let problem = match stays {
                    true => left_with(owner.object, &other, &name(*owner)),
                    false => shared_object(owner.object, &other, &name(*owner)),
                };
                let found = UnitProblem {
                    unit: owner.unit.to_owned(),
                    object: owner.object.clone(),
                    problem,
                };
                findings.extend(self.fleet.place_between(input.environment, found));
            }
        }
        findings
    }

    /// The units that a run leaves as they are, as far as they were read.
    fn left<'a>(&self, input: &EnvironmentInput<'a>, bundles: &Bundles) -> Left<'a> {
        let units: Vec<(&String, &PreviousUnit)> = input
            .branch
            .units
            .iter()
            .filter(|(unit, _)| self.stays(input, bundles, unit))
            .collect();
        let units = units.into_par_iter();
        let objects = units.filter_map(|(unit, previous)| Some((unit.as_str(), previous.inventory()?.objects)));
        objects.collect()
    }
}

/// What is wrong with rendered units, since units of other environments, which stay as they are, have their objects too.
pub fn taken(fleet: Fleet<'_>, units: &[&RenderedUnit], foreign: &BTreeMap<ObjectId, String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in units {
        let Some(environment) = fleet.workspace.environment(unit.environment.as_str()) else {
            continue;
        };
        let name = format!("{}/{}", unit.environment, unit.unit);
        let shared = unit
            .all_objects()
            .filter_map(|manifest| Some((&manifest.id, foreign.get(&manifest.id)?)));
        for (object, other) in shared {
            let found = UnitProblem {
                unit: unit.unit.clone(),
                object: object.clone(),
                problem: left_with(object, other, &name),
            };
            findings.extend(fleet.place_between(environment, found));
        }
    }
    findings
}

/// What is wrong with an object that another unit has, which stays as it is.
fn left_with(object: &ObjectId, other: &str, own: &str) -> Problem {
    shared_object(object, other, own).help(format!(
        "release `{other}` too if it gives the object up; or give one of the two another name, or the environments \
         different namespaces or suffixes"
    ))
}

/// Units with their objects.
type Left<'a> = Vec<(&'a str, Vec<InventoryObject>)>;
