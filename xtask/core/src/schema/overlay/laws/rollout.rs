//! What the controller of Argo Rollouts refuses.

use serde_json::Value;

use super::workload::selected_template;
use crate::model::Problem;
use crate::schema::overlay::check::missing;
use crate::schema::overlay::view::{deep, field, items, number, text};
use crate::schema::overlay::walk::Problems;

/// What a step can be.
const STEPS: [&str; 8] = [
    "analysis",
    "experiment",
    "pause",
    "plugin",
    "setCanaryScale",
    "setHeaderRoute",
    "setMirrorRoute",
    "setWeight",
];

/// A Rollout has a selector and a template of its own, or takes both from another workload.
pub(in crate::schema::overlay) fn workload(spec: &Value, problems: &mut Problems<'_>) {
    match (field(spec, "workloadRef").is_some(), field(spec, "template").is_some()) {
        (true, true) => {
            let message = "`workloadRef` and `template` exclude each other";
            problems.add(Problem::error("conflicting-fields", "/workloadRef", message).on_key());
        }
        (true, false) => {}
        (false, _) => {
            for name in ["selector", "template"] {
                if field(spec, name).is_none() {
                    problems.add(missing("spec", name));
                }
            }
            selected_template(spec, problems);
        }
    }
    if field(spec, "strategy").is_none() {
        problems.add(missing("spec", "strategy"));
    }
}

/// A Rollout goes one way.
pub(in crate::schema::overlay) fn strategy(strategy: &Value, problems: &mut Problems<'_>) {
    match (
        field(strategy, "blueGreen").is_some(),
        field(strategy, "canary").is_some(),
    ) {
        (true, true) => {
            let message = "`blueGreen` and `canary` exclude each other";
            problems.add(Problem::error("conflicting-fields", "", message).help("keep one of them"));
        }
        (false, false) => {
            let message = "the strategy has neither `blueGreen` nor `canary`";
            problems.add(Problem::error("missing-field", "", message).help("give one of them"));
        }
        _ => {}
    }
}

/// Two sides behind one Service are one side.
pub(in crate::schema::overlay) fn two_services(strategy: &Value, problems: &mut Problems<'_>) {
    for (one, other) in [("activeService", "previewService"), ("stableService", "canaryService")] {
        let name = text(strategy, one);
        if name.is_some() && name == text(strategy, other) {
            let message = format!("`{one}` and `{other}` are the same Service");
            problems.add(Problem::error("conflicting-fields", format!("/{other}"), message));
        }
    }
}

/// Whoever routes needs a Service for each side.
pub(in crate::schema::overlay) fn traffic(canary: &Value, problems: &mut Problems<'_>) {
    if field(canary, "trafficRouting").is_none() {
        let routed = |step: &&Value| field(step, "setHeaderRoute").is_some() || field(step, "setMirrorRoute").is_some();
        if items(canary, "steps").iter().any(|step| routed(&step)) {
            let message = "steps set routes, but nothing routes: `trafficRouting` is missing";
            problems.add(Problem::error("missing-field", "", message));
        }
        return;
    }
    for name in ["stableService", "canaryService"] {
        if text(canary, name).is_none() {
            problems.add(missing("trafficRouting", name));
        }
    }
}

/// A step does one thing.
pub(in crate::schema::overlay) fn step(step: &Value, problems: &mut Problems<'_>) {
    let count = STEPS.iter().filter(|name| field(step, name).is_some()).count();
    if count != 1 && step.is_object() {
        let message = format!("a step does one thing, this one does {count}");
        problems.add(Problem::error("conflicting-fields", "", message));
    }
    let scale = field(step, "setCanaryScale");
    let matching = scale.and_then(|scale| field(scale, "matchTrafficWeight")) == Some(&Value::Bool(true));
    let fixed = scale.is_some_and(|scale| number(scale, "weight").is_some() || number(scale, "replicas").is_some());
    if matching && fixed {
        let message = "`matchTrafficWeight` excludes `weight` and `replicas`";
        problems.add(Problem::error("conflicting-fields", "/setCanaryScale", message));
    }
    let nameless = deep(step, &["setHeaderRoute"]).is_some_and(|route| text(route, "name").is_none());
    if nameless {
        problems.add(missing("setHeaderRoute", "name"));
    }
}

/// Seconds, or a number with `s`, `m` or `h`.
pub(in crate::schema::overlay) fn duration(duration: &Value, problems: &mut Problems<'_>) {
    let Some(text) = duration.as_str() else { return };
    let number = text.strip_suffix(['s', 'm', 'h']).unwrap_or(text);
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("`{text}` is no duration");
        problems
            .add(Problem::error("malformed-text", "", message).help("write seconds, or a number with `s`, `m` or `h`"));
    }
}

/// An analysis measures something, itself or through other templates.
pub(in crate::schema::overlay) fn measured(spec: &Value, problems: &mut Problems<'_>) {
    if field(spec, "metrics").is_none() && items(spec, "templates").is_empty() {
        problems.add(missing(&problems.place(), "metrics"));
    }
}

/// How often a metric is measured, and how often it may fail.
pub(in crate::schema::overlay) fn metric(metric: &Value, problems: &mut Problems<'_>) {
    let count = number(metric, "count").unwrap_or_default();
    for name in ["failureLimit", "inconclusiveLimit"] {
        let limit = number(metric, name).unwrap_or_default();
        if count > 0 && limit > count {
            let message = format!("`{name}` is {limit}, more than `count`, which is {count}");
            problems.add(Problem::error("conflicting-fields", format!("/{name}"), message));
        }
    }
    if count > 1 && text(metric, "interval").is_none() {
        problems.add(missing(&problems.place(), "interval"));
    }
}

/// Routes that the plugin for the Gateway API knows; each is a name, or with `s` a list.
const ROUTES: [&str; 4] = ["grpcRoute", "httpRoute", "tcpRoute", "tlsRoute"];

/// The plugin for the Gateway API is told which routes it turns: Argo Rollouts has no schema for it.
pub(in crate::schema::overlay) fn gateway_plugin(plugin: &Value, problems: &mut Problems<'_>) {
    let Some(map) = plugin.as_object() else {
        let message = format!("`{}` is no map", problems.place());
        problems.add(Problem::error("wrong-type", "", message));
        return;
    };
    let is_route = |key: &str| {
        ROUTES
            .iter()
            .any(|route| key == *route || key.strip_suffix('s') == Some(route))
    };
    if !map.iter().any(|(key, value)| is_route(key) && !value.is_null()) {
        problems.add(missing(&problems.place(), "httpRoute"));
    }
    let names = map
        .iter()
        .filter(|(key, _)| *key == "namespace" || ROUTES.contains(&key.as_str()));
    for (key, _) in names.filter(|(_, value)| !value.is_string() && !value.is_null()) {
        let message = format!("`{key}` of `{}` is no text", problems.place());
        problems.add(Problem::error("wrong-type", format!("/{key}"), message));
    }
}
