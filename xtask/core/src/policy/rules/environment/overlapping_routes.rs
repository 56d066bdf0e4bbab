//! Routes of several objects that claim the same requests, and requests that no route claims.

use std::collections::BTreeMap;

use super::routes::Route;
use super::{EnvironmentScene, UnitProblem};
use crate::model::{Problem, Rule};

pub(super) const DUPLICATE: Rule = Rule::new(
    "duplicate-route",
    "two routes claim the same host and path, and which of them wins is up to the router",
    "give one of them another host or path",
);

pub(super) const OVERLAPPING: Rule = Rule::new(
    "overlapping-routes",
    "some requests fulfil the conditions of two routes, and which of them they take is up to the router",
    "split by one header whose values exclude each other, or put both into one object, where order counts",
)
.example(
    "a: headers: { x-tenant: north }\nb: headers: { x-region: eu }",
    "a: headers: { x-tenant: north }\nb: headers: { x-tenant: south }",
);

pub(super) const UNCOVERED: Rule = Rule::new(
    "uncovered-route",
    "every route of a path asks for a header, so requests without it lead nowhere",
    "add a route without conditions for the rest",
);

pub(super) fn duplicate(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    pairs(
        scene,
        |own, other| own.conditions == other.conditions,
        |own, other| {
            let message = format!("`{}` leads to `{other}` too", own.shown());
            Problem::error("duplicate-route", own.place.pointer.clone(), message)
        },
    )
}

pub(super) fn overlapping(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let both = |own: &Route, other: &Route| {
        own.place.object != other.place.object
            && own.conditions != other.conditions
            && !own.conditions.is_empty()
            && !other.conditions.is_empty()
            && !own.excludes(other)
    };
    pairs(scene, both, |own, other| {
        let message = format!(
            "a request for `{}` may fulfil these conditions and those of `{other}`",
            own.shown()
        );
        Problem::warning("overlapping-routes", own.place.pointer.clone(), message)
    })
}

/// Pairs of routes for the same host and path, one of them the environment's own; each pair within it is told once.
fn pairs(
    scene: &EnvironmentScene<'_>,
    clash: impl Fn(&Route, &Route) -> bool,
    problem: impl Fn(&Route, &str) -> Problem,
) -> Vec<UnitProblem> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in scene.routes() {
        places.entry(route.2.claim()).or_default().push(route);
    }
    let mut found = Vec::new();
    for routes in places.values() {
        for (at, (environment, unit, own)) in routes.iter().enumerate() {
            if environment.is_some() || own.canary {
                continue;
            }
            let (before, after) = (&routes[..at], &routes[at + 1..]);
            let others = before
                .iter()
                .chain(after.iter().filter(|(other, _, _)| other.is_some()));
            for (other_environment, other_unit, other) in others.filter(|(_, _, other)| !other.canary) {
                if !clash(own, other) {
                    continue;
                }
                let other = match other_environment {
                    Some(environment) => format!("{environment}/{other_unit}"),
                    None => (*other_unit).to_owned(),
                };
                found.push(UnitProblem {
                    unit: (*unit).to_owned(),
                    object: own.place.object.clone(),
                    problem: problem(own, &other),
                });
            }
        }
    }
    found
}

pub(super) fn uncovered(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let routes = scene.routes();
    let own = routes.iter().filter(|(environment, _, _)| environment.is_none());
    let conditional = own.filter(|(_, _, route)| !route.canary && !route.conditions.is_empty());
    conditional
        .filter(|(_, _, route)| !routes.iter().any(|(_, _, other)| covers(other, route)))
        .map(|(_, unit, route)| {
            let message = format!(
                "requests for `{}` without the right headers lead nowhere",
                route.shown()
            );
            UnitProblem {
                unit: (*unit).to_owned(),
                object: route.place.object.clone(),
                problem: Problem::warning("uncovered-route", route.place.pointer.clone(), message),
            }
        })
        .collect()
}

/// Whether a route without conditions takes all requests of another one's host and path.
fn covers(route: &Route, other: &Route) -> bool {
    let prefix = route.path.strip_prefix("Prefix ");
    let path = other.path.split_once(' ').map_or("", |(_, path)| path);
    let inside = prefix.is_some_and(|prefix| {
        let below = prefix.trim_end_matches('/');
        path == prefix || path.strip_prefix(below).is_some_and(|rest| rest.starts_with('/'))
    });
    route.conditions.is_empty()
        && !route.canary
        && route.router == other.router
        && (route.host == other.host || route.host.is_empty())
        && (inside || route.path == other.path)
}
