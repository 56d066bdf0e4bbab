//! Each version of an output contract against the one before it.

use super::super::{Agent, layout};
use super::nearest;
use crate::model::{Finding, PlainVersion};
use crate::prompts::breaks;
use crate::yaml::path_of_pointer;

/// Checks the contracts of an agent in the order of their versions.
pub(super) fn check(agent: &Agent, findings: &mut Vec<Finding>) {
    let mut before: Option<(PlainVersion, &serde_json::Value)> = None;
    for (version, component) in &agent.contracts {
        if let Some((earlier, contract)) = before
            && !may_break(earlier, *version)
        {
            let path = layout::contract(&agent.name, *version);
            findings.extend(breaks(contract, &component.file).into_iter().map(|change| {
                let place = path_of_pointer(&component.file, &change.place);
                let (line, column) = nearest(&component.text, &place.unwrap_or_default());
                Finding::error(
                    "breaking-contract",
                    format!("{}, compared with {earlier}", change.message),
                )
                .at(&path, line, column)
                .help(format!(
                    "make it a new major version, or take the change of `{}` back",
                    change.pointer
                ))
            }));
        }
        before = Some((*version, &component.file));
    }
}

/// Whether the step from one version to another says that readers must change: a new major, or a new minor below 1.0.0.
fn may_break(before: PlainVersion, after: PlainVersion) -> bool {
    after.major > before.major || (after.major == 0 && after.minor > before.minor)
}
