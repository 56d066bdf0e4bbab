//! The page of monitoring: who is watched where, by whom, and from which number on somebody is called.

use serde_json::Value;

use super::cell;
use super::environments::word;
use crate::values;
use crate::workspace::{Agent, Environment, Workspace};

/// Limits of the alerts, as values name them, and their columns.
const LIMITS: [(&str, &str); 5] = [
    ("errorPercent", "errors above, %"),
    ("responseSeconds", "answer slower than, s"),
    ("cpuPercent", "processor above, %"),
    ("memoryPercent", "memory above, %"),
    ("rollbacksPerHour", "rollbacks an hour above"),
];

/// The page, without the line that says where it comes from.
pub(super) fn page(workspace: &Workspace) -> String {
    let mut text = "# Monitoring

What watches the agents of this fleet, and when somebody is called. Written from values and objectives, so it is as old as they
are. Each unit that is watched has among its objects a ServiceMonitor, a PrometheusRule with records and alerts, a dashboard in
a ConfigMap, a Probe for each dependency, and where a Rollout goes step by step AnalysisTemplates that stop it:

```text
git show environment/<environment>:apps/<agent>/manifest.yaml
```

Which metrics these read, and who exports them, is listed in [METRICS.md](../../templates/METRICS.md); an alert may use no other.
A number is changed in the values of the fleet, an environment or an agent, and reaches Prometheus with the next release:

```text
cargo xtask explain values <agent> monitoring.alerts --environment <environment>
```

Alerts carry `agent`, `environment`, `severity`, `team` and the contact of the owner; route them by these labels. Those of a unit
carry `tuple`, too, which leads to the release: `cargo xtask trace`.

## Where from

| environment | Prometheus | every | prober of dependencies | labels of rules and monitors |
|---|---|---|---|---|
"
    .to_owned();
    for environment in &workspace.environments {
        text += &sources(workspace, environment);
    }
    for environment in &workspace.environments {
        text += &limits(workspace, environment);
    }
    text + &objectives(workspace)
}

/// The merged `monitoring` of an agent in an environment.
fn monitoring(workspace: &Workspace, environment: &Environment, agent: &Agent) -> Option<Value> {
    let blueprint = workspace.blueprints.get(&agent.file.candidate.blueprint)?;
    let layers = workspace.layers(environment, Some(agent), blueprint);
    let merged = values::merge(layers.iter().map(|layer| layer.values));
    merged.get("monitoring").cloned()
}

/// What watches an environment: as the values of its first agent say.
fn sources(workspace: &Workspace, environment: &Environment) -> String {
    let watched = workspace
        .agents_in(environment)
        .filter_map(|agent| monitoring(workspace, environment, agent));
    let watched: Vec<Value> = watched.filter(|values| values["enabled"] == true).collect();
    let Some(values) = watched.first() else {
        return format!("| {} | not watched | | | |\n", environment.name);
    };
    let labels = values["labels"].as_object().into_iter().flatten();
    let labels: Vec<String> = labels.map(|(key, value)| format!("{key}: {}", text(value))).collect();
    format!(
        "| {} | {} | {} s | {} | {} |\n",
        environment.name,
        cell(&text(&values["prometheus"])),
        text(&values["scrapeSeconds"]),
        cell(&text(&values["prober"])),
        cell(&labels.join(", "))
    )
}

/// From which number on somebody is called, agent by agent.
fn limits(workspace: &Workspace, environment: &Environment) -> String {
    let mut rows = String::new();
    for agent in workspace.agents_in(environment) {
        let Some(values) = monitoring(workspace, environment, agent) else {
            continue;
        };
        if values["enabled"] != true {
            continue;
        }
        let numbers = LIMITS.map(|(key, _)| text(&values["alerts"][key]));
        rows += &format!(
            "| [{name}](../runbooks/{name}.md) | {} | {} | {} |\n",
            word(&agent.file.profile),
            numbers.join(" | "),
            cell(&agent.file.owner.contact),
            name = agent.name,
        );
    }
    if rows.is_empty() {
        return String::new();
    }
    let columns = LIMITS.map(|(_, column)| column).join(" | ");
    let dashes = "|---".repeat(LIMITS.len());
    format!(
        "\n## {}\n\n| agent | profile | {columns} | who is called |\n|---|---{dashes}|---|\n{rows}",
        environment.name
    )
}

/// What the agents promise, which gates and analyses hold a release to.
fn objectives(workspace: &Workspace) -> String {
    let mut rows = "\n## Objectives

What each agent promises; gates and analyses hold a release to it.

| agent | success | P95 | P99 | availability | tasks done | tool calls right |
|---|---|---|---|---|---|---|
"
    .to_owned();
    for agent in workspace.agents.values() {
        let file = &agent.file.objectives;
        rows += &format!(
            "| {} | {} % | {} ms | {} ms | {} % | {} % | {} % |\n",
            agent.name,
            file.success_rate,
            file.p95_latency_ms,
            file.p99_latency_ms,
            file.availability,
            file.task_success,
            file.tool_accuracy
        );
    }
    rows
}

/// A value without the quotes of JSON.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
