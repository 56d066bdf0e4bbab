//! A page for whoever is on call, one for each agent: who answers, what it needs, what to watch, how to go back.

use crate::workspace::files::{Criticality, Dependency};
use crate::workspace::{Agent, Workspace, layout};

/// The page of an agent.
pub(super) fn page(workspace: &Workspace, agent: &Agent) -> String {
    let (name, file) = (&agent.name, &agent.file);
    let mut text = format!(
        "# {name}

{}

| owner | contact | when it breaks | monitoring |
|---|---|---|---|
| {} | {} | {} | {} |

## Where it runs

| environment | cluster | namespace | versions | branch |
|---|---|---|---|---|
",
        super::cell(&file.description),
        super::cell(&file.owner.team),
        super::cell(&file.owner.contact),
        damage(file.criticality),
        serde_json::to_value(file.profile)
            .unwrap_or_default()
            .as_str()
            .unwrap_or_default(),
    );
    for environment in workspace
        .environments
        .iter()
        .filter(|environment| environment.runs(name))
    {
        let file = &environment.file;
        let follows = match file.follows {
            crate::workspace::files::Follows::Candidate => "the candidate",
            crate::workspace::files::Follows::Releases => "what was promoted",
        };
        text += &format!(
            "| {} | {} | {} | {follows} | `{}` |\n",
            environment.name,
            super::cell(&file.cluster.name),
            file.namespace,
            workspace.branch(&environment.name)
        );
    }
    text += &needs(workspace, agent);
    let objectives = &file.objectives;
    text += &format!(
        "
## What it promises

| success | P95 | P99 | availability | tasks done | tool calls right |
|---|---|---|---|---|---|
| {} % | {} ms | {} ms | {} % | {} % | {} % |

Its dashboard and its alerts in an environment are among its objects: `git show environment/<environment>:apps/{name}/manifest.yaml`

## When it goes wrong

1. See what runs, and what changed last: `git show environment/<environment>:apps/{name}/README.md`
2. Stop further releases: `cargo xtask hold {name} --environment <environment> --reason \"<why>\" --push`
3. Go back, code, prompts, model and tools together: `cargo xtask rollback {name} --environment <environment> --reason \"<why>\" --push`
4. When it is mended: `cargo xtask resume {name} --environment <environment> --reason \"<why>\" --push`

## What changed

`cargo xtask history {name} --environment <environment> --changes` is the change log: what each release changed, the
latest first. `cargo xtask history {name}` lists whatever happened to it.
",
        objectives.success_rate,
        objectives.p95_latency_ms,
        objectives.p99_latency_ms,
        objectives.availability,
        objectives.task_success,
        objectives.tool_accuracy,
    );
    text
}

fn damage(criticality: Criticality) -> &'static str {
    match criticality {
        Criticality::Low => "an inconvenience",
        Criticality::Medium => "some users notice",
        Criticality::High => "most users notice",
        Criticality::Critical => "the business stops",
    }
}

/// What it calls, and who calls it.
fn needs(workspace: &Workspace, agent: &Agent) -> String {
    let calls = |other: &&Agent| other.file.agent_dependencies().contains(&agent.name);
    let callers: Vec<String> = workspace
        .agents
        .values()
        .filter(calls)
        .map(|other| link(other.name.as_str()))
        .collect();
    let mut text = "\n## What it needs\n\n".to_owned();
    if agent.file.dependencies.is_empty() {
        text += "Nothing.\n";
    } else {
        text += "| name | reached by | checked |\n|---|---|---|\n";
        for dependency in &agent.file.dependencies {
            let name = dependency
                .agent
                .as_ref()
                .map_or_else(|| dependency.name.clone(), |name| link(name.as_str()));
            text += &format!(
                "| {name} | {} | {} |\n",
                reached(dependency),
                super::cell(&dependency.checks.join(", "))
            );
        }
    }
    let callers = if callers.is_empty() {
        "nobody in this fleet".to_owned()
    } else {
        callers.join(", ")
    };
    text + &format!("\nWho needs it: {callers}.\n")
}

fn link(agent: &str) -> String {
    format!("[{agent}]({agent}.md)")
}

fn reached(dependency: &Dependency) -> String {
    match (&dependency.agent, &dependency.health, &dependency.host, dependency.port) {
        (Some(_), ..) => "an agent of this fleet".to_owned(),
        (_, Some(health), ..) => super::cell(health),
        (_, _, Some(host), Some(port)) => format!("{host}:{port}"),
        _ => String::new(),
    }
}

/// Where the page of an agent stands.
pub(super) fn path(agent: &Agent) -> String {
    format!("{}/{}.md", layout::RUNBOOKS, agent.name)
}
