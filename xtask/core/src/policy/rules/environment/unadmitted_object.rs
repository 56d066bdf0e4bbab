//! Objects that the AppProject of their environment does not admit, so that Argo CD refuses the sync.

use super::projects::{Delivery, Destination, Project};
use super::{EnvironmentScene, UnitFacts, UnitProblem};
use crate::model::{ObjectId, Problem, Rule};

pub(super) const RULE: Rule = Rule::new(
    "unadmitted-object",
    "the AppProject of the environment does not admit the object, so Argo CD refuses to sync the whole unit",
    "admit its kind with `argocd.kinds` in the values, render it into the environment's namespace, or leave it out",
);

pub(super) fn check(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let projects: Vec<&Project> = scene.units.values().flat_map(|facts| &facts.projects).collect();
    let mut found = Vec::new();
    for (unit, facts) in scene.units {
        let Some(delivery) = delivery(unit, facts) else {
            continue;
        };
        let project = projects.iter().find(|project| project.name == delivery.project);
        for object in project.iter().flat_map(|_| &facts.delivered) {
            let problem = project.and_then(|project| objection(project, delivery, object));
            found.extend(problem.map(|problem| UnitProblem {
                unit: unit.clone(),
                object: object.clone(),
                problem,
            }));
        }
    }
    found
}

/// The Application of a unit: that of its own folder. One that names no cluster is wrong by itself.
fn delivery<'a>(unit: &str, facts: &'a UnitFacts) -> Option<&'a Delivery> {
    let is_own = |path: &String| path.trim_end_matches('/').rsplit('/').next() == Some(unit);
    facts
        .deliveries
        .iter()
        .find(|delivery| delivery.paths.iter().any(is_own))
        .filter(|delivery| !(delivery.destination.server.is_empty() && delivery.destination.name.is_empty()))
}

fn objection(project: &Project, delivery: &Delivery, object: &ObjectId) -> Option<Problem> {
    let name = &project.name;
    if !project.admits_kind(object) {
        let (list, how) = match object.namespace.is_empty() {
            true => (
                "clusterResourceWhitelist",
                "admit it in `templates/argocd/_project.yaml.tera`, where kinds of whole clusters stand, or leave it out",
            ),
            false => (
                "namespaceResourceWhitelist",
                "admit it: `argocd: {kinds: [{group: …, kind: …}]}` in `values:` of the fleet or the environment; or leave it out",
            ),
        };
        let message = format!("the AppProject `{name}` does not admit `{object}` (`{list}`)");
        return Some(Problem::error("unadmitted-object", "/kind", message).help(how));
    }
    let place = Destination {
        namespace: object.namespace.clone(),
        ..delivery.destination.clone()
    };
    let is_admitted = object.namespace.is_empty() || project.admits_place(&place);
    (!is_admitted).then(|| {
        let message = format!(
            "the AppProject `{name}` admits nothing in the namespace `{}` (`destinations`)",
            object.namespace
        );
        Problem::error("unadmitted-object", "/metadata/namespace", message).help(
            "render it into the environment's own namespace, or admit this one in `templates/argocd/_project.yaml.tera`",
        )
    })
}
