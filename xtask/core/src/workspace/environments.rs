//! The environments of a tree: each with what stands in its folder, and what there is and cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use super::files::FleetFile;
use super::layout::{self, Place};
use super::load::Parsed;
use super::unread::{self, UnreadEnvironment};
use super::{Environment, listing};
use crate::model::{AgentName, EnvironmentName, FileTree, Finding};

/// The environments that the fleet lists and whose own files can be read, in its order, and what is known of the others.
pub(super) fn listed(
    tree: &FileTree,
    fleet: &FleetFile,
    parsed: Vec<(String, Parsed)>,
    mut released: BTreeMap<EnvironmentName, BTreeSet<AgentName>>,
    findings: &mut Vec<Finding>,
) -> (Vec<Environment>, BTreeMap<EnvironmentName, UnreadEnvironment>) {
    let mut found: BTreeMap<String, Environment> = BTreeMap::new();
    let mut rest = Vec::new();
    for (folder, parsed) in parsed {
        match parsed {
            Parsed::Environment(file) => {
                let Ok(name) = EnvironmentName::new(&folder) else {
                    continue;
                };
                let (values, releases, unread, holds) = Default::default();
                found.insert(
                    folder,
                    Environment {
                        elsewhere: released.remove(&name).unwrap_or_default(),
                        name,
                        file: *file,
                        values,
                        releases,
                        unread,
                        holds,
                    },
                );
            }
            other => rest.push((folder, other)),
        }
    }
    for (folder, parsed) in rest {
        let Some(environment) = found.get_mut(&folder) else {
            continue;
        };
        match parsed {
            Parsed::Values(agent, values) => {
                environment.values.insert(agent, values);
            }
            Parsed::Release(agent, release) => {
                environment.releases.insert(agent, *release);
            }
            Parsed::Hold(agent, hold) => {
                environment.holds.insert(agent, hold);
            }
            _ => {}
        }
    }
    let mut files: BTreeMap<String, BTreeSet<AgentName>> = BTreeMap::new();
    for (folder, agent) in release_files(tree) {
        files.entry(folder.to_owned()).or_default().insert(agent.clone());
        if let Some(environment) = found.get_mut(folder)
            && !environment.releases.contains_key(&agent)
        {
            environment.unread.insert(agent);
        }
    }
    listing::check(tree, fleet, findings);
    let names = fleet.environments.iter();
    let read: Vec<Environment> = names.filter_map(|name| found.remove(name.as_str())).collect();
    let unread = unread::environments(tree, fleet, &read, &files);
    (read, unread)
}

/// Every release file that a tree has, by environment and agent, whatever is in it and even where its name ends wrongly.
fn release_files(tree: &FileTree) -> impl Iterator<Item = (&str, AgentName)> {
    let paths = tree.entries().map(|(path, _)| layout::place(path));
    paths.filter_map(|place| match place {
        Place::Release(environment, agent) | Place::Misnamed(environment, layout::RELEASES, agent) => {
            Some((environment, AgentName::new(agent).ok()?))
        }
        _ => None,
    })
}
