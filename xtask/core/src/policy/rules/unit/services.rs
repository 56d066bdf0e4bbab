//! Services without pods, and monitors without Services.

use super::labels::{selects, shown};
use super::{Found, UnitScene};
use crate::model::{Problem, Rule};
use crate::schema::overlay::{deep, field};

pub(super) const DANGLING: Rule = Rule::new(
    "dangling-service",
    "a Service selects no pod, so requests to it fail",
    "give the pods the labels that the selector names, or take the Service out",
)
.example(
    "selector: { app: agnet }     # the pods have app: agent",
    "selector: { app: agent }",
);

pub(super) const MONITOR: Rule = Rule::new(
    "dangling-monitor",
    "a monitor selects nothing, so its metrics are missing and alerts on them never fire",
    "select labels that the Service (ServiceMonitor) or the pods (PodMonitor) have",
);

pub(super) fn dangling(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.is_for_others() {
        return Vec::new();
    }
    let workloads = scene.all_workloads();
    let check = |(index, service): (usize, &crate::model::Manifest)| {
        let selector = deep(&service.object, &["spec", "selector"]).filter(|selector| {
            let labels = selector.as_object();
            labels.is_some_and(|labels| !labels.is_empty())
        })?;
        let found = workloads
            .iter()
            .any(|workload| workload.manifest.id.namespace == service.id.namespace && workload.has_labels(selector));
        let message = format!("the Service selects `{}`, which no pod here has", shown(selector));
        (!found).then(|| (index, Problem::error("dangling-service", "/spec/selector", message)))
    };
    scene.of_kind("Service").filter_map(check).collect()
}

pub(super) fn monitors(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.is_for_others() {
        return Vec::new();
    }
    let workloads = scene.all_workloads();
    let mut found = Vec::new();
    for (index, monitor) in scene.own() {
        let Some(selector) = deep(&monitor.object, &["spec", "selector"]) else {
            continue;
        };
        let selected = match monitor.id.kind.as_str() {
            "ServiceMonitor" => scene.all().filter(|object| object.id.kind == "Service").any(|service| {
                let labels = deep(&service.object, &["metadata", "labels"]);
                selects(selector, &|key| labels.and_then(|labels| field(labels, key)))
            }),
            "PodMonitor" => workloads.iter().any(|workload| workload.selected_by(selector)),
            _ => continue,
        };
        // one that looks into other namespaces may find there what this unit does not have
        let elsewhere = deep(&monitor.object, &["spec", "namespaceSelector"]).is_some();
        if !selected && !elsewhere {
            let what = if monitor.id.kind == "PodMonitor" {
                "pod"
            } else {
                "Service"
            };
            let message = format!("the {} selects no {what} here", monitor.id.kind);
            found.push((index, Problem::error("dangling-monitor", "/spec/selector", message)));
        }
    }
    found
}
