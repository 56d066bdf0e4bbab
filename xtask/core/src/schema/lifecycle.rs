//! Kinds that Kubernetes took away, or will: since when, and what to use instead.

use std::collections::BTreeMap;

use crate::model::Problem;

/// A version of an API that has an end.
struct Lifecycle {
    api_version: &'static str,
    kinds: &'static [&'static str],
    /// The minor version since which it is deprecated.
    deprecated: u32,
    /// The minor version that serves it no more; none where nobody has said when.
    removed: Option<u32>,
    /// What to write instead.
    instead: &'static str,
}

const fn gone(
    api_version: &'static str,
    kinds: &'static [&'static str],
    deprecated: u32,
    removed: u32,
    instead: &'static str,
) -> Lifecycle {
    Lifecycle {
        api_version,
        kinds,
        deprecated,
        removed: Some(removed),
        instead,
    }
}

/// What kubernetes.io's deprecated API migration guide and release notes say.
const LIFECYCLES: &[Lifecycle] = &[
    gone(
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        16,
        22,
        "admissionregistration.k8s.io/v1",
    ),
    gone(
        "admissionregistration.k8s.io/v1beta1",
        &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
        30,
        34,
        "admissionregistration.k8s.io/v1",
    ),
    gone(
        "apiextensions.k8s.io/v1beta1",
        &["CustomResourceDefinition"],
        16,
        22,
        "apiextensions.k8s.io/v1",
    ),
    gone(
        "apiregistration.k8s.io/v1beta1",
        &["APIService"],
        19,
        22,
        "apiregistration.k8s.io/v1",
    ),
    gone(
        "apps/v1beta1",
        &["ControllerRevision", "Deployment", "StatefulSet"],
        9,
        16,
        "apps/v1",
    ),
    gone(
        "apps/v1beta2",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
        ],
        9,
        16,
        "apps/v1",
    ),
    gone(
        "authentication.k8s.io/v1beta1",
        &["TokenReview"],
        19,
        22,
        "authentication.k8s.io/v1",
    ),
    gone(
        "authorization.k8s.io/v1beta1",
        &[
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
        19,
        22,
        "authorization.k8s.io/v1",
    ),
    gone(
        "autoscaling/v2beta1",
        &["HorizontalPodAutoscaler"],
        22,
        25,
        "autoscaling/v2",
    ),
    gone(
        "autoscaling/v2beta2",
        &["HorizontalPodAutoscaler"],
        23,
        26,
        "autoscaling/v2",
    ),
    gone("batch/v1beta1", &["CronJob"], 21, 25, "batch/v1"),
    gone("batch/v2alpha1", &["CronJob"], 20, 21, "batch/v1"),
    gone(
        "certificates.k8s.io/v1beta1",
        &["CertificateSigningRequest"],
        19,
        22,
        "certificates.k8s.io/v1",
    ),
    gone(
        "coordination.k8s.io/v1beta1",
        &["Lease"],
        19,
        22,
        "coordination.k8s.io/v1",
    ),
    gone(
        "discovery.k8s.io/v1beta1",
        &["EndpointSlice"],
        21,
        25,
        "discovery.k8s.io/v1",
    ),
    gone("events.k8s.io/v1beta1", &["Event"], 19, 25, "events.k8s.io/v1"),
    gone(
        "extensions/v1beta1",
        &["DaemonSet", "Deployment", "ReplicaSet"],
        9,
        16,
        "apps/v1",
    ),
    gone("extensions/v1beta1", &["NetworkPolicy"], 9, 16, "networking.k8s.io/v1"),
    gone("extensions/v1beta1", &["Ingress"], 14, 22, "networking.k8s.io/v1"),
    gone(
        "extensions/v1beta1",
        &["PodSecurityPolicy"],
        10,
        16,
        NO_POD_SECURITY_POLICY,
    ),
    gone(
        "flowcontrol.apiserver.k8s.io/v1alpha1",
        FLOW_CONTROL,
        18,
        21,
        FLOW_CONTROL_V1,
    ),
    gone(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        FLOW_CONTROL,
        23,
        26,
        FLOW_CONTROL_V1,
    ),
    gone(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        FLOW_CONTROL,
        26,
        29,
        FLOW_CONTROL_V1,
    ),
    gone(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        FLOW_CONTROL,
        29,
        32,
        FLOW_CONTROL_V1,
    ),
    gone(
        "networking.k8s.io/v1beta1",
        &["Ingress", "IngressClass"],
        19,
        22,
        "networking.k8s.io/v1",
    ),
    gone(
        "networking.k8s.io/v1beta1",
        &["IPAddress", "ServiceCIDR"],
        33,
        37,
        "networking.k8s.io/v1",
    ),
    gone("node.k8s.io/v1alpha1", &["RuntimeClass"], 20, 25, "node.k8s.io/v1"),
    gone("node.k8s.io/v1beta1", &["RuntimeClass"], 22, 25, "node.k8s.io/v1"),
    gone("policy/v1beta1", &["PodDisruptionBudget"], 21, 25, "policy/v1"),
    gone("policy/v1beta1", &["PodSecurityPolicy"], 21, 25, NO_POD_SECURITY_POLICY),
    gone(
        "rbac.authorization.k8s.io/v1alpha1",
        RBAC,
        17,
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    gone(
        "rbac.authorization.k8s.io/v1beta1",
        RBAC,
        17,
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    gone(
        "scheduling.k8s.io/v1alpha1",
        &["PriorityClass"],
        14,
        22,
        "scheduling.k8s.io/v1",
    ),
    gone(
        "scheduling.k8s.io/v1beta1",
        &["PriorityClass"],
        14,
        22,
        "scheduling.k8s.io/v1",
    ),
    gone(
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        19,
        22,
        "storage.k8s.io/v1",
    ),
    gone(
        "storage.k8s.io/v1beta1",
        &["CSIStorageCapacity"],
        24,
        27,
        "storage.k8s.io/v1",
    ),
    Lifecycle {
        api_version: "v1",
        kinds: &["ComponentStatus"],
        deprecated: 19,
        removed: None,
        instead: "the health addresses of the components",
    },
    Lifecycle {
        api_version: "v1",
        kinds: &["Endpoints"],
        deprecated: 33,
        removed: None,
        instead: "`EndpointSlice` of `discovery.k8s.io/v1`",
    },
];

const FLOW_CONTROL: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];
const FLOW_CONTROL_V1: &str = "flowcontrol.apiserver.k8s.io/v1";
const RBAC: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const NO_POD_SECURITY_POLICY: &str = "the labels of Pod Security admission on the namespace";

/// Versions that serve a kind, by kind and group.
pub(super) struct Served {
    versions: BTreeMap<(String, String), BTreeMap<u32, Vec<String>>>,
}

/// The minor version of `1.35`.
pub(super) fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.parse().ok()
}

fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

impl Served {
    /// What the index lists: `apiVersion`, kind and the versions of Kubernetes.
    pub(super) fn of<'a>(listed: impl Iterator<Item = (&'a str, &'a str, u32)>) -> Served {
        let mut versions: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for (api_version, kind, minor) in listed {
            let by_minor = versions
                .entry((kind.to_owned(), group(api_version).to_owned()))
                .or_default();
            by_minor.entry(minor).or_default().push(api_version.to_owned());
        }
        Served { versions }
    }

    /// What becomes of a kind that a version of Kubernetes serves.
    pub(super) fn outlook(&self, api_version: &str, kind: &str, minor: u32) -> Option<Problem> {
        let known = lifecycle(api_version, kind);
        let ends = known
            .and_then(|known| known.removed)
            .or_else(|| self.end(api_version, kind, minor));
        if ends.is_none() && known.is_none_or(|known| known.deprecated > minor) {
            return None;
        }
        let message = match ends {
            Some(end) => format!("`{kind}` of `{api_version}` is deprecated, and Kubernetes 1.{end} serves it no more"),
            None => format!("`{kind}` of `{api_version}` is deprecated"),
        };
        let problem = Problem::warning("deprecated-api", "/apiVersion", message);
        let instead = known.map(|known| known.instead.to_owned());
        Some(help(
            problem,
            instead.or_else(|| self.instead(api_version, kind, ends.unwrap_or(minor))),
        ))
    }

    /// What is known of a kind that a version of Kubernetes does not serve.
    pub(super) fn removed(&self, api_version: &str, kind: &str, minor: u32) -> Option<Problem> {
        let known = lifecycle(api_version, kind).filter(|known| known.removed.is_some_and(|removed| removed <= minor));
        let since = known
            .and_then(|known| known.removed)
            .or_else(|| self.served_before(api_version, kind, minor))?;
        let message = format!("`{kind}` of `{api_version}` is gone since Kubernetes 1.{since}");
        let instead = known.map(|known| known.instead.to_owned());
        let instead = instead.or_else(|| self.instead(api_version, kind, minor));
        Some(help(Problem::error("removed-api", "/apiVersion", message), instead))
    }

    /// The `apiVersion`s under which a version of Kubernetes serves a kind, whatever the group.
    pub(super) fn under(&self, kind: &str, minor: u32) -> Vec<&str> {
        let kinds = self.versions.iter().filter(|((name, _), _)| name == kind);
        kinds
            .filter_map(|(_, versions)| versions.get(&minor))
            .flatten()
            .map(String::as_str)
            .collect()
    }

    fn by_minor(&self, api_version: &str, kind: &str) -> Option<&BTreeMap<u32, Vec<String>>> {
        self.versions.get(&(kind.to_owned(), group(api_version).to_owned()))
    }

    fn serves(&self, api_version: &str, kind: &str, minor: u32) -> bool {
        let versions = self
            .by_minor(api_version, kind)
            .and_then(|versions| versions.get(&minor));
        versions.is_some_and(|versions| versions.iter().any(|version| version == api_version))
    }

    /// The first later version without the kind, as far as the index knows.
    fn end(&self, api_version: &str, kind: &str, minor: u32) -> Option<u32> {
        let latest = self.latest();
        (minor + 1..=latest).find(|later| !self.serves(api_version, kind, *later))
    }

    /// The first version without the kind, where an earlier one has it.
    fn served_before(&self, api_version: &str, kind: &str, minor: u32) -> Option<u32> {
        let last = (0..minor)
            .rev()
            .find(|earlier| self.serves(api_version, kind, *earlier))?;
        Some(last + 1)
    }

    fn latest(&self) -> u32 {
        let minors = self
            .versions
            .values()
            .filter_map(|versions| versions.keys().next_back());
        minors.copied().max().unwrap_or_default()
    }

    /// Another `apiVersion` of the same group that serves the kind.
    fn instead(&self, api_version: &str, kind: &str, minor: u32) -> Option<String> {
        let versions = self.by_minor(api_version, kind)?.get(&minor)?;
        versions.iter().find(|version| *version != api_version).cloned()
    }
}

fn lifecycle(api_version: &str, kind: &str) -> Option<&'static Lifecycle> {
    LIFECYCLES
        .iter()
        .find(|lifecycle| lifecycle.api_version == api_version && lifecycle.kinds.contains(&kind))
}

fn help(problem: Problem, instead: Option<String>) -> Problem {
    match instead {
        Some(instead) if instead.contains(' ') => problem.help(format!("use {instead}")),
        Some(instead) => problem.help(format!("write `apiVersion: {instead}`")),
        None => problem.help("nothing replaces it in this group"),
    }
}
