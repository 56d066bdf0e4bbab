//! Which resource a kind is: rules of policies name resources (`deployments`), objects name kinds (`Deployment`).

use crate::model::suggestion;

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The resource's name in rules.
    pub plural: String,
    /// Whether its objects belong to a namespace.
    pub is_namespaced: bool,
}

/// Groups of Kubernetes itself: what such a group does not have here does not exist.
const OWN_GROUPS: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Group, kind, resource and whether it is namespaced.
const BUILT_IN: &[(&str, &str, &str, bool)] = &[
    ("", "ConfigMap", "configmaps", true),
    ("", "Endpoints", "endpoints", true),
    ("", "Event", "events", true),
    ("", "LimitRange", "limitranges", true),
    ("", "Namespace", "namespaces", false),
    ("", "Node", "nodes", false),
    ("", "PersistentVolume", "persistentvolumes", false),
    ("", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    ("", "Pod", "pods", true),
    ("", "PodTemplate", "podtemplates", true),
    ("", "ReplicationController", "replicationcontrollers", true),
    ("", "ResourceQuota", "resourcequotas", true),
    ("", "Secret", "secrets", true),
    ("", "Service", "services", true),
    ("", "ServiceAccount", "serviceaccounts", true),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicy",
        "mutatingadmissionpolicies",
        false,
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        false,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        false,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        false,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        false,
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
    ),
    ("apps", "ControllerRevision", "controllerrevisions", true),
    ("apps", "DaemonSet", "daemonsets", true),
    ("apps", "Deployment", "deployments", true),
    ("apps", "ReplicaSet", "replicasets", true),
    ("apps", "StatefulSet", "statefulsets", true),
    ("argoproj.io", "AnalysisRun", "analysisruns", true),
    ("argoproj.io", "AnalysisTemplate", "analysistemplates", true),
    ("argoproj.io", "AppProject", "appprojects", true),
    ("argoproj.io", "Application", "applications", true),
    ("argoproj.io", "ApplicationSet", "applicationsets", true),
    (
        "argoproj.io",
        "ClusterAnalysisTemplate",
        "clusteranalysistemplates",
        false,
    ),
    ("argoproj.io", "CronWorkflow", "cronworkflows", true),
    ("argoproj.io", "Experiment", "experiments", true),
    ("argoproj.io", "Rollout", "rollouts", true),
    ("argoproj.io", "Workflow", "workflows", true),
    ("argoproj.io", "WorkflowTemplate", "workflowtemplates", true),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        true,
    ),
    ("batch", "CronJob", "cronjobs", true),
    ("batch", "Job", "jobs", true),
    ("gateway.networking.k8s.io", "GRPCRoute", "grpcroutes", true),
    ("gateway.networking.k8s.io", "Gateway", "gateways", true),
    ("gateway.networking.k8s.io", "GatewayClass", "gatewayclasses", false),
    ("gateway.networking.k8s.io", "HTTPRoute", "httproutes", true),
    ("gateway.networking.k8s.io", "ReferenceGrant", "referencegrants", true),
    ("monitoring.coreos.com", "PodMonitor", "podmonitors", true),
    ("monitoring.coreos.com", "Probe", "probes", true),
    ("monitoring.coreos.com", "PrometheusRule", "prometheusrules", true),
    ("monitoring.coreos.com", "ServiceMonitor", "servicemonitors", true),
    ("networking.istio.io", "DestinationRule", "destinationrules", true),
    ("networking.istio.io", "Gateway", "gateways", true),
    ("networking.istio.io", "ServiceEntry", "serviceentries", true),
    ("networking.istio.io", "Sidecar", "sidecars", true),
    ("networking.istio.io", "VirtualService", "virtualservices", true),
    ("networking.k8s.io", "Ingress", "ingresses", true),
    ("networking.k8s.io", "IngressClass", "ingressclasses", false),
    ("networking.k8s.io", "NetworkPolicy", "networkpolicies", true),
    ("policy", "PodDisruptionBudget", "poddisruptionbudgets", true),
    ("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false),
    (
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        "clusterrolebindings",
        false,
    ),
    ("rbac.authorization.k8s.io", "Role", "roles", true),
    ("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true),
    ("scheduling.k8s.io", "PriorityClass", "priorityclasses", false),
    ("storage.k8s.io", "CSIDriver", "csidrivers", false),
    ("storage.k8s.io", "StorageClass", "storageclasses", false),
    ("storage.k8s.io", "VolumeAttachment", "volumeattachments", false),
];

/// The kinds that are known: those of Kubernetes and of what this tool renders, and those that the user's own custom
/// resource definitions add.
#[derive(Clone, Debug)]
pub struct Resources {
    known: Vec<Resource>,
}

impl Resources {
    /// The built-in kinds and others, which win.
    pub fn with(others: Vec<Resource>) -> Resources {
        let built_in = BUILT_IN.iter().map(|&(group, kind, plural, is_namespaced)| Resource {
            group: group.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            is_namespaced,
        });
        Resources {
            known: others.into_iter().chain(built_in).collect(),
        }
    }

    pub(super) fn all(&self) -> &[Resource] {
        &self.known
    }

    /// The resource of a kind; guessed where nobody told, as Kubernetes guesses.
    pub(super) fn of(&self, group: &str, kind: &str, has_namespace: bool) -> Resource {
        let found = self
            .known
            .iter()
            .find(|known| known.group == group && known.kind == kind);
        found.cloned().unwrap_or_else(|| Resource {
            group: group.to_owned(),
            kind: kind.to_owned(),
            plural: guess(kind),
            is_namespaced: has_namespace,
        })
    }

    /// What is wrong with a resource that a rule names for a group: whether that is certain, and what was meant.
    pub(super) fn unknown(&self, group: &str, plural: &str) -> Option<(bool, Option<&str>)> {
        let plural = plural.split('/').next().unwrap_or_default();
        if group == "*" || plural == "*" {
            return None;
        }
        let mut own = self.known.iter().filter(|known| known.group == group);
        if own.any(|known| known.plural == plural) {
            return None;
        }
        let own = self.known.iter().filter(|known| known.group == group);
        let near = suggestion(plural, own.map(|known| known.plural.as_str()));
        let elsewhere = self.known.iter().find(|known| known.plural == plural);
        let meant = near.or_else(|| elsewhere.map(|known| known.group.as_str()));
        Some((OWN_GROUPS.contains(&group), meant))
    }
}

fn guess(kind: &str) -> String {
    let lower = kind.to_lowercase();
    if ["s", "x", "ch", "sh"].iter().any(|end| lower.ends_with(end)) {
        return format!("{lower}es");
    }
    match lower.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{lower}s"),
    }
}
