//! Which labels a selector selects.

use serde_json::Value;

use crate::schema::overlay::{field, items, text};

/// How the labels of an object are asked for: by key.
pub(super) type Labels<'f, 'v> = dyn Fn(&str) -> Option<&'v Value> + 'f;

/// Whether a selector (`matchLabels` and `matchExpressions`) selects an object whose labels a function knows.
pub(super) fn selects<'v>(selector: &Value, label: &Labels<'_, 'v>) -> bool {
    let wanted = field(selector, "matchLabels");
    wanted.is_none_or(|wanted| has_all(wanted, label))
        && items(selector, "matchExpressions")
            .iter()
            .all(|condition| holds(condition, label))
}

/// Whether all of these labels are there.
pub(super) fn has_all<'v>(wanted: &Value, label: &Labels<'_, 'v>) -> bool {
    let wanted = wanted.as_object().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| label(key) == Some(value))
}

fn holds<'v>(condition: &Value, label: &Labels<'_, 'v>) -> bool {
    let given = text(condition, "key").and_then(label);
    let listed = || given.is_some_and(|given| items(condition, "values").contains(given));
    match text(condition, "operator") {
        Some("In") => listed(),
        Some("NotIn") => !listed(),
        Some("Exists") => given.is_some(),
        Some("DoesNotExist") => given.is_none(),
        _ => false,
    }
}

/// Labels as people write them.
pub(super) fn shown(labels: &Value) -> String {
    let pairs = labels.as_object().into_iter().flatten();
    let pairs: Vec<String> = pairs
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.join(",")
}
