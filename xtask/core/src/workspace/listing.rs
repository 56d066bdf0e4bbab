//! The fleet's list of environments against the folders that there are.

use std::collections::BTreeSet;

use super::files::FleetFile;
use super::layout;
use crate::model::{EnvironmentName, FileTree, Finding, suggestion};

/// What the fleet lists has a folder, and what has a folder is listed.
pub(super) fn check(tree: &FileTree, fleet: &FleetFile, findings: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    for (index, name) in fleet.environments.iter().enumerate() {
        if !names.insert(name.as_str()) {
            findings.push(
                Finding::error("duplicate-environment", format!("`{name}` stands here twice")).in_file(layout::FLEET),
            );
        }
        let path = layout::environment(name.as_str());
        if tree.get(&path).is_none() {
            findings.push(
                Finding::error(
                    "missing-environment",
                    format!("the fleet lists `{name}`, and there is no `{path}`"),
                )
                .in_file(layout::FLEET)
                .help(missing(tree, name, &fleet.environments[..index])),
            );
        }
    }
    for folder in tree.folders(layout::ENVIRONMENTS) {
        if folder == "blueprints" || names.contains(folder) {
            continue;
        }
        let finding = Finding::warning("unlisted-environment", format!("the fleet does not list `{folder}`"))
            .in_file(format!("{}/{folder}", layout::ENVIRONMENTS));
        findings.push(match suggestion(folder, names.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("add it to `environments:` in `{}`", layout::FLEET)),
        });
    }
    for name in &names {
        if names.contains(format!("{name}{}", layout::branch::PROPOSED).as_str()) {
            findings.push(
                Finding::error(
                    "reserved-environment",
                    format!("`{name}-next` is the name of the proposed branch of `{name}`"),
                )
                .in_file(layout::FLEET)
                .help("rename the environment"),
            );
        }
    }
}

/// What to do about an environment that is listed and has no file; `before` are those that are listed before it.
fn missing(tree: &FileTree, name: &EnvironmentName, before: &[EnvironmentName]) -> String {
    let has_file =
        |other: &&EnvironmentName| *other != name && tree.get(&layout::environment(other.as_str())).is_some();
    match before.iter().rfind(has_file) {
        Some(before) => format!(
            "write it; or take it out of the list, and `cargo xtask new environment {name} --after {before}` writes both"
        ),
        None => "write it, or take it out of the list".to_owned(),
    }
}
