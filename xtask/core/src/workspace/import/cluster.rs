//! What a cluster makes and writes by itself: it stays behind, and the next cluster makes and writes its own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::objects::{LeftOut, text};

/// Kinds of which the cluster makes every object.
const KINDS: [&str; 6] = [
    "ControllerRevision",
    "Endpoints",
    "EndpointSlice",
    "Event",
    "Lease",
    "PodMetrics",
];

/// Objects that each namespace gets, or the one that the API server is in.
const OBJECTS: [(&str, &str); 4] = [
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "istio-ca-root-cert"),
    ("ConfigMap", "openshift-service-ca.crt"),
    ("Service", "kubernetes"),
];

/// Why an object is the cluster's and not somebody's, among all that come in; what the cluster wrote into it is gone.
pub(super) fn made(object: &Value, all: &[Value]) -> Option<&'static str> {
    let (kind, name) = (text(object, "/kind"), text(object, "/metadata/name"));
    let is_listed = KINDS.contains(&kind.as_str()) || OBJECTS.contains(&(kind.as_str(), name.as_str()));
    if is_listed || kind == "ServiceAccount" && name == "default" && says_nothing(object) {
        return Some("the cluster makes it");
    }
    if object.pointer("/metadata/ownerReferences").is_some() {
        return Some("its owner makes it");
    }
    let is_claimed = kind == "PersistentVolumeClaim" && all.iter().any(|set| claims(set, &name));
    is_claimed.then_some("its StatefulSet makes it, and one of its own where that is new: copy what it holds")
}

/// Whether an object is no more than its name, beside the tokens that older clusters wrote into a ServiceAccount.
fn says_nothing(object: &Value) -> bool {
    let has_only = |pointer: &str, known: &[&str]| {
        let map = object.pointer(pointer).and_then(Value::as_object);
        map.is_some_and(|map| map.keys().all(|key| known.contains(&key.as_str())))
    };
    has_only("", &["apiVersion", "kind", "metadata", "secrets"]) && has_only("/metadata", &["name", "namespace"])
}

/// Whether an object is a StatefulSet that makes claims of this name.
fn claims(set: &Value, claim: &str) -> bool {
    let templates = set.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let is_of = |template: &Value| {
        let start = format!("{}-{}-", text(template, "/metadata/name"), text(set, "/metadata/name"));
        let number = claim.strip_prefix(&start);
        number.is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
    };
    text(set, "/kind") == "StatefulSet" && templates.into_iter().flatten().any(is_of)
}

/// What a cluster writes below the metadata of an object that somebody applied.
const METADATA: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// What its annotations begin with, and those of the tools that applied it.
const ANNOTATIONS: [&str; 10] = [
    "argocd.argoproj.io/tracking-id",
    "autoscaling.alpha.kubernetes.io/conditions",
    "autoscaling.alpha.kubernetes.io/current-metrics",
    "batch.kubernetes.io/job-tracking",
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/",
    "pv.kubernetes.io/",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/",
];

/// What it waits for before it deletes an object.
const FINALIZERS: [&str; 7] = [
    "batch.kubernetes.io/job-tracking",
    "foregroundDeletion",
    "kubernetes.io/pv-protection",
    "kubernetes.io/pvc-protection",
    "orphan",
    "service.kubernetes.io/load-balancer-cleanup",
    "snapshot.storage.kubernetes.io/pvc-as-source-protection",
];

/// The labels by which a Job finds its Pods, where nobody chose others.
const JOB_LABELS: [&str; 4] = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
];

/// What a cluster wrote into an object, and is taken out of it.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The names of the fields.
    pub(super) names: BTreeSet<String>,
    /// What somebody may miss, each told by itself.
    pub(super) told: Vec<LeftOut>,
}

/// Takes out of an object what a cluster wrote into it.
pub(super) fn take(object: &mut Value, written: &mut Written) {
    let kind = text(object, "/kind");
    let title = format!("{kind} `{}`", text(object, "/metadata/name"));
    // what has one was read from a cluster: there nobody can tell a chosen port or volume from an assigned one
    let is_of_cluster = object.pointer("/metadata/uid").is_some();
    let names = &mut written.names;
    remove(object, "", names, |key| key == "status");
    remove(object, "/metadata", names, |key| METADATA.contains(&key));
    for place in ["/metadata", "/spec/template/metadata"] {
        remove(object, &format!("{place}/annotations"), names, |key| {
            ANNOTATIONS.iter().any(|start| key.starts_with(start))
        });
    }
    if let Some(finalizers) = object.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut) {
        let count = finalizers.len();
        finalizers.retain(|name| !name.as_str().is_some_and(|name| FINALIZERS.contains(&name)));
        if finalizers.len() < count {
            names.insert("finalizers".to_owned());
        }
    }
    let mut told = |what: String, why: &str| {
        let why = why.to_owned();
        written.told.push(LeftOut { what, why });
    };
    match kind.as_str() {
        "Service" => {
            // a Service without an address of its own is that by intent
            if object.pointer("/spec/clusterIP").and_then(Value::as_str) != Some("None") {
                remove(object, "/spec", names, |key| matches!(key, "clusterIP" | "clusterIPs"));
            }
            if is_of_cluster && take_ports(object) {
                let why = "a cluster assigns them; write those down that somebody outside knows";
                told(format!("node ports of {title}"), why);
            }
        }
        "PersistentVolumeClaim" => {
            let mut volume = BTreeSet::new();
            if is_of_cluster {
                remove(object, "/spec", &mut volume, |key| key == "volumeName");
            }
            if !volume.is_empty() {
                let why = "the claim gets a new volume in its new namespace: copy what the old one holds";
                told(format!("the volume of {title}"), why);
            }
        }
        "Job" if object.pointer("/spec/manualSelector") != Some(&Value::Bool(true)) => {
            remove(object, "/spec", names, |key| key == "selector");
            for place in ["/metadata", "/spec/template/metadata"] {
                remove(object, &format!("{place}/labels"), names, |key| {
                    JOB_LABELS.contains(&key)
                });
            }
        }
        _ => {}
    }
    for pointer in ["/metadata", "/spec/template/metadata", "/spec/template"] {
        drop_empty(object, pointer);
    }
}

/// Takes keys out of a map, and notes their names.
fn remove(object: &mut Value, place: &str, names: &mut BTreeSet<String>, is_written: impl Fn(&str) -> bool) {
    if let Some(map) = object.pointer_mut(place).and_then(Value::as_object_mut) {
        map.retain(|key, _| {
            let is_taken = is_written(key);
            if is_taken {
                names.insert(key.clone());
            }
            !is_taken
        });
    }
}

/// Takes the ports that were assigned on the nodes; returns whether there were any.
fn take_ports(service: &mut Value) -> bool {
    let mut taken = false;
    if let Some(spec) = service.pointer_mut("/spec").and_then(Value::as_object_mut) {
        taken |= spec.remove("healthCheckNodePort").is_some();
        let ports = spec.get_mut("ports").and_then(Value::as_array_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_object_mut) {
            taken |= port.remove("nodePort").is_some();
        }
    }
    taken
}

/// Takes the parts of a map away in which nothing is left.
fn drop_empty(object: &mut Value, place: &str) {
    let is_left = |value: &Value| match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    let keys = ["annotations", "finalizers", "labels", "metadata"];
    if let Some(map) = object.pointer_mut(place).and_then(Value::as_object_mut) {
        map.retain(|key, value| !keys.contains(&key.as_str()) || is_left(value));
    }
}
