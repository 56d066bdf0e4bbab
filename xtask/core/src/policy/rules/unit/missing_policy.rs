//! Network policies: that they select something, and that every pod has one.

use super::{Found, UnitScene};
use crate::model::{Manifest, Problem, Rule};
use crate::schema::overlay::deep;

pub(super) const DANGLING: Rule = Rule::new(
    "dangling-network-policy",
    "a network policy selects no pod, so what it should close stays open",
    "select labels that the pods have",
);

pub(super) const OPEN: Rule = Rule::new(
    "open-pod",
    "no network policy selects a pod, so everything may connect to it and it to everything",
    "add a NetworkPolicy that selects it, or one for the whole namespace with `podSelector: {}`",
);

fn policies<'a>(scene: &UnitScene<'a>) -> impl Iterator<Item = &'a Manifest> + use<'a> {
    scene.all().filter(|object| object.id.kind == "NetworkPolicy")
}

pub(super) fn dangling(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.is_for_others() {
        return Vec::new();
    }
    let workloads = scene.all_workloads();
    let mut found = Vec::new();
    for (index, policy) in scene.of_kind("NetworkPolicy") {
        let Some(selector) = deep(&policy.object, &["spec", "podSelector"]) else {
            continue;
        };
        // `{}` means every pod of the namespace, those of other units too
        let all = selector.as_object().is_some_and(serde_json::Map::is_empty);
        if !all && !workloads.iter().any(|workload| workload.selected_by(selector)) {
            let message = "the network policy selects no pod here";
            found.push((
                index,
                Problem::error("dangling-network-policy", "/spec/podSelector", message),
            ));
        }
    }
    found
}

pub(super) fn open(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for workload in scene.workloads() {
        let closed = policies(scene).any(|policy| {
            let selector = deep(&policy.object, &["spec", "podSelector"]);
            policy.id.namespace == workload.manifest.id.namespace
                && selector.is_some_and(|selector| workload.selected_by(selector))
        });
        if !closed {
            let message = "no network policy selects its pods";
            let pointer = format!("{}/metadata", workload.template);
            found.push((workload.index, Problem::error("open-pod", pointer, message)));
        }
    }
    found
}
