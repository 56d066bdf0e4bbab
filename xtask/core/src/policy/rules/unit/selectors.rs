//! Two workloads that take each other's pods for their own.

use super::{Found, UnitScene};
use crate::model::{Problem, Rule};
use crate::schema::overlay::deep;

pub(super) const RULE: Rule = Rule::new(
    "shared-selector",
    "the selector of a workload selects pods of another one, and both count them as their own",
    "give each a label of its own, and select it",
);

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let workloads = scene.workloads();
    let mut found = Vec::new();
    for workload in &workloads {
        let Some(selector) = deep(&workload.manifest.object, &["spec", "selector"]) else {
            continue;
        };
        let other = workloads.iter().find(|other| {
            other.index != workload.index
                && other.manifest.id.namespace == workload.manifest.id.namespace
                && other.selected_by(selector)
        });
        if let Some(other) = other {
            let message = format!(
                "its selector selects the pods of the {} `{}` too",
                other.manifest.id.kind, other.manifest.id.name
            );
            found.push((
                workload.index,
                Problem::error("shared-selector", "/spec/selector", message),
            ));
        }
    }
    found
}
