//! The schemas that everything is judged by: they can be used, and there are some for every cluster.

use super::{FleetScene, positions};
use crate::model::Finding;
use crate::schema::Catalogue;
use crate::workspace::layout;
use crate::yaml::Segment;

/// What is wrong with the schemas of a tree, and the clusters of which they know nothing.
pub fn schemas(scene: &FleetScene<'_>, catalogue: &Catalogue) -> Vec<Finding> {
    let mut found = catalogue.audit();
    // without any version, that is what is wrong, and it was said
    if catalogue.versions().next().is_none() {
        return found;
    }
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
