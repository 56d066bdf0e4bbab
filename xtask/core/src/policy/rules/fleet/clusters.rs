//! The schemas that everything is judged by: there are some for every cluster.

use super::{FleetScene, positions};
use crate::model::Finding;
use crate::schema::Catalogue;
use crate::workspace::layout;
use crate::yaml::Segment;

/// The clusters that the schemas of a tree know nothing of.
pub fn clusters(scene: &FleetScene<'_>, catalogue: &Catalogue) -> Vec<Finding> {
    // without any version, that is what is wrong
    if catalogue.versions().next().is_none() {
        return catalogue.audit();
    }
    let mut found = Vec::new();
    for environment in &scene.workspace.environments {
        let Some(problem) = catalogue.unknown_version(&environment.file.cluster.version) else {
            continue;
        };
        let file = layout::environment(environment.name.as_str());
        let path = ["cluster", "version"].map(|key| Segment::Key(key.to_owned()));
        let (line, column) = positions(scene.tree, &file)
            .and_then(|positions| positions.value(&path))
            .unwrap_or_default();
        found.push(problem.finding().at(file, line, column));
    }
    found
}
