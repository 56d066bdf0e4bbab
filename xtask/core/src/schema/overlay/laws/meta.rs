//! Names, annotations and selectors.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::missing;
use crate::schema::overlay::view::{has, items, text};
use crate::schema::overlay::walk::Problems;

/// Most bytes of all annotations of an object together.
const MOST_ANNOTATIONS: usize = 256 * 1024;

/// An object has a name, or has the server make one.
pub(in crate::schema::overlay) fn named(metadata: &Value, problems: &mut Problems<'_>) {
    if metadata.is_object() && !has(metadata, "name") && !has(metadata, "generateName") {
        problems.add(missing("metadata", "name"));
    }
}

/// Annotations are small.
pub(in crate::schema::overlay) fn annotation_size(annotations: &Value, problems: &mut Problems<'_>) {
    let Value::Object(map) = annotations else { return };
    let bytes: usize = map
        .iter()
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum();
    if bytes > MOST_ANNOTATIONS {
        let message = format!("the annotations have {bytes} bytes, {MOST_ANNOTATIONS} at most are admitted");
        problems.add(Problem::error("out-of-range", "", message).help("keep data in a ConfigMap"));
    }
}

/// `In` has values, `Exists` has none, `Gt` has one number.
pub(in crate::schema::overlay) fn expression(expression: &Value, problems: &mut Problems<'_>) {
    let values = items(expression, "values");
    let Some(operator) = text(expression, "operator") else {
        return;
    };
    let wrong = match operator {
        "In" | "NotIn" if values.is_empty() => "needs `values`",
        "Exists" | "DoesNotExist" if !values.is_empty() => "takes no `values`",
        "Gt" | "Lt" if !matches!(values, [one] if one.as_str().is_some_and(|one| one.parse::<i64>().is_ok())) => {
            "needs one whole number, as text, in `values`"
        }
        _ => return,
    };
    let message = format!("the operator `{operator}` {wrong}");
    problems.add(Problem::error("conflicting-fields", "/operator", message));
}
