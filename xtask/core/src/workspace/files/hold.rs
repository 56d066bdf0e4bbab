//! `environments/<env>/holds/<agent>.yaml`: a recorded stop, which only a person's `resume` releases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// A hold: nothing releases the unit until someone resumes it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Hold")]
pub struct HoldFile {
    /// Why it is held.
    pub reason: String,
    /// Who holds it.
    pub by: String,
    /// Since when, RFC 3339.
    #[schemars(with = "Timestamp")]
    pub since: String,
}
