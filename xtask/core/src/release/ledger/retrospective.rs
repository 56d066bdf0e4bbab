//! Retrospectives: what a release or an incident taught.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ReleaseName;
use crate::model::{AgentName, EnvironmentName, Timestamp};

/// What was learnt from a release, or from an incident of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Retrospective")]
pub struct Retrospective {
    /// The agent.
    pub agent: AgentName,
    /// Where it ran.
    pub environment: EnvironmentName,
    /// The release, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseName>,
    /// The incident that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// What changed with the release, component by component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// What happened when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// Failed samples, each as a case of the regression set or by what it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_samples: Vec<String>,
    /// What users noticed.
    pub impact: String,
    /// What it came from.
    pub cause: String,
    /// What was found.
    pub conclusions: Vec<String>,
    /// What is done about it.
    pub actions: Vec<Action>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When.
    pub time: Timestamp,
    /// What.
    pub what: String,
}

/// What is done about something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What.
    pub what: String,
    /// Who does it.
    pub owner: String,
    /// Until when: a day, for example `2026-01-31`.
    pub due: String,
}
