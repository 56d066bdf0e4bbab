//! What a contract admits that it did not: no break for who only reads, and one for who validates by the old contract.

use serde_json::{Map, Value};

use super::limits::bounds;
use super::shown;

/// Keywords whose values are data, not schemas.
const DATA: &[&str] = &["const", "default", "enum", "examples", "required"];

/// Where a contract that breaks nobody admits more than before, in a few words each.
pub fn wider(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(before, after, "", &mut found);
    found
}

/// What breaks nobody has the same shape on both sides, so that one walk is enough.
fn compare(before: &Value, after: &Value, pointer: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            // what the way back tightens, the way forth loosens
            let looser = bounds(new, old).into_iter().map(|bound| bound.back);
            found.extend(looser.map(|message| message.replace("{}", &shown(pointer))));
            found.extend(fields(old, new, pointer));
            let both = old.iter().filter_map(|(key, was)| Some((key, was, new.get(key)?)));
            for (key, was, is) in both.filter(|(key, ..)| !DATA.contains(&key.as_str())) {
                compare(was, is, &format!("{pointer}/{key}"), found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (was, is)) in old.iter().zip(new).enumerate() {
                compare(was, is, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// New fields where no others were allowed.
fn fields(old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) -> Vec<String> {
    if old.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Vec::new();
    }
    let had = old.get("properties").and_then(Value::as_object);
    let has = new.get("properties").and_then(Value::as_object);
    let names = has.into_iter().flatten().map(|(name, _)| name);
    let fresh = names.filter(|name| had.is_none_or(|had| !had.contains_key(*name)));
    let mut told: Vec<String> = fresh
        .map(|name| format!("`{}` is a new field", shown(&format!("{pointer}/{name}"))))
        .collect();
    if new.get("additionalProperties") != Some(&Value::Bool(false)) {
        told.push(format!("`{}` may have other fields now", shown(pointer)));
    }
    told
}
