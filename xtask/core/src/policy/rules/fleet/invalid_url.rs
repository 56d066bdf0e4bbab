//! Addresses among the values of agents and environments that nothing can be reached under.

use super::FleetScene;
use crate::model::{Finding, impossible_port};
use crate::workspace::layout::{self, Place};

/// What holds values; cases and prompts may say whatever a user may say.
fn has_values(path: &str) -> bool {
    matches!(
        layout::place(path),
        Place::Agent(_) | Place::Environment(_) | Place::Values(..) | Place::Blueprint(..)
    ) && path.ends_with(".yaml")
}

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let roots = layout::ROOTS.iter().flat_map(|root| scene.tree.below(root));
    let mut found = Vec::new();
    for (path, bytes) in roots.filter(|(path, _)| has_values(path)) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        for (number, line) in text.lines().enumerate() {
            let value = line
                .split(" #")
                .next()
                .filter(|value| !value.trim_start().starts_with('#'));
            let Some(port) = value.and_then(impossible_port) else {
                continue;
            };
            let column = line
                .find(&format!(":{port}"))
                .map_or(0, |at| line[..at].chars().count() + 1);
            let message = format!("no address has the port {port}");
            let finding = Finding::error("invalid-url", message).at(path, number + 1, column + 1);
            found.push(finding.help("ports go from 1 to 65535"));
        }
    }
    found
}
