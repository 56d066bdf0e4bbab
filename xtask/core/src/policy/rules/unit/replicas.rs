//! How many pods there are: autoscalers that aim at nothing or fight with a number, and single pods in production.

use super::{Found, UnitScene};
use crate::model::{Problem, Rule, Tier, suggestion};
use crate::schema::overlay::{deep, number, text};

/// Kinds that autoscalers of this fleet aim at.
const SCALABLE: [&str; 4] = ["Deployment", "ReplicaSet", "Rollout", "StatefulSet"];

pub(super) const DANGLING: Rule = Rule::new(
    "dangling-autoscaler",
    "an autoscaler aims at nothing that is there, so the number of pods never changes",
    "name kind, group and name of the workload in `scaleTargetRef`",
)
.example(
    "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: agent }   # it is a Rollout",
    "scaleTargetRef: { apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: agent }",
);

pub(super) const FIXED: Rule = Rule::new(
    "fixed-replicas",
    "a workload has both a number of pods and an autoscaler: each sync undoes what the autoscaler did",
    "leave `replicas` out",
);

pub(super) const SINGLE: Rule = Rule::new(
    "single-replica",
    "one pod in production means an outage at every restart of it or of its node",
    "ask for two or more, in `replicas` or in the autoscaler's `minReplicas`",
);

pub(super) fn dangling(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, scaler) in scene.of_kind("HorizontalPodAutoscaler") {
        let Some(target) = deep(&scaler.object, &["spec", "scaleTargetRef"]) else {
            continue;
        };
        let (Some(kind), Some(name)) = (text(target, "kind"), text(target, "name")) else {
            continue;
        };
        let group = text(target, "apiVersion").and_then(|version| version.split_once('/'));
        let group = group.map_or("", |(group, _)| group);
        let candidate = scene.find(kind, &scaler.id.namespace, name);
        if candidate.is_some_and(|object| object.id.group == group) {
            continue;
        }
        let problem = if candidate.is_some() {
            let message = format!("the {kind} `{name}` is of another API group than the autoscaler names");
            Problem::error("dangling-autoscaler", "/spec/scaleTargetRef/apiVersion", message)
        } else {
            let message = format!("there is no {kind} `{name}` to scale");
            Problem::error("dangling-autoscaler", "/spec/scaleTargetRef/name", message)
        };
        let names = SCALABLE.into_iter().flat_map(|kind| scene.names(kind));
        let near = suggestion(name, names).filter(|near| *near != name);
        let other = scene
            .all()
            .find(|object| SCALABLE.contains(&object.id.kind.as_str()) && object.id.name == name);
        let help = match (near, other) {
            (_, Some(other)) => format!("`{name}` is a {}", other.id.kind),
            (Some(near), None) => format!("did you mean `{near}`?"),
            _ => "name a workload of this unit".to_owned(),
        };
        found.push((index, problem.help(help)));
    }
    found
}

pub(super) fn fixed(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for workload in scene.workloads().iter().filter(|workload| workload.is_scalable()) {
        let count = deep(&workload.manifest.object, &["spec"]).and_then(|spec| number(spec, "replicas"));
        if let (Some(count), Some((_, scaler))) = (count, workload.autoscaler(scene.objects)) {
            let message = format!("`replicas: {count}` fights with the autoscaler `{}`", scaler.id.name);
            let problem = Problem::error("fixed-replicas", "/spec/replicas", message);
            found.push((workload.index, problem.help("leave `replicas` out")));
        }
    }
    found
}

pub(super) fn single(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.tier != Tier::Production {
        return Vec::new();
    }
    let mut found = Vec::new();
    for workload in scene.workloads().iter().filter(|workload| workload.is_scalable()) {
        if workload.fewest(scene.objects) != Some(1) {
            continue;
        }
        let (index, pointer) = match workload.autoscaler(scene.objects) {
            Some((index, _)) => (index, "/spec/minReplicas"),
            None => (workload.index, "/spec/replicas"),
        };
        let message = format!("`{}` may run with one pod only", workload.manifest.id.name);
        found.push((index, Problem::error("single-replica", pointer, message)));
    }
    found
}
