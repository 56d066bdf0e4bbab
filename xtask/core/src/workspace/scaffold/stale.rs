//! Pipelines that were made for other environments than the fleet has now.

use super::pipeline::CiService;
use crate::model::{FileTree, Finding};
use crate::workspace::Workspace;

/// The pipelines of a tree that offer other environments than the fleet has. What else was changed in them is their
/// owner's affair.
pub fn stale_pipelines(workspace: &Workspace, tree: &FileTree) -> Vec<Finding> {
    let names: Vec<&str> = workspace.fleet.environments.iter().map(|name| name.as_str()).collect();
    let mut findings = Vec::new();
    for service in CiService::ALL {
        for path in service.paths() {
            let Some(bytes) = tree.get(&path) else { continue };
            let text = String::from_utf8_lossy(bytes);
            let stale = offers(&text).into_iter().find(|(_, offered)| differs(offered, &names));
            findings.extend(stale.map(|(line, offered)| {
                let message = format!("it is for {}; the fleet has {}", offered.join(", "), names.join(", "));
                Finding::error("stale-pipeline", message)
                    .at(path.clone(), line, 1)
                    .help(format!("write it again: `{}`", service.replacing()))
            }));
        }
    }
    findings
}

/// Whether a list is of environments, and of others than these.
fn differs(offered: &[&str], names: &[&str]) -> bool {
    let known = offered.iter().filter(|name| names.contains(name)).count();
    known > 0 && (known < offered.len() || names.iter().any(|name| !offered.contains(name)))
}

/// The lists of names in a pipeline that may be of environments, each with its first line.
fn offers(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut lists = Vec::new();
    let mut single: Vec<(usize, &str)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let list = ["options: [", "enum: ["]
            .iter()
            .find_map(|start| line.trim_start().strip_prefix(start));
        if let Some((names, _)) = list.and_then(|list| list.split_once(']')) {
            lists.push((index + 1, names.split(',').map(str::trim).collect()));
        }
        let job = line.strip_prefix("release-").and_then(|rest| rest.strip_suffix(':'));
        let stage = line.trim_start().strip_prefix("stage('Release ");
        let stage = stage.and_then(|rest| rest.split_once("')")).map(|(name, _)| name);
        single.extend(job.or(stage).map(|name| (index + 1, name)));
    }
    if let Some((line, _)) = single.first() {
        lists.push((*line, single.iter().map(|(_, name)| *name).collect()));
    }
    lists
}
