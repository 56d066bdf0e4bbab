//! The page of environments: where agents run, what is allowed there, who may do what, and what calls what.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cell;
use crate::workspace::files::{EnvironmentFile, Follows, SyncWindow};
use crate::workspace::{Environment, Workspace};

/// The page, without the line that says where it comes from.
pub(super) fn page(workspace: &Workspace) -> String {
    let fleet = &workspace.fleet;
    let mut text = "# Environments

Where the agents of this fleet run, in the order of promotion. Each has a branch that Lockstep alone writes and Argo CD reads; what
a release changes there, and which version runs, is on that branch and in `cargo xtask status`. Written from
`environments/` and `agents/`, so it is as old as they are.

| environment | what for | tier | runs | cluster | Kubernetes | namespace | branch |
|---|---|---|---|---|---|---|---|
"
    .to_owned();
    for environment in &workspace.environments {
        let file = &environment.file;
        text += &format!(
            "| [{name}](#{name}) | {} | {} | {} | {} | {} | {} | `{}` |\n",
            cell(&file.description),
            word(&file.tier),
            match file.follows {
                Follows::Candidate => "the candidate of each agent",
                Follows::Releases => "what was promoted",
            },
            cell(&file.cluster.name),
            cell(&file.cluster.version),
            namespace(file),
            workspace.branch(&environment.name),
            name = environment.name,
        );
    }
    text += &format!(
        "
The repository is {}, and people edit its branch `{}`. A canary's share of the traffic goes up in these steps, unless an agent's
values say otherwise: {} percent.
",
        cell(&fleet.delivery.repo_url),
        fleet.delivery.dry_branch,
        fleet.gray_steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    );
    text += &branches(workspace);
    for environment in &workspace.environments {
        text += &section(workspace, environment);
    }
    text + &agents(workspace)
}

/// Which branches are released where.
fn branches(workspace: &Workspace) -> String {
    if workspace.fleet.branches.is_empty() {
        return String::new();
    }
    let mut text = "\n## Branches\n\n| branch | its commits may be released to |\n|---|---|\n".to_owned();
    for branch in &workspace.fleet.branches {
        let names: Vec<&str> = branch.releases.iter().map(|name| name.as_str()).collect();
        let names = if names.is_empty() {
            "nowhere".to_owned()
        } else {
            names.join(", ")
        };
        text += &format!("| `{}` | {names} |\n", branch.name);
    }
    text
}

/// What one environment is and allows.
fn section(workspace: &Workspace, environment: &Environment) -> String {
    let file = &environment.file;
    let region = match file.cluster.region.as_str() {
        "" => String::new(),
        region => format!(", {}", cell(region)),
    };
    let cluster = format!("{} at `{}`{region}", cell(&file.cluster.name), file.cluster.server);
    let mut rows = vec![("cluster", cluster)];
    rows.extend(file.quota.as_ref().map(|quota| ("quota of all agents", fields(quota))));
    rows.extend(
        file.limit_range
            .as_ref()
            .map(|limits| ("limits of a container", fields(limits))),
    );
    rows.extend(
        file.model_limits
            .as_ref()
            .map(|limits| ("limits of models and tools", fields(limits))),
    );
    let overrides = fields(&file.overrides);
    rows.extend((!overrides.is_empty()).then_some(("replaced in every tuple", overrides)));
    let running: Vec<&str> = workspace
        .agents_in(environment)
        .map(|agent| agent.name.as_str())
        .collect();
    rows.push(("agents", format!("{}: {}", running.len(), running.join(", "))));
    let mut text = format!(
        "\n## {}\n\n{}\n\n| | |\n|---|---|\n",
        environment.name, file.description
    );
    for (name, value) in rows {
        text += &format!("| {name} | {value} |\n");
    }
    if !file.sync_windows.is_empty() {
        text += "\n| syncs | from | for | time zone | by hand |\n|---|---|---|---|---|\n";
        text.extend(file.sync_windows.iter().map(window));
    }
    if !file.roles.is_empty() {
        text += "\n| role in Argo CD | what for | groups | may |\n|---|---|---|---|\n";
        for role in &file.roles {
            text += &format!(
                "| {} | {} | {} | {} |\n",
                cell(&role.name),
                cell(&role.description),
                cell(&role.groups.join(", ")),
                cell(&role.actions.join(", "))
            );
        }
    }
    text
}

fn window(window: &SyncWindow) -> String {
    format!(
        "| {} | `{}` | {} | {} | {} |\n",
        word(&window.kind),
        window.schedule,
        window.duration,
        window.time_zone,
        if window.manual_sync { "yes" } else { "no" }
    )
}

/// What calls what: the architecture of the fleet.
fn agents(workspace: &Workspace) -> String {
    let mut callers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for agent in workspace.agents.values() {
        for dependency in &agent.file.dependencies {
            callers
                .entry(dependency.name.as_str())
                .or_default()
                .push(agent.name.as_str());
        }
    }
    let mut text = "
## Agents

What calls what. Who answers for an agent, and what to do when it breaks, is in [its runbook](../runbooks).

| agent | team | criticality | calls | is called by |
|---|---|---|---|---|
"
    .to_owned();
    for agent in workspace.agents.values() {
        let calls: Vec<&str> = agent
            .file
            .dependencies
            .iter()
            .map(|other| other.name.as_str())
            .collect();
        let called = callers.get(agent.name.as_str()).map(|names| names.join(", "));
        text += &format!(
            "| [{name}](../runbooks/{name}.md) | {} | {} | {} | {} |\n",
            cell(&agent.file.owner.team),
            word(&agent.file.criticality),
            cell(&calls.join(", ")),
            called.unwrap_or_default(),
            name = agent.name,
        );
    }
    text
}

fn namespace(file: &EnvironmentFile) -> String {
    match file.suffix.as_str() {
        "" => file.namespace.clone(),
        suffix => format!("{}, names end in `{suffix}`", file.namespace),
    }
}

/// A word of a file, as it is written there.
pub(super) fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The keys of a part of a file with what they say.
fn fields(part: &impl Serialize) -> String {
    let value = serde_json::to_value(part).unwrap_or_default();
    let entries = value.as_object().into_iter().flatten();
    let one = |(key, value): (&String, &serde_json::Value)| match value.as_str() {
        Some(text) => format!("{key} {text}"),
        None => format!(
            "{key} {}",
            value.to_string().replace('"', "").replace(',', ", ").replace(':', " ")
        ),
    };
    cell(&entries.map(one).collect::<Vec<_>>().join("; "))
}
