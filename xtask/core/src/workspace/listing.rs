//! The fleet's list of environments against the folders that there are.

use std::collections::BTreeSet;

use super::files::FleetFile;
use super::layout;
use super::places::{location_in, placed_at};
use crate::model::{EnvironmentName, FileTree, Finding, suggestion};
use crate::yaml::Segment;

/// What the fleet lists has a folder, and what has a folder is listed.
pub(super) fn check(tree: &FileTree, fleet: &FleetFile, findings: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    let entry = |index: usize| [Segment::Key("environments".to_owned()), Segment::Index(index)];
    let at = |finding: Finding, index: usize| placed_at(finding, tree, layout::FLEET, &entry(index));
    for (index, name) in fleet.environments.iter().enumerate() {
        if !names.insert(name.as_str()) {
            let finding = Finding::error("duplicate-environment", format!("`{name}` stands here twice"));
            let first = fleet.environments.iter().position(|other| other == name);
            let first = location_in(tree, layout::FLEET, &entry(first.unwrap_or(index)));
            findings.push(at(
                finding
                    .help("take one of them out")
                    .related(first, "it stands here too"),
                index,
            ));
        }
        let path = layout::environment(name.as_str());
        if tree.get(&path).is_none() {
            let message = format!("the fleet lists `{name}`, and there is no `{path}`");
            let finding = Finding::error("missing-environment", message);
            findings.push(at(finding, index).help(missing(tree, name, &fleet.environments[..index])));
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
    for (index, name) in fleet.environments.iter().enumerate() {
        if let Some(owner) = name.as_str().strip_suffix(layout::branch::PROPOSED)
            && names.contains(owner)
        {
            let message = format!("`{name}` is the name of the proposed branch of `{owner}`");
            let finding = Finding::error("reserved-environment", message);
            findings.push(at(finding, index).help("rename the environment"));
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
