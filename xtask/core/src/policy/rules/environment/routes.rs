//! Which requests lead to a unit: hosts, paths and headers of its Ingresses, HTTPRoutes and VirtualServices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Place;
use crate::model::Manifest;
use crate::schema::overlay::{deep, field, items, text};

/// The prefix of ingress-nginx's annotations.
const NGINX: &str = "nginx.ingress.kubernetes.io";

/// Requests of one kind, and where it is said that they lead here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// Where it is said.
    pub place: Place,
    /// What routes: the Ingress class or the gateways.
    pub router: String,
    /// The host; empty means every one.
    pub host: String,
    /// How the path is compared, and with what: `Prefix /v1`.
    pub path: String,
    /// What else a request must have, by header.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, Condition>,
    /// Whether it takes a share of another route's requests (ingress-nginx's canary).
    #[serde(default)]
    pub canary: bool,
}

/// What a header must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// This.
    Exact(String),
    /// Something that this describes.
    Pattern(String),
}

impl Route {
    /// The requests that it claims, headers aside: routes with other claims share none.
    pub(super) fn claim(&self) -> (&str, &str, &str) {
        (&self.router, &self.host, &self.path)
    }

    /// Whether some header must be one thing for this route and another for the other.
    pub(super) fn excludes(&self, other: &Route) -> bool {
        self.conditions.iter().any(|(header, own)| {
            let given = other.conditions.get(header);
            matches!((own, given), (Condition::Exact(left), Some(Condition::Exact(right))) if left != right)
        })
    }

    /// The route as people say it.
    pub(super) fn shown(&self) -> String {
        let path = self.path.split_once(' ').map_or(self.path.as_str(), |(_, path)| path);
        let host = if self.host.is_empty() { "*" } else { &self.host };
        format!("{host}{path}")
    }
}

/// The routes of objects.
pub(super) fn of(objects: &[&Manifest]) -> Vec<Route> {
    let routes = objects.iter().flat_map(|manifest| match manifest.id.kind.as_str() {
        "Ingress" => ingress(manifest),
        "HTTPRoute" => gateway(manifest),
        "VirtualService" => mesh(manifest),
        _ => Vec::new(),
    });
    routes.collect()
}

fn place(manifest: &Manifest, pointer: String) -> Place {
    Place {
        object: manifest.id.clone(),
        pointer,
    }
}

fn ingress(manifest: &Manifest) -> Vec<Route> {
    let Some(spec) = field(&manifest.object, "spec") else {
        return Vec::new();
    };
    let annotations = deep(&manifest.object, &["metadata", "annotations"]);
    let annotation = |name: &str| annotations.and_then(|all| text(all, &format!("{NGINX}/{name}")));
    let canary = annotation("canary") == Some("true");
    let mut conditions = BTreeMap::new();
    if let Some(header) = annotation("canary-by-header").filter(|_| canary) {
        let value = annotation("canary-by-header-value").map(|value| Condition::Exact(value.to_owned()));
        let pattern = annotation("canary-by-header-pattern").unwrap_or("always");
        conditions.insert(
            header.to_lowercase(),
            value.unwrap_or_else(|| Condition::Pattern(pattern.to_owned())),
        );
    }
    let mut routes = Vec::new();
    for (rule, value) in items(spec, "rules").iter().enumerate() {
        let paths = field(value, "http").map_or(&[][..], |http| items(http, "paths"));
        for (at, path) in paths.iter().enumerate() {
            routes.push(Route {
                place: place(manifest, format!("/spec/rules/{rule}/http/paths/{at}/path")),
                router: text(spec, "ingressClassName").unwrap_or_default().to_owned(),
                host: text(value, "host").unwrap_or_default().to_owned(),
                path: compared(
                    text(path, "pathType").unwrap_or("Prefix"),
                    text(path, "path").unwrap_or("/"),
                ),
                conditions: conditions.clone(),
                canary,
            });
        }
    }
    routes
}

/// A path that is compared part by part is the same with and without `/` at its end.
fn compared(kind: &str, path: &str) -> String {
    let kind = if kind == "PathPrefix" { "Prefix" } else { kind };
    let trimmed = path.trim_end_matches('/');
    match kind {
        "Prefix" if trimmed.is_empty() => "Prefix /".to_owned(),
        "Prefix" => format!("Prefix {trimmed}"),
        _ => format!("{kind} {path}"),
    }
}

fn gateway(manifest: &Manifest) -> Vec<Route> {
    let Some(spec) = field(&manifest.object, "spec") else {
        return Vec::new();
    };
    let parents = items(spec, "parentRefs").iter();
    let parents: Vec<&str> = parents.filter_map(|parent| text(parent, "name")).collect();
    let hosts = strings(spec, "hostnames");
    let mut routes = Vec::new();
    for (rule, value) in items(spec, "rules").iter().enumerate() {
        for (pointer, found) in matches(value, &format!("/spec/rules/{rule}"), "matches") {
            let path = found.and_then(|found| field(found, "path"));
            let part = |name| path.and_then(|path| text(path, name));
            let headers = found.map_or(&[][..], |found| items(found, "headers")).iter();
            let conditions: BTreeMap<String, Condition> = headers
                .filter_map(|header| {
                    let value = text(header, "value")?.to_owned();
                    let exact = text(header, "type").is_none_or(|kind| kind == "Exact");
                    let condition = if exact {
                        Condition::Exact(value)
                    } else {
                        Condition::Pattern(value)
                    };
                    Some((text(header, "name")?.to_lowercase(), condition))
                })
                .collect();
            routes.extend(hosts.iter().map(|host| Route {
                place: place(manifest, pointer.clone()),
                router: parents.join(" "),
                host: (*host).to_owned(),
                path: compared(part("type").unwrap_or("Prefix"), part("value").unwrap_or("/")),
                conditions: conditions.clone(),
                canary: false,
            }));
        }
    }
    routes
}

fn mesh(manifest: &Manifest) -> Vec<Route> {
    let Some(spec) = field(&manifest.object, "spec") else {
        return Vec::new();
    };
    let gateways = strings(spec, "gateways").join(" ");
    let hosts = strings(spec, "hosts");
    let mut routes = Vec::new();
    for (rule, value) in items(spec, "http").iter().enumerate() {
        for (pointer, found) in matches(value, &format!("/spec/http/{rule}"), "match") {
            let path = found.and_then(|found| field(found, "uri")).and_then(Value::as_object);
            let path = path.and_then(|uri| uri.iter().next());
            let path = path.map_or_else(
                || compared("Prefix", "/"),
                |(kind, value)| {
                    let kind = if kind == "prefix" { "Prefix" } else { kind };
                    compared(kind, value.as_str().unwrap_or_default())
                },
            );
            let headers = found
                .and_then(|found| field(found, "headers"))
                .and_then(Value::as_object);
            let conditions: BTreeMap<String, Condition> = headers
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    let exact = text(value, "exact").map(|value| Condition::Exact(value.to_owned()));
                    (
                        name.to_lowercase(),
                        exact.unwrap_or_else(|| Condition::Pattern(value.to_string())),
                    )
                })
                .collect();
            let own = found
                .map(|found| strings(found, "gateways").join(" "))
                .filter(|own| !own.is_empty());
            routes.extend(hosts.iter().map(|host| Route {
                place: place(manifest, pointer.clone()),
                router: own.clone().unwrap_or_else(|| gateways.clone()),
                host: (*host).to_owned(),
                path: path.clone(),
                conditions: conditions.clone(),
                canary: false,
            }));
        }
    }
    routes
}

/// The ways in which a rule may hold, each with its pointer; one without any holds always.
fn matches<'a>(rule: &'a Value, pointer: &str, name: &str) -> Vec<(String, Option<&'a Value>)> {
    let ways = items(rule, name);
    if ways.is_empty() {
        return vec![(pointer.to_owned(), None)];
    }
    let ways = ways.iter().enumerate();
    ways.map(|(at, way)| (format!("{pointer}/{name}/{at}"), Some(way)))
        .collect()
}

/// The texts of a list; one empty text where there are none, which stands for all.
fn strings<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    let texts: Vec<&str> = items(value, name).iter().filter_map(Value::as_str).collect();
    if texts.is_empty() { vec![""] } else { texts }
}
