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
    /// How the project holds commits to the GPG keys that `environments/trust.yaml` names for the environment.
    pub source_integrity: SourceIntegrity,
}

/// What Argo CD asks of the commits that it syncs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SourceIntegrity {
    /// The commit that it syncs is signed: `sourceIntegrity` with the mode `head`, from Argo CD 3.5 on.
    #[default]
    Head,
    /// So are all before it, back to one that is sealed: the mode `strict`.
    Strict,
    /// The commit that it syncs is signed, by `signatureKeys`: before Argo CD 3.5.
    SignatureKeys,
    /// Nothing.
    None,
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
