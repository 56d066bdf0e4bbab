//! Rules over the files of the fleet: each finding has its line.

mod clusters;
mod dockerfile;
mod hard_coded_value;
mod invalid_schema;
mod invalid_url;
mod leaked_secret;
mod monotonic;

use rayon::prelude::*;

use crate::model::{AgentName, FileTree, Finding, Rule};
use crate::workspace::{Environment, Workspace, layout};
use crate::yaml::{Positions, Segment};
pub use clusters::clusters;
pub use leaked_secret::may_leak;

/// What a rule of the fleet sees.
#[derive(Clone, Copy)]
pub struct FleetScene<'a> {
    /// The files, read.
    pub workspace: &'a Workspace,
    /// The files.
    pub tree: &'a FileTree,
}

/// A rule of the fleet.
type Check = fn(&FleetScene<'_>) -> Vec<Finding>;

/// Every check of the fleet.
const CHECKS: &[Check] = &[
    dockerfile::check,
    hard_coded_value::check,
    invalid_schema::check,
    invalid_url::check,
    leaked_secret::check,
    monotonic::check,
];

/// The rules of the fleet, by id; `leaked-secret` is a rule of units, too, and stands there.
pub const RULES: &[Rule] = &[
    dockerfile::EMPTY,
    hard_coded_value::RULE,
    dockerfile::HEALTH,
    invalid_schema::RULE,
    monotonic::RULE,
    dockerfile::ROOT,
    dockerfile::STAGES,
];

/// What the rules find in the files, by place.
pub fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let found = CHECKS.par_iter().flat_map_iter(|check| check(scene));
    let mut found: Vec<Finding> = found.collect();
    found.sort();
    found.dedup();
    found
}

/// Where an environment overrides something of an agent.
struct Overridden {
    file: String,
    line: usize,
    column: usize,
}

impl FleetScene<'_> {
    /// Where an environment overrides something (keys below `overrides:`) for an agent, if it does: in the agent's own
    /// file there, or for all.
    fn overridden(&self, environment: &Environment, agent: &AgentName, keys: &[&str]) -> Option<Overridden> {
        let own = layout::values(&environment.name, agent);
        let all = layout::environment(environment.name.as_str());
        let path: Vec<Segment> = ["overrides"]
            .iter()
            .chain(keys)
            .map(|key| Segment::Key((*key).to_owned()))
            .collect();
        [own, all].into_iter().find_map(|file| {
            let (line, column) = positions(self.tree, &file)?.value(&path)?;
            Some(Overridden { file, line, column })
        })
    }
}

fn positions(tree: &FileTree, file: &str) -> Option<Positions> {
    Positions::of(std::str::from_utf8(tree.get(file)?).ok()?).ok()
}
