//! Files of a unit that somebody edited on the branch, and that a release writes anew.

use super::EnvironmentInput;
use super::bundle::Bundle;
use crate::model::{Digest, Finding};

/// The files of a unit on the branch that are not what its last release wrote there.
pub(super) fn edited(input: &EnvironmentInput<'_>, bundle: &Bundle) -> Vec<Finding> {
    let Some(previous) = input.branch.units.get(&bundle.unit) else {
        return Vec::new();
    };
    let files = previous
        .inventory()
        .map(|inventory| inventory.files)
        .unwrap_or_default();
    let is_other = |(path, digest): &(&String, &Digest)| {
        let there = previous.file(&bundle.unit, path);
        there.is_some_and(|bytes| Digest::of(bytes) != **digest)
    };
    let edited = files.iter().filter(is_other);
    let environment = input.environment.name.as_str();
    let found = edited.map(|(path, _)| {
        let message = format!("somebody edited `{path}` on the branch since its release, and it is written anew");
        Finding::warning("changed-record", message)
            .in_file(format!("environment branch of {environment}:{path}"))
            .unit(environment, &bundle.unit)
            .help("see who it was with `git log` of the branch, and make the change where the file is rendered from")
    });
    found.collect()
}
