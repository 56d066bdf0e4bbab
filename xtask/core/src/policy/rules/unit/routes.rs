//! Routes that lead to a Service that is not there, or to a port that it does not have.

use serde_json::Value;

use super::{Found, UnitScene};
use crate::model::{Manifest, Problem, Rule, suggestion};
use crate::schema::overlay::{deep, field, items, number, text};

pub(super) const RULE: Rule = Rule::new(
    "dangling-route",
    "a route or a rollout leads to a Service, or to a port of one, that is not there: its requests fail",
    "name a Service of the unit and one of its ports",
)
.example(
    "backend: { service: { name: agent-infr, port: { name: http } } }",
    "backend: { service: { name: agent-infer, port: { name: http } } }",
);

/// A Service that something leads to.
struct Backend<'a> {
    pointer: String,
    name: &'a str,
    port: Port<'a>,
}

enum Port<'a> {
    Any,
    Named(&'a str, String),
    Number(i64, String),
}

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, object) in scene.own() {
        let backends = match object.id.kind.as_str() {
            "Ingress" => ingress(&object.object),
            "HTTPRoute" | "GRPCRoute" => gateway(object),
            "VirtualService" => mesh(object),
            "Rollout" => rollout(&object.object),
            "StatefulSet" => governing(&object.object),
            _ => continue,
        };
        found.extend(
            backends
                .into_iter()
                .filter_map(|backend| Some((index, problem(scene, object, backend)?))),
        );
    }
    found
}

fn problem(scene: &UnitScene<'_>, object: &Manifest, backend: Backend<'_>) -> Option<Problem> {
    let name = backend.name;
    let Some(service) = scene.find("Service", &object.id.namespace, name) else {
        let problem = Problem::error(
            "dangling-route",
            backend.pointer,
            format!("there is no Service `{name}` here"),
        );
        return Some(match suggestion(name, scene.names("Service")) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("add the Service, or name one of this unit"),
        });
    };
    let ports = || {
        field(&service.object, "spec")
            .map_or(&[][..], |spec| items(spec, "ports"))
            .iter()
    };
    let (shown, pointer) = match backend.port {
        Port::Named(port, pointer) if !ports().any(|one| text(one, "name") == Some(port)) => (port.to_owned(), pointer),
        Port::Number(port, pointer) if !ports().any(|one| number(one, "port") == Some(port)) => {
            (port.to_string(), pointer)
        }
        _ => return None,
    };
    Some(Problem::error(
        "dangling-route",
        pointer,
        format!("the Service `{name}` has no port `{shown}`"),
    ))
}

fn ingress(object: &Value) -> Vec<Backend<'_>> {
    let Some(spec) = field(object, "spec") else {
        return Vec::new();
    };
    let default = field(spec, "defaultBackend").map(|backend| ("/spec/defaultBackend".to_owned(), backend));
    let paths = items(spec, "rules").iter().enumerate().flat_map(|(rule, value)| {
        let paths = deep(value, &["http"]).map_or(&[][..], |http| items(http, "paths"));
        paths.iter().enumerate().filter_map(move |(at, path)| {
            Some((
                format!("/spec/rules/{rule}/http/paths/{at}/backend"),
                field(path, "backend")?,
            ))
        })
    });
    let all = default.into_iter().chain(paths);
    all.filter_map(|(pointer, backend)| service(pointer, backend)).collect()
}

fn service(pointer: String, backend: &Value) -> Option<Backend<'_>> {
    let service = field(backend, "service")?;
    let port = field(service, "port");
    let named = port.and_then(|port| text(port, "name"));
    let numbered = port.and_then(|port| number(port, "number"));
    Some(Backend {
        name: text(service, "name")?,
        port: match (named, numbered) {
            (Some(name), _) => Port::Named(name, format!("{pointer}/service/port/name")),
            (_, Some(number)) => Port::Number(number, format!("{pointer}/service/port/number")),
            _ => Port::Any,
        },
        pointer: format!("{pointer}/service/name"),
    })
}

fn gateway(route: &Manifest) -> Vec<Backend<'_>> {
    let spec = field(&route.object, "spec");
    let rules = spec.map_or(&[][..], |spec| items(spec, "rules")).iter().enumerate();
    let references = rules.flat_map(|(rule, value)| {
        let references = items(value, "backendRefs").iter().enumerate();
        references.map(move |(at, reference)| (format!("/spec/rules/{rule}/backendRefs/{at}"), reference))
    });
    let own = |reference: &Value| {
        text(reference, "kind").is_none_or(|kind| kind == "Service")
            && text(reference, "namespace").is_none_or(|namespace| namespace == route.id.namespace)
    };
    references
        .filter(|(_, reference)| own(reference))
        .filter_map(|(pointer, reference)| {
            let port = number(reference, "port").map(|port| Port::Number(port, format!("{pointer}/port")));
            Some(Backend {
                name: text(reference, "name")?,
                port: port.unwrap_or(Port::Any),
                pointer: format!("{pointer}/name"),
            })
        })
        .collect()
}

fn mesh(service: &Manifest) -> Vec<Backend<'_>> {
    let spec = field(&service.object, "spec");
    let rules = spec.map_or(&[][..], |spec| items(spec, "http")).iter().enumerate();
    let routes = rules.flat_map(|(rule, value)| {
        let routes = items(value, "route").iter().enumerate();
        routes.filter_map(move |(at, route)| {
            Some((
                format!("/spec/http/{rule}/route/{at}/destination"),
                field(route, "destination")?,
            ))
        })
    });
    routes
        .filter_map(|(pointer, destination)| {
            let name = own_host(text(destination, "host")?, &service.id.namespace)?;
            let port = field(destination, "port").and_then(|port| number(port, "number"));
            Some(Backend {
                name,
                port: port.map_or(Port::Any, |port| Port::Number(port, format!("{pointer}/port/number"))),
                pointer: format!("{pointer}/host"),
            })
        })
        .collect()
}

/// The Service that a host of the mesh means, where it is one of this namespace.
fn own_host<'a>(host: &'a str, namespace: &str) -> Option<&'a str> {
    match host.split_once('.') {
        None => Some(host),
        Some((name, rest)) => {
            let inner = rest.strip_prefix(namespace)?;
            matches!(inner, "" | ".svc" | ".svc.cluster.local").then_some(name)
        }
    }
}

fn rollout(object: &Value) -> Vec<Backend<'_>> {
    const SERVICES: [(&str, &str); 4] = [
        ("blueGreen", "activeService"),
        ("blueGreen", "previewService"),
        ("canary", "canaryService"),
        ("canary", "stableService"),
    ];
    let strategy = deep(object, &["spec", "strategy"]);
    let named = |(way, field_name): (&'static str, &'static str)| {
        Some(Backend {
            pointer: format!("/spec/strategy/{way}/{field_name}"),
            name: text(field(strategy?, way)?, field_name)?,
            port: Port::Any,
        })
    };
    SERVICES.into_iter().filter_map(named).collect()
}

fn governing(object: &Value) -> Vec<Backend<'_>> {
    let name = field(object, "spec").and_then(|spec| text(spec, "serviceName"));
    let backend = |name| Backend {
        pointer: "/spec/serviceName".to_owned(),
        name,
        port: Port::Any,
    };
    name.map(backend).into_iter().collect()
}
