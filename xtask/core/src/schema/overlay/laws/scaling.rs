//! What holds between the fields of an autoscaler.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::quoted;
use crate::schema::overlay::view::{deep, field, items, number, text};
use crate::schema::overlay::walk::Problems;

/// Metrics and the field that each has.
const METRICS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];
/// What a target can want.
const TARGETS: [(&str, &str); 3] = [
    ("AverageValue", "averageValue"),
    ("Utilization", "averageUtilization"),
    ("Value", "value"),
];

/// Fewest pods are not more than most pods; none at all only where something outside the pods is measured.
pub(in crate::schema::overlay) fn bounds(spec: &Value, problems: &mut Problems<'_>) {
    let fewest = number(spec, "minReplicas").unwrap_or(1);
    if let Some(most) = number(spec, "maxReplicas").filter(|most| *most < fewest && *most > 0) {
        let message = format!("`maxReplicas` is {most}, less than `minReplicas`, which is {fewest}");
        problems.add(Problem::error("out-of-range", "/maxReplicas", message));
    }
    let outside = |metric: &Value| matches!(text(metric, "type"), Some("External" | "Object"));
    if fewest == 0 && !items(spec, "metrics").iter().any(outside) {
        let message =
            "without pods there is nothing to measure, so `minReplicas: 0` needs an `Object` or `External` metric";
        problems.add(Problem::error("out-of-range", "/minReplicas", message).help("write 1 or more"));
    }
}

/// A metric has the field that its type names, and no other.
pub(in crate::schema::overlay) fn metric(metric: &Value, problems: &mut Problems<'_>) {
    let Some((kind, own)) = text(metric, "type").and_then(|kind| METRICS.into_iter().find(|(name, _)| *name == kind))
    else {
        return;
    };
    if field(metric, own).is_none() {
        let message = format!("a metric of type `{kind}` needs `{own}`");
        problems.add(Problem::error("missing-field", "", message));
    }
    let wanted: &[&str] = match kind {
        "Resource" | "ContainerResource" => &["Utilization", "AverageValue"],
        "Pods" => &["AverageValue"],
        _ => &["Value", "AverageValue"],
    };
    let given = deep(metric, &[own, "target", "type"]).and_then(Value::as_str);
    let is_target = |given: &&str| TARGETS.iter().any(|(name, _)| name == given);
    if let Some(given) = given.filter(is_target).filter(|given| !wanted.contains(given)) {
        let message = format!("a metric of type `{kind}` has no target of type `{given}`");
        let problem = Problem::error("conflicting-fields", format!("/{own}/target/type"), message);
        problems.add(problem.help(format!("write {}", quoted(wanted))));
    }
    for (_, other) in METRICS.into_iter().filter(|(name, _)| *name != kind) {
        if field(metric, other).is_some() {
            let message = format!("a metric of type `{kind}` has no `{other}`");
            problems.add(Problem::error("conflicting-fields", format!("/{other}"), message).on_key());
        }
    }
}

/// A target wants what its type says.
pub(in crate::schema::overlay) fn target(target: &Value, problems: &mut Problems<'_>) {
    let Some((kind, own)) = text(target, "type").and_then(|kind| TARGETS.into_iter().find(|(name, _)| *name == kind))
    else {
        return;
    };
    if field(target, own).is_none() {
        let message = format!("a target of type `{kind}` needs `{own}`");
        problems.add(Problem::error("missing-field", "", message));
    }
    for (_, other) in TARGETS.into_iter().filter(|(name, _)| *name != kind) {
        if field(target, other).is_some() {
            let message = format!("a target of type `{kind}` has no `{other}`");
            problems.add(Problem::error("conflicting-fields", format!("/{other}"), message).on_key());
        }
    }
}
