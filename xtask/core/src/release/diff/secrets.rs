//! Changes as they may be shown: a comment on a pull request is read by more people than the repository.

use serde_json::Value;

use crate::model::{FieldPath, ObjectChange, Step, UnitDifference};
use crate::secrets::{masked, masked_value};

/// Takes what looks like a secret out of what is shown of objects and prompts.
pub(super) fn hide(difference: &mut UnitDifference) {
    for object in &mut difference.objects {
        hide_in(object);
    }
    for prompt in &mut difference.prompts {
        for text in [&mut prompt.before, &mut prompt.after].into_iter().flatten() {
            *text = masked(text).into_owned();
        }
    }
}

fn hide_in(object: &mut ObjectChange) {
    let is_secret = object.id.kind == "Secret" && object.id.group.is_empty();
    if let Some(whole) = &mut object.object {
        *whole = masked_value("", whole);
        for map in DATA.into_iter().filter(|_| is_secret) {
            whole.get_mut(map).into_iter().for_each(blank);
        }
    }
    for field in &mut object.fields {
        let is_data = is_secret && matches!(field.path.0.first(), Some(Step::Key(map)) if DATA.contains(&map.as_str()));
        let name = name(&field.path);
        for value in [&mut field.before, &mut field.after].into_iter().flatten() {
            *value = masked_value(name, value);
            if is_data {
                blank(value);
            }
        }
    }
}

/// The maps of a Secret that hold what is secret.
const DATA: [&str; 2] = ["data", "stringData"];

/// What the value at a path is called: an item of a list by what tells it from the others.
fn name(path: &FieldPath) -> &str {
    match path.0.as_slice() {
        [.., Step::Item { label, .. }, Step::Key(key)] if key == "value" => label,
        _ => path.last_key().unwrap_or_default(),
    }
}

/// Leaves of a value what it is made of, and nothing of what it says.
fn blank(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(blank),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Null => {}
        other => *other = "…".into(),
    }
}
