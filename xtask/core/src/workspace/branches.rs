//! The branches that people work on: whether the fleet file's map of them names what is there.

use super::files::FleetFile;
use super::layout;
use crate::model::{FileTree, Finding, suggestion};
use crate::yaml::{Positions, Segment};

/// Entries that release to environments that the fleet does not have.
pub(super) fn findings(tree: &FileTree, fleet: &FleetFile) -> Vec<Finding> {
    let text = tree.get(layout::FLEET).map(|bytes| String::from_utf8_lossy(bytes));
    let positions = text.and_then(|text| Positions::of(&text).ok());
    let mut findings = Vec::new();
    for (index, branch) in fleet.branches.iter().enumerate() {
        for (place, name) in branch.releases.iter().enumerate() {
            if fleet.environments.contains(name) {
                continue;
            }
            let path = [
                Segment::Key("branches".to_owned()),
                Segment::Index(index),
                Segment::Key("releases".to_owned()),
                Segment::Index(place),
            ];
            let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&path));
            let known = fleet.environments.iter().map(|environment| environment.as_str());
            let help = match suggestion(name.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one of `environments:`, or add it there".to_owned(),
            };
            findings.push(
                Finding::error(
                    "unlisted-environment",
                    format!("`{}` releases to `{name}`, which the fleet does not list", branch.name),
                )
                .at(layout::FLEET, line, column)
                .help(help),
            );
        }
    }
    findings
}
