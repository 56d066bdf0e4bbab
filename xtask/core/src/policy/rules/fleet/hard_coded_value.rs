//! Templates take from values what differs between environments.

use super::FleetScene;
use crate::model::{Finding, Rule};
use crate::workspace::{fixed_values, layout};

pub(super) const RULE: Rule = Rule::new(
    "hard-coded-value",
    "a template fixes what must differ between environments, so no values file can change it",
    "take it from `values`, `agent` or `environment`",
)
.example("replicas: 3", "replicas: {{ values.replicas }}");

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let templates = scene
        .tree
        .below(layout::TEMPLATES)
        .filter(|(path, _)| path.ends_with(".tera"));
    for (path, bytes) in templates {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        for fixed in fixed_values(text) {
            let message = format!("the template fixes `{}` at `{}`", fixed.key, fixed.value);
            let finding = Finding::error("hard-coded-value", message).at(path, fixed.line, fixed.column);
            found.push(finding.help("take it from `values`, `agent` or `environment`"));
        }
    }
    found
}
