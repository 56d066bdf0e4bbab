//! What units of an environment must agree on, and where a change asks something else of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::environment::UnitFacts;
use crate::model::{EnvironmentName, ObjectId};
use crate::render::{RenderedUnit, stem};

/// What the units of environments must agree on, by environment and unit.
pub type Facts = BTreeMap<EnvironmentName, BTreeMap<String, UnitFacts>>;

/// The facts of units.
pub fn facts<'a>(units: impl IntoIterator<Item = &'a RenderedUnit>) -> Facts {
    let mut facts = Facts::new();
    for unit in units {
        let environment = facts.entry(unit.environment.clone()).or_default();
        environment.insert(unit.unit.clone(), UnitFacts::of(unit.all_objects()));
    }
    facts
}

/// The environments in which units ask something else of the others than before; `None` where they have other objects,
/// which others may have too.
pub fn asking(before: &[RenderedUnit], after: &[RenderedUnit]) -> Option<BTreeSet<EnvironmentName>> {
    let objects = |unit: &RenderedUnit| -> BTreeSet<ObjectId> {
        let objects = unit.all_objects().map(|manifest| {
            // the name of a generation tells its content: what it begins with is the unit's own
            let name = stem(manifest).map(str::to_owned);
            let id = manifest.id.clone();
            ObjectId {
                name: name.unwrap_or(id.name),
                ..id
            }
        });
        objects.collect()
    };
    let mut found = BTreeSet::new();
    for (before, after) in before.iter().zip(after) {
        let is_same = (&before.environment, &before.unit) == (&after.environment, &after.unit);
        if !is_same || objects(before) != objects(after) {
            return None;
        }
        if asked(before) != asked(after) {
            found.insert(after.environment.clone());
        }
    }
    (before.len() == after.len()).then_some(found)
}

/// What a unit asks of the others: not by which of its objects, since those are the same on both sides but for the names
/// of generations.
fn asked(unit: &RenderedUnit) -> UnitFacts {
    let mut facts = UnitFacts::of(unit.all_objects());
    facts.delivered.iter_mut().for_each(|object| object.name.clear());
    facts
}
