//! Texts of imported objects that still name the namespace that the objects came from.

use std::collections::{BTreeMap, BTreeSet};

use super::Renamed;
use crate::model::{AgentName, Finding};
use crate::workspace::layout;
use crate::workspace::scaffold::Plan;

const HELP: &str = "in a template write `{{ environment.namespace }}`, or set a value in each environment; leave it where it means what \
                    stays there";

/// What the files of an import say of namespaces that have another name now: an address such as `api.old.svc`, or a text that
/// is nothing but the name, unless the agent is called so too. It may be meant, so it stays, and is told.
pub fn former_namespaces(agent: &AgentName, plan: &Plan, renamed: &[Renamed]) -> Vec<Finding> {
    let mut moved: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for name in renamed.iter().filter(|name| name.what == "namespace") {
        let now = format!("`{}` in {}", name.after, name.environment);
        moved.entry(&name.before).or_default().insert(now);
    }
    let mut findings = Vec::new();
    for (old, now) in moved {
        let now: Vec<String> = now.into_iter().collect();
        let message = format!("this names the namespace `{old}`, which is {} now", now.join(", "));
        let find = |line: &str| in_address(line, old).or_else(|| as_value(line, old).filter(|_| old != agent.as_str()));
        let own = plan.iter().filter(|(path, _)| **path != layout::agent(agent.as_str()));
        let lines = own.flat_map(|(path, text)| {
            text.lines()
                .enumerate()
                .map(move |(number, line)| (path, number + 1, line))
        });
        for (path, number, line) in lines.filter(|(.., line)| !line.trim_start().starts_with('#')) {
            let column = find(line).map(|at| line[..at].chars().count() + 1);
            let finding = |column| {
                Finding::warning("former-namespace", &message)
                    .at(path, number, column)
                    .help(HELP)
            };
            findings.extend(column.map(finding));
        }
    }
    findings
}

/// Where a line has an address in a namespace: its name behind a dot.
fn in_address(line: &str, namespace: &str) -> Option<usize> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut found = line.match_indices(namespace).map(|(at, _)| at);
    found.find(|at| {
        let host = line[..*at].strip_suffix('.');
        host.is_some_and(|host| host.ends_with(is_of_name)) && !line[at + namespace.len()..].starts_with(is_of_name)
    })
}

/// Where a line has a namespace's name as the whole of a value.
fn as_value(line: &str, namespace: &str) -> Option<usize> {
    let value = line.trim_start().trim_start_matches("- ");
    let value = value.split_once(": ").map_or(value, |(_, value)| value);
    (value.trim().trim_matches(['"', '\'']) == namespace).then(|| line.rfind(namespace).unwrap_or_default())
}
