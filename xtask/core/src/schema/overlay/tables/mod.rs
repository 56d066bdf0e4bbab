//! Which tables hold for which kind.

mod access;
mod autoscaling;
mod container;
mod meta;
mod network;
mod pod;
mod storage;
mod volume;
mod workload;

use std::sync::OnceLock;

use super::row::Check::Needs;
use super::row::{Row, at, table};
use super::shape::Shape;

/// A kind, its tables, and the shape that they are compiled into when the first object of the kind comes by.
pub(super) struct Kind {
    pub(super) kind: &'static str,
    pub(super) group: &'static str,
    tables: &'static [&'static [Row]],
    shape: OnceLock<Shape>,
}

impl Kind {
    pub(super) fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::of(self.tables))
    }
}

/// The kind of this name in this group; of kinds that no table knows, what holds for all.
pub(super) fn of(group: &str, kind: &str) -> &'static Kind {
    match KINDS.binary_search_by(|known| (known.kind, known.group).cmp(&(kind, group))) {
        Ok(at) => &KINDS[at],
        Err(_) if group.is_empty() || group.ends_with(".k8s.io") || !group.contains('.') => &BUILT_IN,
        Err(_) => &CUSTOM,
    }
}

const fn kind(kind: &'static str, group: &'static str, tables: &'static [&'static [Row]]) -> Kind {
    Kind {
        kind,
        group,
        tables,
        shape: OnceLock::new(),
    }
}

const POD: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    table("spec", pod::POD),
    table("spec", pod::MOUNTING),
];
const POD_TEMPLATE: &[Row] = &[
    at("", &[Needs(&["template"])]),
    table("template", pod::TEMPLATE),
    table("template.spec", pod::MOUNTING),
];

const APPS: &str = "apps";
const BATCH: &str = "batch";
const NETWORKING: &str = "networking.k8s.io";
const ISTIO: &str = "networking.istio.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// What is known of a kind without a table.
static CUSTOM: Kind = kind("", "", &[meta::OBJECT, meta::CUSTOM_FINALIZERS, meta::SUBDOMAIN_NAME]);
/// What is known of a built-in kind without a table: some of them have names that are no DNS names.
static BUILT_IN: Kind = kind("", "", &[meta::OBJECT, meta::CUSTOM_FINALIZERS, meta::PATH_NAME]);

/// The finalizers that kinds of a group may have.
const fn finalizers(group: &str) -> &'static [Row] {
    match group.as_bytes() {
        b"argoproj.io" | b"networking.istio.io" => meta::CUSTOM_FINALIZERS,
        _ => meta::FINALIZERS,
    }
}

macro_rules! kinds {
    ($($kind:literal, $group:expr, $name:ident $(, $table:expr)*;)*) => {
        [$(kind($kind, $group, &[meta::OBJECT, finalizers($group), meta::$name $(, $table)*])),*]
    };
}

/// Every kind with tables, by kind and group.
static KINDS: [Kind; 42] = kinds! {
    "AnalysisTemplate", "argoproj.io", SUBDOMAIN_NAME, workload::ANALYSIS;
    "AppProject", "argoproj.io", SUBDOMAIN_NAME, access::APP_PROJECT;
    "Application", "argoproj.io", SUBDOMAIN_NAME, access::APPLICATION;
    "ClusterAnalysisTemplate", "argoproj.io", SUBDOMAIN_NAME, workload::ANALYSIS;
    "ClusterRole", RBAC, PATH_NAME, access::CLUSTER_ROLE;
    "ClusterRoleBinding", RBAC, PATH_NAME, access::CLUSTER_ROLE_BINDING;
    "ConfigMap", "", SUBDOMAIN_NAME, access::CONFIG_MAP;
    "CronJob", BATCH, SUBDOMAIN_NAME, workload::CRON_JOB;
    "CustomResourceDefinition", "apiextensions.k8s.io", SUBDOMAIN_NAME, access::CUSTOM_RESOURCE_DEFINITION;
    "DaemonSet", APPS, SUBDOMAIN_NAME, workload::DAEMON_SET;
    "Deployment", APPS, SUBDOMAIN_NAME, workload::DEPLOYMENT;
    "DestinationRule", ISTIO, SUBDOMAIN_NAME, network::DESTINATION_RULE;
    "EndpointSlice", "discovery.k8s.io", SUBDOMAIN_NAME, network::ENDPOINT_SLICE;
    "HorizontalPodAutoscaler", "autoscaling", SUBDOMAIN_NAME, autoscaling::AUTOSCALER;
    "Ingress", NETWORKING, SUBDOMAIN_NAME, network::INGRESS;
    "IngressClass", NETWORKING, SUBDOMAIN_NAME, network::INGRESS_CLASS;
    "Job", BATCH, SUBDOMAIN_NAME, workload::JOB;
    "Lease", "coordination.k8s.io", SUBDOMAIN_NAME, access::LEASE;
    "LimitRange", "", SUBDOMAIN_NAME, access::LIMIT_RANGE;
    "MutatingWebhookConfiguration", ADMISSION, SUBDOMAIN_NAME, access::WEBHOOKS;
    "Namespace", "", LABEL_NAME, access::NAMESPACE;
    "NetworkPolicy", NETWORKING, SUBDOMAIN_NAME, network::NETWORK_POLICY;
    "PersistentVolume", "", SUBDOMAIN_NAME, storage::PERSISTENT_VOLUME;
    "PersistentVolumeClaim", "", SUBDOMAIN_NAME, storage::PERSISTENT_VOLUME_CLAIM;
    "Pod", "", SUBDOMAIN_NAME, POD;
    "PodDisruptionBudget", "policy", SUBDOMAIN_NAME, workload::POD_DISRUPTION_BUDGET;
    "PodTemplate", "", SUBDOMAIN_NAME, POD_TEMPLATE;
    "PriorityClass", "scheduling.k8s.io", SUBDOMAIN_NAME, access::PRIORITY_CLASS;
    "ReplicaSet", APPS, SUBDOMAIN_NAME, workload::REPLICA_SET;
    "ResourceQuota", "", SUBDOMAIN_NAME, access::RESOURCE_QUOTA;
    "Role", RBAC, PATH_NAME, access::ROLE;
    "RoleBinding", RBAC, PATH_NAME, access::ROLE_BINDING;
    "Rollout", "argoproj.io", SUBDOMAIN_NAME, workload::ROLLOUT;
    "Secret", "", SUBDOMAIN_NAME, access::SECRET;
    "Service", "", SERVICE_NAME, network::SERVICE;
    "ServiceAccount", "", SUBDOMAIN_NAME, access::SERVICE_ACCOUNT;
    "StatefulSet", APPS, SUBDOMAIN_NAME, workload::STATEFUL_SET;
    "StorageClass", "storage.k8s.io", SUBDOMAIN_NAME, storage::STORAGE_CLASS;
    "ValidatingAdmissionPolicy", ADMISSION, SUBDOMAIN_NAME, access::ADMISSION_POLICY;
    "ValidatingAdmissionPolicyBinding", ADMISSION, SUBDOMAIN_NAME, access::ADMISSION_BINDING;
    "ValidatingWebhookConfiguration", ADMISSION, SUBDOMAIN_NAME, access::WEBHOOKS;
    "VirtualService", ISTIO, SUBDOMAIN_NAME, network::VIRTUAL_SERVICE;
};

/// Every kind with tables.
#[cfg(test)]
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter()
}
