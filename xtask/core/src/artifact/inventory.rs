//! `.lockstep/<unit>/inventory.json`: every file of a unit with its SHA-256, and every object.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Manifest, ObjectId};

/// What a unit consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Inventory")]
pub struct Inventory {
    /// Number of the environment commit that wrote it, from 1.
    pub sequence: u64,
    /// The unit's files by path, without this one and the signatures.
    pub files: BTreeMap<String, Digest>,
    /// The unit's objects, in the order of the manifest.
    pub objects: Vec<InventoryObject>,
    /// Of the unit `_environment` alone: every other unit with the digest of its statement, so that a deleted unit is
    /// noticed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, Digest>,
}

/// An object of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InventoryObject {
    /// What identifies it.
    #[serde(flatten)]
    pub id: ObjectId,
    /// Whether it is an earlier generation that no current object reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retained: bool,
}

impl InventoryObject {
    /// The entry of an object.
    pub fn of(manifest: &Manifest, retained: bool) -> InventoryObject {
        InventoryObject {
            id: manifest.id.clone(),
            retained,
        }
    }
}
