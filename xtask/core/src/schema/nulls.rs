//! Nulls: Kubernetes decodes `key: null` into its own types as if the key were not there.

use serde_json::Value;

/// The value without the keys that are null; nothing where there are none.
pub(super) fn pruned(value: &Value) -> Option<Value> {
    has_null(value).then(|| prune(value))
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(|value| value.is_null() || has_null(value)),
        Value::Array(items) => items.iter().any(has_null),
        _ => false,
    }
}

/// Nulls in lists stay: their places count, and an empty container is hardly what was meant.
fn prune(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), prune(value))).collect()
        }
        Value::Array(items) => items.iter().map(prune).collect(),
        scalar => scalar.clone(),
    }
}
