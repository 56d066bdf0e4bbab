//! Texts of imported objects that still name the namespace that the objects came from.

use std::collections::{BTreeMap, BTreeSet};

use super::Renamed;
use crate::model::{AgentName, Finding};
use crate::workspace::layout;
use crate::workspace::scaffold::Plan;

const HELP: &str = "in a template write `{{ environment.namespace }}`, or set a value in each environment; leave it where it means what \
                    stays there";

/// What the files of an import say of namespaces that have another name now: an address such as `api.old.svc`, a flag such
/// as `--namespace=old`, or the name alone where a namespace stands. It may be meant, so it stays, and is told. What is only
/// called like the namespace is not.
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
        let own = plan.iter().filter(|(path, _)| **path != layout::agent(agent.as_str()));
        for (path, text) in own {
            let lines: Vec<&str> = text.lines().collect();
            findings.extend((0..lines.len()).filter_map(|at| {
                let line = lines[at];
                let found = in_address(line, old).or_else(|| in_flag(line, old));
                let found = found.or_else(|| as_value(&lines[..=at], old));
                let found = found.filter(|_| !line.trim_start().starts_with('#'))?;
                let column = line[..found].chars().count() + 1;
                let finding = Finding::warning("former-namespace", &message).at(path, at + 1, column);
                Some(finding.help(HELP))
            }));
        }
    }
    findings
}

/// Where a line has an address in a namespace: its name behind a dot.
fn in_address(line: &str, namespace: &str) -> Option<usize> {
    let mut found = line.match_indices(namespace).map(|(at, _)| at);
    found.find(|at| {
        let host = line[..*at].strip_suffix('.');
        host.is_some_and(|host| host.ends_with(is_of_name)) && !line[at + namespace.len()..].starts_with(is_of_name)
    })
}

/// Where a line gives a program the namespace: behind `namespace=` or `--namespace `.
fn in_flag(line: &str, namespace: &str) -> Option<usize> {
    let mut found = line.match_indices(namespace).map(|(at, _)| at);
    found.find(|at| {
        let flag = line[..*at].to_ascii_lowercase();
        let flag = flag.strip_suffix('=').or_else(|| flag.strip_suffix(' '));
        let is_flag =
            flag.is_some_and(|flag| flag.ends_with("namespace") && (line[..*at].ends_with('=') || flag.contains("--")));
        is_flag && !line[at + namespace.len()..].starts_with(|c| is_of_name(c) || c == '.')
    })
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Where the last of these lines has a namespace's name as the whole of a value, and what stands there is a namespace: by
/// its key, by the name of the variable whose value it is, or by the list that it is in.
fn as_value(lines: &[&str], namespace: &str) -> Option<usize> {
    let (line, above) = lines.split_last()?;
    let entry = line.trim_start().trim_start_matches("- ");
    let (key, value) = match entry.split_once(": ") {
        Some((key, value)) => (Some(key), value),
        None => (None, entry),
    };
    if value.trim().trim_matches(['"', '\'']) != namespace {
        return None;
    }
    let names =
        |text: &str| text.to_ascii_lowercase().contains("namespace") || text.contains("kubernetes.io/metadata.name");
    let is_meant = match key {
        Some("value") => above.last().is_some_and(|before| names(before)),
        Some(key) => names(key),
        None => {
            let mut above = above.iter().rev().filter(|line| !line.trim_start().starts_with("{%"));
            let list = above.find(|before| before.trim_end().ends_with(':') && depth(before) <= depth(line));
            // the flag stands before its value, the label of a selector little further up
            let near = match list.map(|list| list.trim().trim_start_matches("- ")) {
                Some("args:" | "command:") => 1,
                Some("values:" | "matchNames:") => 4,
                _ => 0,
            };
            list.is_some_and(|list| names(list)) || lines.iter().rev().skip(1).take(near).any(|before| names(before))
        }
    };
    is_meant.then(|| line.rfind(namespace).unwrap_or_default())
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
