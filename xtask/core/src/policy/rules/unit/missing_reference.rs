//! ConfigMaps, Secrets, claims, accounts and templates that something names and nobody makes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Found, UnitScene, Workload};
use crate::model::{Manifest, Problem, Rule, suggestion};
use crate::schema::overlay::{deep, field, items, text};

pub(super) const RULE: Rule = Rule::new(
    "missing-reference",
    "a pod names a ConfigMap, claim, account or template that nothing here makes, so it never starts",
    "render the object, mend the name, or mark the reference `optional: true`",
)
.example("configMap: { name: agent-confg }", "configMap: { name: agent-config }");

pub(super) const UNDECLARED: Rule = Rule::new(
    "undeclared-secret",
    "a pod names a Secret that is neither rendered nor named in any values file, so nobody knows that it must exist",
    "name it in the values (`secrets:`, `imagePullSecrets:`), and let something outside of git make it",
);

/// The account that every namespace has.
const DEFAULT_ACCOUNT: &str = "default";
/// What the cluster puts into every namespace.
const ROOT_CERTIFICATE: &str = "kube-root-ca.crt";

/// Something that is named.
struct Reference<'a> {
    kind: &'static str,
    name: &'a str,
    pointer: String,
}

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let declared = scene.values.map(declared);
    let mut found = Vec::new();
    for (index, object, reference) in references(scene) {
        if scene.has(reference.kind, &object.id.namespace, reference.name) {
            continue;
        }
        if reference.kind != "Secret" {
            found.push((index, missing(scene, reference)));
            continue;
        }
        // Secrets are made outside of git; whoever reads the values must know which
        if declared
            .as_ref()
            .is_some_and(|declared| !declared.contains(reference.name))
        {
            let message = format!(
                "the Secret `{}` is neither rendered nor named in the values",
                reference.name
            );
            found.push((index, Problem::warning("undeclared-secret", reference.pointer, message)));
        }
    }
    found
}

fn missing(scene: &UnitScene<'_>, reference: Reference<'_>) -> Problem {
    let Reference { kind, name, pointer } = reference;
    let problem = Problem::error(
        "missing-reference",
        pointer,
        format!("there is no {kind} `{name}` here"),
    );
    match suggestion(name, scene.names(kind)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("render it, or mark the reference `optional: true`"),
    }
}

/// Every text of the values.
fn declared(values: &Value) -> BTreeSet<&str> {
    let mut texts = BTreeSet::new();
    let mut rest = vec![values];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) => drop(texts.insert(text.as_str())),
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => rest.extend(map.values()),
            _ => {}
        }
    }
    texts
}

/// Everything that the unit's objects name, with the object that does.
fn references<'a>(scene: &UnitScene<'a>) -> Vec<(usize, &'a Manifest, Reference<'a>)> {
    let mut all = Vec::new();
    for workload in scene.workloads() {
        let mut named = of_pod(&workload);
        named.extend(of_containers(&workload));
        named.extend(of_volumes(&workload));
        all.extend(
            named
                .into_iter()
                .map(|reference| (workload.index, workload.manifest, reference)),
        );
    }
    for (index, object) in scene.own() {
        let named = match object.id.kind.as_str() {
            "RoleBinding" => role(&object.object),
            "Rollout" => analyses(&object.object),
            _ => continue,
        };
        all.extend(named.into_iter().map(|reference| (index, object, reference)));
    }
    all
}

fn reference<'a>(kind: &'static str, value: &'a Value, key: &str, pointer: String) -> Option<Reference<'a>> {
    if field(value, "optional") == Some(&Value::Bool(true)) {
        return None;
    }
    Some(Reference {
        kind,
        name: text(value, key)?,
        pointer: format!("{pointer}/{key}"),
    })
}

fn of_pod<'a>(workload: &Workload<'a>) -> Vec<Reference<'a>> {
    let pointer = format!("{}/spec", workload.template);
    let account = reference("ServiceAccount", workload.pod, "serviceAccountName", pointer.clone());
    let pulls = items(workload.pod, "imagePullSecrets").iter().enumerate();
    let pulls = pulls
        .filter_map(|(at, secret)| reference("Secret", secret, "name", format!("{pointer}/imagePullSecrets/{at}")));
    let account = account.filter(|account| account.name != DEFAULT_ACCOUNT);
    account.into_iter().chain(pulls).collect()
}

fn of_containers<'a>(workload: &Workload<'a>) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    for (pointer, container) in workload.containers() {
        for (at, variable) in items(container, "env").iter().enumerate() {
            for (key, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                let source = deep(variable, &["valueFrom", key]);
                let place = format!("{pointer}/env/{at}/valueFrom/{key}");
                found.extend(source.and_then(|source| reference(kind, source, "name", place)));
            }
        }
        for (at, all) in items(container, "envFrom").iter().enumerate() {
            for (key, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                let place = format!("{pointer}/envFrom/{at}/{key}");
                found.extend(field(all, key).and_then(|source| reference(kind, source, "name", place)));
            }
        }
    }
    found
}

fn of_volumes<'a>(workload: &Workload<'a>) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    for (at, volume) in items(workload.pod, "volumes").iter().enumerate() {
        let place = format!("{}/spec/volumes/{at}", workload.template);
        for (source, kind, key) in [
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", "secretName"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ] {
            let place = format!("{place}/{source}");
            found.extend(field(volume, source).and_then(|source| reference(kind, source, key, place)));
        }
        let projected = field(volume, "projected").map_or(&[][..], |projected| items(projected, "sources"));
        for (index, part) in projected.iter().enumerate() {
            for (source, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
                let place = format!("{place}/projected/sources/{index}/{source}");
                found.extend(field(part, source).and_then(|source| reference(kind, source, "name", place)));
            }
        }
    }
    found.retain(|reference| reference.name != ROOT_CERTIFICATE);
    found
}

fn role(binding: &Value) -> Vec<Reference<'_>> {
    let role = field(binding, "roleRef").filter(|role| text(role, "kind") == Some("Role"));
    let named = role.and_then(|role| reference("Role", role, "name", "/roleRef".to_owned()));
    named.into_iter().collect()
}

/// The templates of a Rollout's analyses, wherever they stand in its strategy.
fn analyses(rollout: &Value) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let strategy = deep(rollout, &["spec", "strategy"]);
    let mut rest: Vec<(String, &Value)> = strategy
        .map(|value| ("/spec/strategy".to_owned(), value))
        .into_iter()
        .collect();
    while let Some((pointer, value)) = rest.pop() {
        match value {
            Value::Object(map) => {
                for (at, template) in items(value, "templates").iter().enumerate() {
                    let own = field(template, "clusterScope") != Some(&Value::Bool(true));
                    let place = format!("{pointer}/templates/{at}");
                    found.extend(reference("AnalysisTemplate", template, "templateName", place).filter(|_| own));
                }
                rest.extend(map.iter().map(|(key, value)| (format!("{pointer}/{key}"), value)));
            }
            Value::Array(list) => {
                let list = list.iter().enumerate();
                rest.extend(list.map(|(at, value)| (format!("{pointer}/{at}"), value)));
            }
            _ => {}
        }
    }
    found
}
