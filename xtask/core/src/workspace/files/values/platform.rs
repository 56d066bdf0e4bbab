//! The namespace itself, and how Argo CD treats Applications and projects.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The namespace itself, where the environment owns it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NamespaceSettings {
    /// Labels of the namespace, for example `istio-injection: enabled`.
    pub labels: BTreeMap<String, String>,
    /// Which pods are let in.
    pub pod_security: PodSecurity,
}

/// The level of the Pod Security Standards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PodSecurity {
    /// Anything.
    Privileged,
    /// No known way to more rights; sidecars that set up their network need it.
    Baseline,
    /// As hardened as Kubernetes can ask for.
    #[default]
    Restricted,
}

/// How Argo CD treats Applications and projects.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ArgoCd {
    /// Annotations of every Application, for example subscriptions to notifications.
    pub annotations: BTreeMap<String, String>,
    /// How often a sync that failed is tried again.
    pub retry_limit: u32,
    /// The project of the Application that creates all others: it must be allowed to write into Argo CD's namespace.
    pub root_project: String,
    /// Kinds that an environment may hold beside those that the blueprints render.
    pub kinds: Vec<GroupKind>,
}

/// A kind of Kubernetes objects.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}
