//! `policies/waivers/<name>.yaml`: an owned, expiring exception to a rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An exception to a rule: reviewed like any other file, owned, and never for ever.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Waiver")]
pub struct WaiverFile {
    /// The rule, as findings name it.
    pub rule: String,
    /// Which findings of the rule; all of them where nothing is said, which is rarely right.
    #[serde(default, rename = "match")]
    pub scope: WaiverScope,
    /// Why it may be, in a sentence that a stranger understands.
    #[schemars(length(min = 20))]
    pub reason: String,
    /// Who answers for it: a person or a team with an address.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Where the work to do without it is planned.
    pub ticket: String,
    /// The day on which it was written, YYYY-MM-DD.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub created: String,
    /// The last day on which it holds, YYYY-MM-DD, at most 90 days later.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub expires: String,
}

/// Which findings a waiver is about: everything that is said has to hold. A `*` at the end stands for any rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverScope {
    /// The environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The agent, or `_environment` for what an environment has of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The object's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The object's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The object's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The container that the finding names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}
