//! `agents/<agent>/agent.yaml`: what an agent is, who owns it, and its candidate tuple.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{AgentName, CodeComponent, FILE_NAME, ModelComponent, PlainVersion, file_names};

/// An agent: the deployable unit.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Agent")]
pub struct AgentFile {
    /// What it does, in a sentence.
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// What breaks when it breaks.
    pub criticality: Criticality,
    /// Which monitoring it gets.
    pub profile: Profile,
    /// What it calls, and how that is known to be healthy.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// What it promises its users.
    #[serde(default)]
    pub objectives: Objectives,
    /// Where its answers can do harm, in a few words each: `evaluate --draft` drafts a case about each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risk_areas: Vec<String>,
    /// What differs for this agent in every environment.
    #[serde(default)]
    #[schemars(with = "super::Values")]
    pub values: Map<String, Value>,
    /// The tuple that environments which follow the candidate run.
    pub candidate: Candidate,
}

impl AgentFile {
    /// The agents of the fleet that it depends on.
    pub fn agent_dependencies(&self) -> Vec<AgentName> {
        self.dependencies
            .iter()
            .filter_map(|dependency| dependency.agent.clone())
            .collect()
    }
}

/// Who answers for an agent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Owner {
    /// The team, as the code host knows it: `<organisation>/<team>`, or a team of the fleet's own organisation.
    #[schemars(length(min = 1), extend("x-form" = "team"))]
    pub team: String,
    /// Where to reach it: an address or a channel.
    #[schemars(length(min = 1))]
    pub contact: String,
}

/// What breaks when an agent breaks; the order is the order of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    /// An inconvenience.
    Low,
    /// Some users notice.
    Medium,
    /// Most users notice.
    High,
    /// The business stops.
    Critical,
}

/// The kind of load, which decides the metrics that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Calls a model: tokens, tool success, task success.
    Agent,
    /// Answers requests: response time, error rate, throughput.
    WebService,
    /// Asks a database: connection pool, query time, replication lag.
    Database,
}

/// Something that an agent calls: another agent, a URL with a health check, or a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dependency {
    /// The agent's name, or the service's.
    #[schemars(regex(pattern = FILE_NAME))]
    pub name: String,
    /// Set for another agent of this fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// The URL that answers 2xx when an external service is healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// The host of an external TCP service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The TCP port of an external service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub port: Option<u16>,
    /// What is checked beside reachability, for example `pool` or `replicationLag`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
}

/// What an agent promises its users.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Objectives {
    /// Share of requests that succeed, percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub success_rate: f64,
    /// 95th percentile of the answer time, milliseconds.
    pub p95_latency_ms: u32,
    /// 99th percentile of the answer time, milliseconds.
    pub p99_latency_ms: u32,
    /// Share of time in which it answers, percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub availability: f64,
    /// Share of tasks that are completed, percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub task_success: f64,
    /// Share of tool calls that are right, percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub tool_accuracy: f64,
}

impl Default for Objectives {
    /// Promotable from 99.5 % success; 99.9 % availability (design, section 11).
    fn default() -> Objectives {
        Objectives {
            success_rate: 99.5,
            p95_latency_ms: 2_000,
            p99_latency_ms: 5_000,
            availability: 99.9,
            task_success: 94.0,
            tool_accuracy: 97.0,
        }
    }
}

/// The tuple that the files describe now; digests of files are taken when it is read.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Candidate {
    /// The folder under `templates/` that renders it.
    #[schemars(regex(pattern = FILE_NAME))]
    pub blueprint: String,
    /// The image: CI writes its digest here after a build.
    pub code: CodeComponent,
    /// The output contract's version: `contract/<version>.schema.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<PlainVersion>,
    /// The model and its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelComponent>,
    /// The prompts' versions: `prompts/<name>/<version>.prompt`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = file_names()))]
    pub prompts: BTreeMap<String, PlainVersion>,
    /// The retrieval configuration's version: `retrieval/<version>.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<PlainVersion>,
    /// The tool manifest's version: `tools/<version>.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<PlainVersion>,
}
