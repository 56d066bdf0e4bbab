//! Secrets in what is rendered: manifests stand in git for everyone who may read it.

use serde_json::Value;

use super::{Found, UnitScene};
use crate::model::{Path, Problem, Rule, escaped};
use crate::schema::overlay::{field, text};
use crate::secrets::{of_value, scan};

pub(in crate::policy::rules) const RULE: Rule = Rule::new(
    "leaked-secret",
    "something looks like a secret in files that everyone with access to the repository can read, now and in its history",
    "revoke it, take it out, and name a Secret that something outside of git makes",
)
.example(
    "env: { DATABASE_PASSWORD: hunter2-9f3b }",
    "secrets:\n  - { env: DATABASE_PASSWORD, secret: database, key: password }",
);

/// Maps whose values are made for machines: digests, certificates of the public kind.
const SKIPPED: [&str; 2] = ["caBundle", "managedFields"];

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, manifest) in scene.own() {
        let mut leaks = Vec::new();
        if manifest.id.kind == "Secret" && manifest.id.group.is_empty() {
            leaks.extend(data(&manifest.object));
        } else {
            walk(&manifest.object, &Path::Root, &mut leaks);
        }
        found.extend(leaks.into_iter().map(|problem| (index, problem)));
    }
    found
}

/// What a Secret holds is a secret, whatever it looks like.
fn data(secret: &Value) -> Vec<Problem> {
    let maps = ["data", "stringData"].into_iter();
    let entries = maps.flat_map(|map| {
        let entries = field(secret, map).and_then(Value::as_object).into_iter().flatten();
        entries.map(move |(key, value)| (map, key, value))
    });
    entries
        .filter(|(_, _, value)| value.as_str().is_some_and(|value| !value.is_empty()))
        .map(|(map, key, _)| {
            let message = format!("the Secret holds `{key}` in plain sight: base64 hides nothing");
            let pointer = format!("/{map}/{}", escaped(key));
            Problem::error("leaked-secret", pointer, message).secret()
        })
        .collect()
}

fn walk(value: &Value, place: &Path<'_>, leaks: &mut Vec<Problem>) {
    match value {
        Value::Object(map) => {
            let named = text(value, "value").and_then(|given| of_value(text(value, "name")?, given));
            leaks.extend(named.map(|kind| problem(&Path::Key(place, "value"), kind)));
            for (key, value) in map.iter().filter(|(key, _)| !SKIPPED.contains(&key.as_str())) {
                let place = Path::Key(place, key);
                match value {
                    // one line is a value of its key; several are a file
                    Value::String(text) if !text.contains('\n') && key != "value" => {
                        leaks.extend(of_value(key, text).map(|kind| problem(&place, kind)));
                    }
                    value => walk(value, &place, leaks),
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &Path::Index(place, at), leaks);
            }
        }
        Value::String(text) if text.contains('\n') => {
            leaks.extend(scan(text).first().map(|hit| problem(place, hit.kind)));
        }
        Value::String(text) => leaks.extend(of_value("", text).map(|kind| problem(place, kind))),
        _ => {}
    }
}

fn problem(place: &Path<'_>, kind: &str) -> Problem {
    // the value itself is never shown: reports are read by more people than the repository
    let message = format!("this looks like {kind}");
    Problem::error("leaked-secret", place.pointer(), message)
        .help("revoke it, take it out, and name a Secret instead")
        .secret()
}
