//! `agents/<agent>/tools/<version>.yaml`: the tools that a model may call, and what each may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{PlainVersion, ToolName};

/// A tool manifest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Tools")]
pub struct ToolsFile {
    /// The tools, each with a name of its own.
    pub tools: Vec<Tool>,
}

/// One tool.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// What the model calls it.
    pub name: ToolName,
    /// Its version.
    pub version: PlainVersion,
    /// What it does: the model reads this.
    pub description: String,
    /// JSON Schema of its parameters.
    pub parameters: Map<String, Value>,
    /// What it may do, for example `documents:read`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Where it connects to; everything else is closed.
    #[serde(default)]
    pub egress: Vec<Egress>,
}

/// A place that a tool connects to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Egress {
    /// The host's name, for people and for gateways that know names.
    pub host: String,
    /// The TCP port.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The addresses behind the name, where they are fixed; otherwise any public address on that port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    /// The namespace, where the host is a service of this cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}
