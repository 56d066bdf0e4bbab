//! Objects that two units of one cluster both have: whoever syncs last wins, and either prunes the other's.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::rules::environment::UnitProblem;
use crate::model::{Finding, ObjectId, Problem};
use crate::render::RenderedUnit;
use crate::workspace::{Environment, Workspace};

const RULE: &str = "shared-object";
const HELP: &str = "give the environments different namespaces or suffixes, or one of the objects another name";

/// What is wrong with an object of `own`, which `other` has too.
pub fn shared_object(object: &ObjectId, other: &str, own: &str) -> Problem {
    let message = format!("`{object}` is in `{other}` and in `{own}`");
    Problem::error("shared-object", "/metadata/name", message).help(HELP)
}

/// What is wrong, in either of two units; Argo CD's objects all live in its own cluster.
pub(super) fn shared<'a>(workspace: &'a Workspace, units: &'a [RenderedUnit]) -> Vec<(&'a Environment, UnitProblem)> {
    let mut owned: Vec<(&str, &ObjectId, usize)> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let Some(environment) = workspace.environment(unit.environment.as_str()) else {
            continue;
        };
        let server = environment.file.cluster.server.as_str();
        owned.extend(
            unit.rendered
                .objects
                .iter()
                .map(|manifest| (server, &manifest.id, index)),
        );
        let argocd = unit.rendered.argocd.values().flatten();
        owned.extend(argocd.map(|manifest| ("", &manifest.id, index)));
    }
    owned.par_sort_unstable();
    let mut found = Vec::new();
    for pair in owned.windows(2) {
        let [(server, id, first), (other, twin, second)] = *pair else {
            continue;
        };
        if (server, id) != (other, twin) || first == second {
            continue;
        }
        let (first, second) = (&units[first], &units[second]);
        let name = |unit: &RenderedUnit| format!("{}/{}", unit.environment, unit.unit);
        for unit in [first, second] {
            let problem = UnitProblem {
                unit: unit.unit.clone(),
                object: id.clone(),
                problem: shared_object(id, &name(first), &name(second)),
            };
            let environment = workspace.environment(unit.environment.as_str());
            found.extend(environment.map(|environment| (environment, problem)));
        }
    }
    found
}

/// Leaves a shared object to the later of its two units, where findings are about both.
pub fn told_once(findings: &mut Vec<Finding>) {
    let mut last: BTreeMap<String, Option<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.rule == RULE) {
        let unit = last.entry(finding.message.clone()).or_default();
        *unit = unit.take().max(finding.unit.clone());
    }
    findings.retain(|finding| finding.rule != RULE || last[&finding.message] == finding.unit);
}
