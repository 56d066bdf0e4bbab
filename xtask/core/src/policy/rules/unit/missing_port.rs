//! Ports that something asks for and nothing has.

use serde_json::Value;

use super::labels::selects;
use super::{Found, UnitScene, Workload};
use crate::model::{Manifest, Problem, Rule, suggestion};
use crate::schema::overlay::{deep, field, items, text};

pub(super) const RULE: Rule = Rule::new(
    "missing-port",
    "a Service, probe or monitor names a port that nothing behind it has, so it never gets an answer",
    "name a port of the container, or of the Service",
)
.example(
    "targetPort: web       # the container has `- { name: http, containerPort: 8080 }`",
    "targetPort: http",
);

/// The probes of a container, and the ways in which they and hooks name a port.
const ASKING: [&[&str]; 8] = [
    &["livenessProbe", "httpGet"],
    &["livenessProbe", "tcpSocket"],
    &["readinessProbe", "httpGet"],
    &["readinessProbe", "tcpSocket"],
    &["startupProbe", "httpGet"],
    &["startupProbe", "tcpSocket"],
    &["lifecycle", "preStop", "httpGet"],
    &["lifecycle", "postStart", "httpGet"],
];

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = targets(scene);
    found.extend(probes(scene));
    found.extend(endpoints(scene));
    found
}

/// Ports that Services lead to.
fn targets(scene: &UnitScene<'_>) -> Vec<Found> {
    let workloads = scene.all_workloads();
    let mut found = Vec::new();
    for (index, service) in scene.of_kind("Service") {
        let selector = deep(&service.object, &["spec", "selector"]);
        let behind: Vec<&Workload<'_>> = selector
            .map(|selector| {
                workloads
                    .iter()
                    .filter(|workload| workload.has_labels(selector))
                    .collect()
            })
            .unwrap_or_default();
        let Some(spec) = field(&service.object, "spec").filter(|_| !behind.is_empty()) else {
            continue;
        };
        for (at, port) in items(spec, "ports").iter().enumerate() {
            let target = field(port, "targetPort").or_else(|| field(port, "port"));
            let pointer = if field(port, "targetPort").is_some() {
                "targetPort"
            } else {
                "port"
            };
            let pointer = format!("/spec/ports/{at}/{pointer}");
            match target {
                Some(Value::String(name)) if !behind.iter().any(|workload| workload.has_port_name(name)) => {
                    let message = format!("no container behind the Service has a port named `{name}`");
                    let names = behind
                        .iter()
                        .flat_map(|workload| workload.ports())
                        .filter_map(|port| text(port, "name"));
                    found.push((
                        index,
                        suggest(Problem::error("missing-port", pointer, message), name, names),
                    ));
                }
                Some(Value::Number(number)) => {
                    let number = number.as_i64().unwrap_or_default();
                    if !behind.iter().any(|workload| workload.has_port_number(number)) {
                        // declaring ports is a courtesy: the process may listen all the same
                        let message = format!("no container behind the Service declares the port {number}");
                        found.push((index, Problem::warning("missing-port", pointer, message)));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Named ports that probes and hooks ask.
fn probes(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for workload in scene.workloads() {
        for (pointer, container) in workload.containers() {
            for path in ASKING {
                let port = deep(container, path).and_then(|asked| text(asked, "port"));
                let Some(name) = port else { continue };
                let names = || items(container, "ports").iter().filter_map(|port| text(port, "name"));
                if !names().any(|known| known == name) {
                    let message = format!("the container has no port named `{name}`");
                    let place = format!("{pointer}/{}/port", path.join("/"));
                    let problem = Problem::error("missing-port", place, message);
                    found.push((workload.index, suggest(problem, name, names())));
                }
            }
        }
    }
    found
}

/// Ports that monitors scrape.
fn endpoints(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, monitor) in scene.of_kind("ServiceMonitor") {
        let Some(selector) = deep(&monitor.object, &["spec", "selector"]) else {
            continue;
        };
        let selected = |service: &&Manifest| {
            let labels = deep(&service.object, &["metadata", "labels"]);
            service.id.kind == "Service" && selects(selector, &|key| labels.and_then(|labels| field(labels, key)))
        };
        let services: Vec<&Manifest> = scene.all().filter(selected).collect();
        let spec = field(&monitor.object, "spec");
        for (at, endpoint) in spec.map_or(&[][..], |spec| items(spec, "endpoints")).iter().enumerate() {
            let Some(name) = text(endpoint, "port").filter(|_| !services.is_empty()) else {
                continue;
            };
            let ports = || {
                services
                    .iter()
                    .filter_map(|service| field(&service.object, "spec"))
                    .flat_map(|spec| items(spec, "ports"))
            };
            if !ports().any(|port| text(port, "name") == Some(name)) {
                let message = format!("no Service that the monitor selects has a port named `{name}`");
                let problem = Problem::error("missing-port", format!("/spec/endpoints/{at}/port"), message);
                found.push((
                    index,
                    suggest(problem, name, ports().filter_map(|port| text(port, "name"))),
                ));
            }
        }
    }
    found
}

fn suggest<'a>(problem: Problem, name: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.collect();
    match suggestion(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem.help("give the port a name"),
        None => problem.help(format!("ports are `{}`", known.join("`, `"))),
    }
}
