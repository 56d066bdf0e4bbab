//! Fields that the server never changes once an object exists.

use serde_json::Value;

use super::previous::{before, is_replaced};
use super::{Found, UnitScene};
use crate::model::{Problem, Rule};
use crate::schema::overlay::{deep, field};

pub(super) const RULE: Rule = Rule::new(
    "immutable-field",
    "a field differs from the last release that the API server never changes, so the sync would fail",
    "take the change back, or give the object another name so that a new one is made",
);

/// Fields by kind. Those of a claim's size are another rule's affair; custom resources say it in rules of their own.
const FIELDS: &[(&str, &[&[&str]])] = &[
    ("ClusterRoleBinding", &[&["roleRef"]]),
    ("DaemonSet", &[&["spec", "selector"]]),
    ("Deployment", &[&["spec", "selector"]]),
    (
        "Job",
        &[
            &["spec", "completionMode"],
            &["spec", "manualSelector"],
            &["spec", "podFailurePolicy"],
            &["spec", "selector"],
            &["spec", "template"],
        ],
    ),
    (
        "PersistentVolumeClaim",
        &[
            &["spec", "accessModes"],
            &["spec", "selector"],
            &["spec", "storageClassName"],
            &["spec", "volumeMode"],
            &["spec", "volumeName"],
        ],
    ),
    ("PriorityClass", &[&["value"], &["preemptionPolicy"]]),
    ("ReplicaSet", &[&["spec", "selector"]]),
    ("RoleBinding", &[&["roleRef"]]),
    ("Secret", &[&["type"]]),
    ("Service", &[&["spec", "clusterIP"]]),
    (
        "StatefulSet",
        &[
            &["spec", "podManagementPolicy"],
            &["spec", "selector"],
            &["spec", "serviceName"],
        ],
    ),
    (
        "StorageClass",
        &[
            &["parameters"],
            &["provisioner"],
            &["reclaimPolicy"],
            &["volumeBindingMode"],
        ],
    ),
];
/// Data that a ConfigMap or Secret with `immutable: true` keeps.
const DATA: &[&[&str]] = &[&["binaryData"], &["data"], &["immutable"], &["stringData"]];

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, manifest) in scene.own() {
        let Some(old) = before(scene, manifest) else { continue };
        let (old, new) = (&old.object, &manifest.object);
        if old == new || is_replaced(new) {
            continue;
        }
        let kind = manifest.id.kind.as_str();
        let fields = FIELDS
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(&[][..], |(_, fields)| fields);
        let sealed = field(old, "immutable") == Some(&Value::Bool(true));
        let sealed: &[&[&str]] = if sealed { DATA } else { &[] };
        for path in fields.iter().chain(sealed).filter(|path| changed(kind, old, new, path)) {
            found.push((
                index,
                problem(
                    &path.join("."),
                    &format!("/{}", path.join("/")),
                    deep(new, path).is_some(),
                ),
            ));
        }
        if kind == "StatefulSet" && claims(old) != claims(new) {
            found.push((
                index,
                problem("spec.volumeClaimTemplates", "/spec/volumeClaimTemplates", true),
            ));
        }
    }
    found
}

fn problem(path: &str, pointer: &str, stands: bool) -> Problem {
    let message = format!("`{path}` differs from the last release, and the API server never changes it");
    // what was taken out has no place any more: the map that lacks it has
    let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
    Problem::error("immutable-field", if stands { pointer } else { above }, message)
        .help("take the change back, or give the object another name")
}

fn changed(kind: &str, old: &Value, new: &Value, path: &[&str]) -> bool {
    let (old, new) = (deep(old, path), deep(new, path));
    match (kind, path) {
        // the server chooses an address where none is given
        ("Service", ["spec", "clusterIP"]) => old.is_some() && new.is_some() && old != new,
        ("StorageClass" | "PersistentVolumeClaim" | "Secret" | "PriorityClass", _) => {
            old != new && !(old.is_none() && is_default(new))
        }
        _ => old != new,
    }
}

/// What the server fills in by itself, so that writing it out changes nothing.
fn is_default(value: Option<&Value>) -> bool {
    let known = ["Opaque", "Filesystem", "Delete", "Immediate", "PreemptLowerPriority"];
    value.and_then(Value::as_str).is_some_and(|text| known.contains(&text))
}

/// The claim templates without their sizes.
fn claims(object: &Value) -> Vec<Value> {
    let claims = deep(object, &["spec", "volumeClaimTemplates"]).and_then(Value::as_array);
    let mut claims = claims.cloned().unwrap_or_default();
    for claim in &mut claims {
        if let Some(requests) = claim
            .pointer_mut("/spec/resources/requests")
            .and_then(Value::as_object_mut)
        {
            requests.remove("storage");
        }
    }
    claims
}
