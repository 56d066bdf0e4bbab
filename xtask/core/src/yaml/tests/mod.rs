//! What the YAML room promises.

mod agreement;
mod documents;
mod items;
mod positions;
mod round_trip;
mod scalars;
mod typed;
mod writing;

use serde_json::Value;

/// What `read_manifests` reads from a text of one document.
fn one(text: &str) -> Value {
    let mut documents = super::read_manifests(text)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .documents;
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0).value
}

/// Strings that some reader or writer is known to mistake.
fn hostile_strings() -> Vec<String> {
    serde_json::from_str(include_str!("../../../tests/hostile-strings.json")).unwrap()
}
