//! Who may connect, and how requests reach an agent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may connect.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Network {
    /// Namespaces whose pods may connect, beside the agents that depend on this one.
    pub from_namespaces: Vec<String>,
    /// The namespace that scrapes metrics.
    pub monitoring_namespace: String,
    /// The namespace of the cluster's name servers.
    pub dns_namespace: String,
    /// Where it may connect to beside tools, model and dependencies; private addresses of those belong here too.
    pub egress: Vec<NetworkEgress>,
}

/// A place that a pod may connect to: addresses, or the pods of a namespace.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkEgress {
    /// The addresses, for example `10.20.0.0/16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    /// The namespace, where no addresses are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The TCP port of the pod or the host.
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// How requests reach an agent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Routing {
    /// What routes them.
    pub provider: RoutingProvider,
    /// Whether anything outside the cluster may reach it; the blueprint `internal-service` says no.
    pub exposed: bool,
    /// The host name; empty means that nothing outside the cluster, or the mesh, reaches it.
    pub host: String,
    /// The path prefix.
    pub path: String,
    /// The Ingress class.
    pub class_name: String,
    /// The gateway: for Istio `<namespace>/<name>`, for Gateway API its name.
    pub gateway: String,
    /// The namespace of the gateway's or the Ingress controller's pods, which may connect.
    pub gateway_namespace: String,
    /// The Secret with the host's certificate; empty means no TLS here.
    pub tls_secret: String,
    /// This environment's share of the host's traffic beside the main Ingress, percent; 0 means this is the main one (ingress-nginx).
    #[schemars(range(max = 100))]
    pub canary_weight: u8,
    /// The environment that shares this one's namespace and host (Istio and Gateway API).
    pub beside: Beside,
    /// Headers that lead to the new side, by name in lower case, for example `x-gray-tag: gray-phase-A`.
    pub headers: BTreeMap<String, String>,
    /// Tenants whose requests lead to the new side.
    pub tenants: Vec<String>,
    /// The header that names the tenant, in lower case.
    pub tenant_header: String,
    /// How pods that fail are left out.
    pub outliers: Outliers,
    /// Whether requests stay in their zone while it is healthy.
    pub locality: bool,
}

/// An environment that shares namespace and host with this one: canary beside production.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Beside {
    /// Its suffix, for example `-canary`; empty means that there is none.
    #[schemars(regex(pattern = r"^(-[a-z0-9]+)*$"))]
    pub suffix: String,
    /// Its share of the traffic, percent; headers and tenants lead to it whatever the share.
    #[schemars(range(max = 100))]
    pub weight: u8,
}

/// What routes requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoutingProvider {
    /// Nothing from outside the cluster.
    #[default]
    None,
    /// Ingress with ingress-nginx.
    Nginx,
    /// VirtualService and DestinationRule.
    Istio,
    /// HTTPRoute.
    GatewayApi,
}

/// How pods that fail are left out of load balancing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Outliers {
    /// Server errors in a row that count.
    pub consecutive_errors: u32,
    /// Seconds between two looks.
    pub interval_seconds: u32,
    /// Seconds that a pod stays out.
    pub ejection_seconds: u32,
    /// Most pods that may be out, percent.
    #[schemars(range(max = 100))]
    pub max_ejection_percent: u8,
}
