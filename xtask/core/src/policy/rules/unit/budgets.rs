//! Disruption budgets: that they guard something, let nodes be drained, and are there.

use serde_json::Value;

use super::{Found, UnitScene};
use crate::model::{Problem, Rule};
use crate::schema::overlay::{deep, field};

pub(super) const DANGLING: Rule = Rule::new(
    "dangling-budget",
    "a disruption budget selects no pod, so it guards nothing",
    "select labels that the pods have",
);

pub(super) const BLOCKING: Rule = Rule::new(
    "blocking-budget",
    "a disruption budget lets no pod go, so no node with one of them can ever be drained",
    "let one pod go: `maxUnavailable: 1`",
)
.example("maxUnavailable: 0", "maxUnavailable: 1");

pub(super) const MISSING: Rule = Rule::new(
    "missing-budget",
    "without a disruption budget, draining nodes may take all pods of a workload away at once",
    "add a PodDisruptionBudget that selects them",
);

pub(super) fn dangling(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.is_for_others() {
        return Vec::new();
    }
    let workloads = scene.all_workloads();
    let mut found = Vec::new();
    for (index, budget) in scene.of_kind("PodDisruptionBudget") {
        let selector = deep(&budget.object, &["spec", "selector"]);
        let guarded = |selector: &Value| workloads.iter().any(|workload| workload.selected_by(selector));
        if !selector.is_some_and(guarded) {
            let pointer = if selector.is_some() { "/spec/selector" } else { "/spec" };
            let message = "the disruption budget selects no pod here";
            found.push((index, Problem::error("dangling-budget", pointer, message)));
        }
    }
    found
}

pub(super) fn blocking(scene: &UnitScene<'_>) -> Vec<Found> {
    let workloads = scene.all_workloads();
    let mut found = Vec::new();
    for (index, budget) in scene.of_kind("PodDisruptionBudget") {
        let Some(spec) = field(&budget.object, "spec") else {
            continue;
        };
        let guarded = field(spec, "selector")
            .and_then(|selector| workloads.iter().find(|workload| workload.selected_by(selector)));
        let fewest = guarded.and_then(|workload| workload.fewest(scene.objects));
        if let Some(most) = field(spec, "maxUnavailable").filter(|most| amount(most, 1) == Some(0)) {
            let message = format!("`maxUnavailable` is {most}, so no pod may ever be moved");
            found.push((
                index,
                Problem::error("blocking-budget", "/spec/maxUnavailable", message),
            ));
        }
        // with one pod a budget can only block; that there is one pod is another rule's affair
        let Some(least) = field(spec, "minAvailable") else {
            continue;
        };
        let all = least.as_str() == Some("100%");
        if all || fewest.is_some_and(|fewest| amount(least, fewest).is_some_and(|least| least >= fewest)) {
            let pods = fewest.map_or_else(String::new, |fewest| format!(" of {fewest} pods"));
            let message = format!("`minAvailable` is {least}{pods}, so no pod may ever be moved");
            found.push((index, Problem::error("blocking-budget", "/spec/minAvailable", message)));
        }
    }
    found
}

/// A number, or a percentage of so many pods, rounded up as Kubernetes does.
fn amount(value: &Value, pods: i64) -> Option<i64> {
    match value {
        Value::String(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            Some(percent.checked_mul(pods)?.checked_add(99)? / 100)
        }
        value => value.as_i64(),
    }
}

pub(super) fn missing(scene: &UnitScene<'_>) -> Vec<Found> {
    let budgets: Vec<&Value> = scene
        .all()
        .filter(|object| object.id.kind == "PodDisruptionBudget")
        .filter_map(|budget| deep(&budget.object, &["spec", "selector"]))
        .collect();
    let mut found = Vec::new();
    for workload in scene.workloads().iter().filter(|workload| workload.is_scalable()) {
        let Some(fewest) = workload.fewest(scene.objects) else {
            continue;
        };
        if fewest > 1 && !budgets.iter().any(|selector| workload.selected_by(selector)) {
            let message = format!("no disruption budget guards its {fewest} pods");
            let problem = Problem::warning("missing-budget", "/spec", message).absent("PodDisruptionBudget", None);
            found.push((workload.index, problem));
        }
    }
    found
}
