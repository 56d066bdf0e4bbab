//! Tool manifests in themselves, and against what an environment admits.

use super::super::files::{Egress, Tool};
use super::super::{Agent, layout};
use super::{Setting, nearest, nearest_in};
use crate::model::{FileTree, Finding, Tier};
use crate::yaml::Segment;

/// Permissions and connections go together in every manifest.
pub(super) fn check(agent: &Agent, findings: &mut Vec<Finding>) {
    for (version, component) in &agent.tools {
        let path = layout::tools(&agent.name, *version);
        for tool in &component.file.tools {
            let (message, help) = match (tool.permissions.is_empty(), tool.egress.is_empty()) {
                (true, false) => (
                    format!("`{}` connects to something and has no permission", tool.name),
                    "say under `permissions:` what it may do there, or take `egress:` out",
                ),
                (false, true) => (
                    format!("`{}` has a permission and nowhere to use it", tool.name),
                    "say under `egress:` what it connects to, or take `permissions:` out",
                ),
                _ => continue,
            };
            let (line, column) = place(&component.text, tool.name.as_str());
            findings.push(
                Finding::error("uncovered-tool", message)
                    .at(&path, line, column)
                    .help(help),
            );
        }
    }
}

/// What runs in an environment against what the environment admits.
pub(super) fn check_in(setting: &Setting<'_>, tree: &FileTree, findings: &mut Vec<Finding>) {
    let Some(choice) = setting.tools.and_then(|version| setting.agent.tools.get(&version)) else {
        return;
    };
    let overrides = setting.overrides.tools.clone().unwrap_or_default();
    let mock = overrides.mock.unwrap_or_default();
    let tier = setting.environment.file.tier;
    if mock && tier > Tier::Staging {
        let (file, line, column) = setting.place(tree, "tools", "mock");
        findings.push(
            Finding::error("misplaced-mock", "mock tools answer where real users ask")
                .at(file, line, column)
                .help("mock tools run up to staging: take `mock: true` out"),
        );
    }
    if let Some(enabled) = setting.environment.values.get(&setting.agent.name).and_then(|values| {
        let tools = values.overrides.tools.as_ref()?;
        tools.enabled.as_ref()
    }) {
        let file = layout::values(&setting.environment.name, &setting.agent.name);
        for (index, name) in enabled.iter().enumerate() {
            if !choice.file.tools.iter().any(|tool| tool.name == *name) {
                let (line, column) = enabled_at(tree, &file, index);
                findings.push(
                    Finding::error("missing-tool", format!("the agent has no tool `{name}` to enable"))
                        .at(&file, line, column)
                        .help("take it out of `overrides.tools.enabled`"),
                );
            }
        }
    }
    let on = |tool: &&Tool| {
        overrides
            .enabled
            .as_ref()
            .is_none_or(|enabled| enabled.contains(&tool.name))
    };
    if let Some(limits) = setting.environment.file.model_limits.as_ref().filter(|_| !mock) {
        let file = layout::environment(setting.environment.name.as_str());
        let of = |key: &str| nearest_in(tree, &file, &["modelLimits", key]);
        for tool in choice.file.tools.iter().filter(on) {
            for permission in &tool.permissions {
                if limits
                    .forbidden_permissions
                    .iter()
                    .any(|pattern| matches(pattern, permission))
                {
                    let of_permissions = of("forbiddenPermissions");
                    findings.push(
                        Finding::error(
                            "forbidden-tool",
                            format!(
                                "`{}` has the permission `{permission}`, which is forbidden here",
                                tool.name
                            ),
                        )
                        .at(&file, of_permissions.0, of_permissions.1)
                        .help("leave the tool out of `overrides.tools.enabled`, mock it, or allow the permission"),
                    );
                }
            }
            if limits.public_egress == Some(false) && tool.egress.iter().any(leaves) {
                let of_egress = of("publicEgress");
                findings.push(
                    Finding::error(
                        "forbidden-tool",
                        format!(
                            "`{}` connects to an address outside the cluster, which is forbidden here",
                            tool.name
                        ),
                    )
                    .at(&file, of_egress.0, of_egress.1)
                    .help("leave the tool out of `overrides.tools.enabled`, or mock it"),
                );
            }
        }
    }
}

/// Where an agent's values name a tool that they enable.
fn enabled_at(tree: &FileTree, file: &str, index: usize) -> (usize, usize) {
    let keys = ["overrides", "tools", "enabled"].map(|key| Segment::Key(key.to_owned()));
    let text = tree.get(file).map(|bytes| String::from_utf8_lossy(bytes));
    text.map_or((0, 0), |text| {
        nearest(&text, &[&keys[..], &[Segment::Index(index)]].concat())
    })
}

/// Whether a connection leaves the cluster: what is opened are the addresses, where there are any.
fn leaves(egress: &Egress) -> bool {
    egress.namespace.is_none() || egress.cidr.is_some()
}

/// Whether something is forbidden that a permission stands for: a tool that may do `orders:*` may do `orders:write`.
fn matches(pattern: &str, permission: &str) -> bool {
    match (pattern.strip_suffix('*'), permission.split_once('*')) {
        (Some(pattern), Some((start, _))) => pattern.starts_with(start) || start.starts_with(pattern),
        (Some(start), None) => permission.starts_with(start),
        (None, Some((start, _))) => pattern.starts_with(start),
        (None, None) => pattern == permission,
    }
}

/// Where a tool's entry starts.
fn place(text: &str, name: &str) -> (usize, usize) {
    let found = text.lines().enumerate().find_map(|(index, line)| {
        let entry = line.trim_start().trim_start_matches("- ");
        let value = entry.strip_prefix("name:")?.trim().trim_matches(['"', '\'']);
        (value == name).then_some((index + 1, line.len() - entry.len() + 1))
    });
    found.unwrap_or((0, 0))
}
