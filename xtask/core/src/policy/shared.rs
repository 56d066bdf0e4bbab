//! Objects that two units of one cluster both have: whoever syncs last wins, and either prunes the other's.

use rayon::prelude::*;

use super::rules::environment::UnitProblem;
use crate::model::{ObjectId, Problem};
use crate::render::RenderedUnit;
use crate::workspace::{Environment, Workspace};

const HELP: &str = "give the environments different namespaces or suffixes, or one of the objects another name";

/// What is wrong, in the later of two units; Argo CD's objects all live in its own cluster.
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
        let message = format!(
            "`{id}` is in `{}/{}` and in `{}/{}`",
            first.environment, first.unit, second.environment, second.unit
        );
        let problem = UnitProblem {
            unit: second.unit.clone(),
            object: id.clone(),
            problem: Problem::error("shared-object", "/metadata/name", message).help(HELP),
        };
        found.extend(
            workspace
                .environment(second.environment.as_str())
                .map(|environment| (environment, problem)),
        );
    }
    found
}
