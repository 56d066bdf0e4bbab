//! What several definitions become together: those of one kind must say the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Imported;
use crate::model::{Finding, Location};
use crate::schema::custom::ABOUT;

/// Where a kind was defined, and which of the files are its own.
#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub(super) location: Location,
    pub(super) paths: BTreeSet<String>,
}

impl Imported {
    /// Takes what other definitions become along; one that defines a kind in another way is a finding.
    pub fn join(&mut self, other: Imported) {
        self.findings.extend(other.findings.iter().cloned());
        for ((group, kind), defined) in &other.defined {
            let key = (group.clone(), kind.clone());
            let Some(first) = self.defined.get(&key) else {
                self.defined.insert(key, defined.clone());
                continue;
            };
            let is_same = |path: &String| match (self.files.get(path), other.files.get(path)) {
                (Some(one), Some(another)) => one == another || meaning(one) == meaning(another),
                _ => false,
            };
            if first.paths == defined.paths && defined.paths.iter().all(is_same) {
                continue;
            }
            let Location { file, line, column } = &defined.location;
            let message = format!("`{kind}` of `{group}` is defined a second time, and in another way");
            let finding = Finding::error("invalid-definition", message).at(file.clone(), *line, *column);
            let finding = finding.help("name the definition alone that your cluster has");
            self.findings
                .push(finding.related(first.location.clone(), "the other definition"));
        }
        for (path, text) in other.files {
            self.files.entry(path).or_insert(text);
        }
        self.outdated.extend(other.outdated);
        self.outdated.retain(|path| !self.files.contains_key(path));
    }
}

/// What a schema says, wherever it was read.
fn meaning(text: &str) -> Option<Value> {
    let mut schema: Value = serde_json::from_str(text).ok()?;
    let about = schema.get_mut(ABOUT)?.as_object_mut()?;
    about.retain(|key, _| key != "origin" && key != "sha256");
    Some(schema)
}
