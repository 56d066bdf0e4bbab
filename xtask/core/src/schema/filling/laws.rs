//! Defaults that depend on other fields.

use serde_json::{Map, Value, json};

use super::row::{Object, is_unset, set};

fn text<'o>(object: &'o Object, name: &str) -> &'o str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn map<'o>(object: &'o Object, name: &str) -> Option<&'o Object> {
    object.get(name)?.as_object()
}

/// A map of the object, made where there is none.
fn made<'o>(object: &'o mut Object, name: &str) -> Option<&'o mut Object> {
    set(object, name, Map::new());
    object.get_mut(name)?.as_object_mut()
}

fn is_empty(object: &Object, name: &str) -> bool {
    object.get(name).is_none_or(|value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    })
}

/// `latest` and no tag at all are fetched anew, all else only where it is not there yet.
pub(super) fn pull_policy(container: &mut Object) {
    if !text(container, "imagePullPolicy").is_empty() || text(container, "image").is_empty() {
        return;
    }
    let (name, digest) = match text(container, "image").split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text(container, "image"), None),
    };
    let last = name.rsplit('/').next().unwrap_or_default();
    let tag = last.split_once(':').map(|(_, tag)| tag);
    let is_floating = tag == Some("latest") || (tag.is_none() && digest.is_none());
    let policy = if is_floating { "Always" } else { "IfNotPresent" };
    container.insert("imagePullPolicy".to_owned(), policy.into());
}

/// A container of a Pod asks for what it may use where it does not say.
pub(super) fn requests_of_limits(container: &mut Object) {
    let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) else {
        return;
    };
    let limits = map(resources, "limits").cloned().unwrap_or_default();
    if limits.is_empty() {
        return;
    }
    for (name, limit) in limits {
        made(resources, "requests")
            .into_iter()
            .for_each(|requests| set(requests, &name, limit.clone()));
    }
}

/// A Pod in the network of its node has its ports there.
pub(super) fn host_ports(pod: &mut Object) {
    if pod.get("hostNetwork") != Some(&Value::Bool(true)) {
        return;
    }
    for list in ["initContainers", "containers"] {
        let containers = pod.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        let ports = containers.filter_map(|container| container.get_mut("ports")?.as_array_mut());
        for port in ports.flatten().filter_map(Value::as_object_mut) {
            if let Some(number) = port.get("containerPort").cloned() {
                set(port, "hostPort", number);
            }
        }
    }
}

/// A volume of nothing else is an empty folder.
pub(super) fn empty_volume(volume: &mut Object) {
    if volume.iter().all(|(name, value)| name == "name" || value.is_null()) {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
}

pub(super) fn rolling_deployment(strategy: &mut Object) {
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = made(strategy, "rollingUpdate")
    {
        set(rolling, "maxUnavailable", "25%");
        set(rolling, "maxSurge", "25%");
    }
}

pub(super) fn rolling_stateful_set(strategy: &mut Object) {
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = made(strategy, "rollingUpdate")
    {
        set(rolling, "partition", 0);
    }
}

pub(super) fn rolling_daemon_set(strategy: &mut Object) {
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = made(strategy, "rollingUpdate")
    {
        set(rolling, "maxUnavailable", 1);
        set(rolling, "maxSurge", 0);
    }
}

/// A Job without labels has those of its pods.
pub(super) fn job_labels(job: &mut Object) {
    let labels = job
        .get("spec")
        .and_then(|spec| spec.pointer("/template/metadata/labels"))
        .cloned();
    let Some(labels) = labels.filter(|labels| labels.as_object().is_some_and(|labels| !labels.is_empty())) else {
        return;
    };
    if let Some(metadata) = made(job, "metadata").filter(|metadata| is_empty(metadata, "labels")) {
        metadata.insert("labels".to_owned(), labels);
    }
}

/// How often and how many at once, and what follows when a pod fails.
pub(super) fn job_counts(job: &mut Object) {
    if is_unset(job, "completions") && is_unset(job, "parallelism") {
        set(job, "completions", 1);
    }
    set(job, "parallelism", 1);
    let limit = if is_unset(job, "backoffLimitPerIndex") {
        6
    } else {
        i32::MAX
    };
    set(job, "backoffLimit", limit);
    let has_policy = !is_unset(job, "podFailurePolicy");
    set(
        job,
        "podReplacementPolicy",
        if has_policy { "Failed" } else { "TerminatingOrFailed" },
    );
}

/// A port leads to the same port of the pods.
pub(super) fn target_port(port: &mut Object) {
    let is_open = match port.get("targetPort") {
        None | Some(Value::Null) => true,
        Some(target) => *target == 0 || *target == "",
    };
    if let Some(number) = port.get("port").cloned().filter(|_| is_open) {
        port.insert("targetPort".to_owned(), number);
    }
}

/// Where traffic goes, by the type of the Service.
pub(super) fn traffic(service: &mut Object) {
    let kind = text(service, "type").to_owned();
    if matches!(&*kind, "ClusterIP" | "NodePort" | "LoadBalancer") {
        set(service, "internalTrafficPolicy", "Cluster");
    }
    if matches!(&*kind, "NodePort" | "LoadBalancer") {
        set(service, "externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        set(service, "allocateLoadBalancerNodePorts", true);
    }
    if text(service, "sessionAffinity") == "ClientIP" {
        let config = made(service, "sessionAffinityConfig");
        let client = config.and_then(|config| made(config, "clientIP"));
        client
            .into_iter()
            .for_each(|client| set(client, "timeoutSeconds", 10_800));
    }
}

/// How fast an autoscaler may go, where it says something of that.
pub(super) fn scaling(behavior: &mut Object) {
    let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
    if let Some(up) = made(behavior, "scaleUp") {
        set(up, "stabilizationWindowSeconds", 0);
        set(up, "selectPolicy", "Max");
        let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
        set(up, "policies", json!([pods, percent]));
    }
    if let Some(down) = made(behavior, "scaleDown") {
        set(down, "selectPolicy", "Max");
        set(down, "policies", json!([percent]));
    }
}

/// Without a word it is about what comes in, and about what goes out where it has rules of that.
pub(super) fn policy_types(policy: &mut Object) {
    if is_empty(policy, "policyTypes") {
        let types = if is_empty(policy, "egress") {
            json!(["Ingress"])
        } else {
            json!(["Ingress", "Egress"])
        };
        policy.insert("policyTypes".to_owned(), types);
    }
}

pub(super) fn subject_group(subject: &mut Object) {
    if matches!(text(subject, "kind"), "User" | "Group") && text(subject, "apiGroup").is_empty() {
        subject.insert("apiGroup".to_owned(), "rbac.authorization.k8s.io".into());
    }
}

/// Every namespace is labelled with its name.
pub(super) fn namespace_label(namespace: &mut Object) {
    let Some(metadata) = namespace.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    let name = text(metadata, "name").to_owned();
    if let Some(labels) = made(metadata, "labels").filter(|_| !name.is_empty()) {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
    }
}
