//! `environments/<env>/releases/<agent>.yaml`: the tuple that an environment runs, and those before it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, EnvironmentName, Tuple, Version};

/// A release file, written by promotion and rollback; a person may read it as a lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Release")]
pub struct ReleaseFile {
    /// The label of the release.
    pub version: Version,
    /// The tuple's id, which must be that of `tuple`.
    pub id: Digest,
    /// Where it was promoted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promoted_from: Option<PromotedFrom>,
    /// The tuple.
    pub tuple: Tuple,
    /// The releases before it, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<PreviousRelease>,
}

/// Where a release was promoted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PromotedFrom {
    /// The environment.
    pub environment: EnvironmentName,
    /// The commit of its branch that held the tuple.
    #[schemars(regex(pattern = "^[0-9a-f]{40}$"))]
    pub commit: String,
}

/// A release that ran before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviousRelease {
    /// Its label.
    pub version: Version,
    /// Its tuple's id.
    pub id: Digest,
    /// Its tuple.
    pub tuple: Tuple,
}
