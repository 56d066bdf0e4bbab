//! Secrets in the files of agents, environments and templates.

use super::FleetScene;
use crate::model::Finding;
use crate::secrets::scan;
use crate::workspace::layout::{self, Place};

/// Files that the tool writes and that hold digests only.
fn is_written(path: &str) -> bool {
    matches!(layout::place(path), Place::Release(..) | Place::PinnedBlueprint(..))
}

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let roots = layout::ROOTS.iter().flat_map(|root| scene.tree.below(root));
    let mut found = Vec::new();
    for (path, bytes) in roots.filter(|(path, _)| !is_written(path)) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        for hit in scan(text) {
            let before = &text[..hit.start];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let finding = Finding::error("leaked-secret", format!("this looks like {}", hit.kind));
            let help = "revoke it, take it out, and name a Secret that something outside of git makes";
            found.push(finding.at(path, line, column).help(help).secret());
        }
    }
    found
}
