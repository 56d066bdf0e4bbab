//! One rendered Kubernetes object and what identifies it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What tells one object of a cluster from another; the order is the order in a manifest file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ObjectId {
    /// The namespace; empty for objects that belong to the whole cluster.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl ObjectId {
    /// What identifies a parsed object, or which of `apiVersion`, `kind` and `metadata.name` it lacks.
    pub fn of(object: &Value) -> Result<ObjectId, String> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (version, kind, name) = (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        for (field, value) in [("apiVersion", version), ("kind", kind), ("metadata.name", name)] {
            if value.is_empty() {
                return Err(format!("the object has no `{field}`"));
            }
        }
        Ok(ObjectId {
            namespace: text("/metadata/namespace").to_owned(),
            name: name.to_owned(),
            group: version.split_once('/').map_or("", |(group, _)| group).to_owned(),
            kind: kind.to_owned(),
        })
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        write!(f, "{} {}", self.kind, self.name)?;
        if !self.group.is_empty() {
            write!(f, " ({})", self.group)?;
        }
        Ok(())
    }
}

/// One rendered Kubernetes object.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// What identifies it.
    pub id: ObjectId,
    /// The object itself; maps are sorted by key.
    pub object: Value,
}

impl Manifest {
    /// Takes a parsed object, or says which of `apiVersion`, `kind` and `metadata.name` it lacks.
    pub fn new(object: Value) -> Result<Manifest, String> {
        let id = ObjectId::of(&object)?;
        Ok(Manifest { id, object })
    }
}
