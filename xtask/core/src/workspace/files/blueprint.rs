//! `templates/<blueprint>/blueprint.yaml`: what a folder of templates is for and what it builds on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A blueprint: a folder of templates.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Blueprint")]
pub struct BlueprintFile {
    /// What it renders, in a sentence.
    pub description: String,
    /// Another blueprint whose files it takes over; a file of the same name replaces the other's, default values merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
}
