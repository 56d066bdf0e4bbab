//! A canary Ingress takes its share of a main Ingress, which must be there.

use std::collections::BTreeSet;

use super::{EnvironmentScene, UnitProblem};
use crate::model::{Problem, Rule};

pub(super) const RULE: Rule = Rule::new(
    "canary-without-main",
    "a canary Ingress takes a share of a main Ingress of the same host and path; without one it gets nothing",
    "render the main Ingress in this environment or in the one that shares its namespace, with the same host and path",
);

pub(super) fn check(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let routes = scene.routes();
    let own = routes
        .iter()
        .filter(|(environment, _, route)| environment.is_none() && route.canary);
    let main = routes.iter().filter(|(_, _, route)| !route.canary);
    let main: BTreeSet<_> = main.map(|(_, _, route)| route.claim()).collect();
    own.filter(|(_, _, canary)| !main.contains(&canary.claim()))
        .map(|(_, unit, canary)| {
            let message = format!(
                "no main Ingress leads to `{}`, so the canary gets no requests",
                canary.shown()
            );
            UnitProblem {
                unit: (*unit).to_owned(),
                object: canary.place.object.clone(),
                problem: Problem::error("canary-without-main", canary.place.pointer.clone(), message),
            }
        })
        .collect()
}
