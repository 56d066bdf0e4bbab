//! Proves that mistakes are found: what a fleet renders is broken, one change at a time, and each has to be noticed.
//!
//! Of places that differ only in their unit and in the items of lists, one is broken: the one with the least digest of
//! the seed and its name, in the last environment that has any.

mod operators;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::judge::{Case, Judge, Layer, Session};
use super::super::{Fleet, Namespaces};
use crate::model::{Digest, Manifest, Problem, Severity};
use crate::render::RenderedUnit;
use crate::workspace::Environment;
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::yaml::{Segment, dotted};
pub use operators::Operator;

/// What became of the changes of one kind.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Score {
    /// How many were made.
    pub made: usize,
    /// How many anything noticed.
    pub found: usize,
    /// How many each layer noticed.
    pub by: BTreeMap<Layer, usize>,
    /// Those that nothing noticed: kind and path.
    pub survivors: Vec<String>,
}

/// One change of one object.
struct Mutant<'a> {
    operator: Operator,
    shape: String,
    unit: &'a RenderedUnit,
    index: usize,
    path: Vec<Segment>,
}

/// Breaks what a fleet renders, and counts what is noticed.
pub fn mutate(judge: &Judge, fleet: Fleet<'_>, units: &[RenderedUnit], seed: u64) -> BTreeMap<Operator, Score> {
    let namespaces = Namespaces::of(fleet.workspace, units);
    let outcomes: Vec<(Mutant<'_>, BTreeSet<Layer>)> = chosen(fleet, units, seed)
        .into_par_iter()
        .map_init(
            || judge.session(),
            |session, mutant| {
                let found = mutant.found(judge, session, fleet, units, &namespaces);
                (mutant, found)
            },
        )
        .collect();
    let mut scores: BTreeMap<Operator, Score> = BTreeMap::new();
    for (mutant, layers) in outcomes {
        let score = scores.entry(mutant.operator).or_default();
        score.made += 1;
        score.found += usize::from(!layers.is_empty());
        if layers.is_empty() {
            score.survivors.push(mutant.shape);
        }
        for layer in layers {
            *score.by.entry(layer).or_default() += 1;
        }
    }
    scores
}

/// One mutant for every operator, kind and path without the places in lists.
fn chosen<'a>(fleet: Fleet<'_>, units: &'a [RenderedUnit], seed: u64) -> Vec<Mutant<'a>> {
    let rank = |unit: &RenderedUnit| {
        let environments = &fleet.workspace.environments;
        environments
            .iter()
            .position(|environment| environment.name == unit.environment)
    };
    let mut best: BTreeMap<(Operator, String), (Option<usize>, Digest, Mutant<'a>)> = BTreeMap::new();
    for unit in units {
        for (index, manifest) in unit.all_objects().enumerate() {
            for path in operators::paths(&manifest.object) {
                let shape = format!("{} {}", manifest.id.kind, shape(&path));
                let name = format!(
                    "{seed} {}/{} {} {}",
                    unit.environment,
                    unit.unit,
                    manifest.id,
                    dotted(&path)
                );
                let (rank, digest) = (rank(unit), Digest::of(name.as_bytes()));
                for operator in operators::ALL {
                    let place = (*operator, shape.clone());
                    let is_better = best
                        .get(&place)
                        .is_none_or(|(other, least, _)| rank > *other || (rank == *other && digest < *least));
                    if is_better && operator.apply(&manifest.object, &path).is_some() {
                        let mutant = Mutant {
                            operator: *operator,
                            shape: shape.clone(),
                            unit,
                            index,
                            path: path.clone(),
                        };
                        best.insert(place, (rank, digest, mutant));
                    }
                }
            }
        }
    }
    best.into_values().map(|(_, _, mutant)| mutant).collect()
}

/// A path without the places in lists.
fn shape(path: &[Segment]) -> String {
    let parts = path.iter().map(|segment| match segment {
        Segment::Key(key) => key.as_str(),
        Segment::Index(_) => "*",
    });
    parts.collect::<Vec<_>>().join(".")
}

impl Mutant<'_> {
    /// The layers that notice it.
    fn found(
        &self,
        judge: &Judge,
        session: &mut Session,
        fleet: Fleet<'_>,
        units: &[RenderedUnit],
        namespaces: &Namespaces,
    ) -> BTreeSet<Layer> {
        let environment = fleet.workspace.environment(self.unit.environment.as_str());
        let environment = environment.expect("a unit that was rendered has an environment");
        let whole: Vec<&Manifest> = self.unit.all_objects().collect();
        let broken = self.operator.apply(&whole[self.index].object, &self.path);
        let Ok(broken) = Manifest::new(broken.expect("it was applied before")) else {
            return BTreeSet::from([Layer::Rendering]);
        };
        let mut changed = whole.clone();
        changed[self.index] = &broken;
        let own = units
            .iter()
            .find(|unit| unit.environment == self.unit.environment && unit.unit == ENVIRONMENT_UNIT);
        let own: Vec<&Manifest> = own
            .filter(|own| own.unit != self.unit.unit)
            .map(|own| own.all_objects().collect())
            .unwrap_or_default();
        let mut told = |objects: &[&Manifest]| {
            let case = case(environment, self.unit, objects, &own);
            judge.layers(session, &case, namespaces, self.index)
        };
        let before: BTreeSet<(Layer, Problem)> = told(&whole).into_iter().collect();
        let after = told(&changed).into_iter();
        let new = after.filter(|said| said.1.severity != Severity::Note && !before.contains(said));
        new.map(|(layer, _)| layer).collect()
    }
}

fn case<'a>(
    environment: &'a Environment,
    unit: &'a RenderedUnit,
    objects: &'a [&'a Manifest],
    own: &'a [&'a Manifest],
) -> Case<'a> {
    Case {
        environment,
        unit: &unit.unit,
        objects,
        own,
        previous: None,
        values: &unit.values,
    }
}
