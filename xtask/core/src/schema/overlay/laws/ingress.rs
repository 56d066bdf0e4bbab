//! What holds between the fields of an Ingress.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::{missing, shown};
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::{deep, field, has, items, text};
use crate::schema::overlay::walk::Problems;

/// The annotation that named the class before there was a field.
const CLASS: &str = "kubernetes.io/ingress.class";
/// What a path that is compared part by part may not hold.
const CROOKED: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];

/// The class stands in one place.
pub(in crate::schema::overlay) fn one_class(ingress: &Value, problems: &mut Problems<'_>) {
    let annotation = deep(ingress, &["metadata", "annotations", CLASS]);
    if annotation.is_some() && deep(ingress, &["spec", "ingressClassName"]).is_some() {
        let message = format!("`ingressClassName` and the annotation `{CLASS}` exclude each other");
        let problem = Problem::error(
            "conflicting-fields",
            "/metadata/annotations/kubernetes.io~1ingress.class",
            message,
        );
        problems.add(problem.on_key().help("take the annotation out"));
    }
}

/// What a class is set up with stands in a namespace exactly where its scope says so; the whole cluster is meant otherwise.
pub(in crate::schema::overlay) fn parameters(parameters: &Value, problems: &mut Problems<'_>) {
    let has_namespace = has(parameters, "namespace");
    match text(parameters, "scope").unwrap_or("Cluster") {
        "Namespace" if !has_namespace => {
            problems.add(missing("the scope `Namespace`", "namespace"));
        }
        "Cluster" if has_namespace => {
            let message = "parameters of the scope `Cluster` have no namespace";
            let problem = Problem::error("conflicting-fields", "/namespace", message).on_key();
            problems.add(problem.help("take it out, or write `scope: Namespace`"));
        }
        _ => {}
    }
}

/// An Ingress has somewhere to lead to.
pub(in crate::schema::overlay) fn leads_somewhere(spec: &Value, problems: &mut Problems<'_>) {
    if items(spec, "rules").is_empty() && field(spec, "defaultBackend").is_none() {
        let message = "`spec` has neither `rules` nor `defaultBackend`";
        problems.add(Problem::error("missing-field", "", message));
    }
}

/// A host is a name; none at all means every host.
pub(in crate::schema::overlay) fn host(host: &Value, problems: &mut Problems<'_>) {
    if host
        .as_str()
        .is_some_and(|host| !host.is_empty() && !Form::HostName.fits(host))
    {
        let message = format!("`{}` is no {}", shown(host), Form::HostName.name());
        problems.add(Problem::error("malformed-text", "", message).help(format!("write {}", Form::HostName.rule())));
    }
}

/// A path begins with `/` and goes straight.
pub(in crate::schema::overlay) fn path(path: &Value, problems: &mut Problems<'_>) {
    let kind = text(path, "pathType").unwrap_or_default();
    let given = field(path, "path").and_then(Value::as_str).unwrap_or_default();
    let compared = matches!(kind, "Exact" | "Prefix");
    let why = if !given.starts_with('/') && (compared || !given.is_empty()) {
        "does not begin with `/`".to_owned()
    } else if let Some(part) = CROOKED.iter().find(|part| compared && given.contains(**part)) {
        format!("has `{part}`")
    } else if compared && (given.ends_with("/.") || given.ends_with("/..")) {
        "ends with dots".to_owned()
    } else {
        return;
    };
    let pointer = if field(path, "path").is_some() { "/path" } else { "" };
    problems.add(Problem::error(
        "malformed-text",
        pointer,
        format!("the path `{given}` {why}"),
    ));
}
