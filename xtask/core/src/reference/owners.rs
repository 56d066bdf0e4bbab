//! Who is asked to review what, and what a pull request begins with, from owners and roles.

use std::collections::BTreeSet;

use crate::model::one_line;
use crate::workspace::{Environment, Workspace, layout, no_team};

/// `.github/CODEOWNERS`: the last line that fits a path counts.
pub(super) fn codeowners(workspace: &Workspace) -> String {
    let mut text = "# Written by `cargo xtask generate` of owners and roles; do not edit.
# Protect the branch so that a code owner has to approve: nobody can approve a change of their own.
"
    .to_owned();
    let platform = workspace
        .environments
        .last()
        .map(|environment| groups(workspace, environment, "delete"));
    let platform = platform.unwrap_or_default();
    let mut line = |path: &str, owners: &BTreeSet<String>| {
        // who may sync is a group of the single sign-on, which a code host need not know
        let (known, unknown): (Vec<&str>, Vec<&str>) = owners
            .iter()
            .map(String::as_str)
            .partition(|owner| no_team(owner).is_none());
        for owner in unknown {
            text.push_str(&format!(
                "# not for {path}, since no code host has a team of this name: {}\n",
                one_line(owner)
            ));
        }
        if !known.is_empty() {
            text.push_str(&format!("{path} {}\n", known.join(" ")));
        }
    };
    line("*", &platform);
    for agent in workspace.agents.values() {
        let owner = BTreeSet::from([handle(workspace, &agent.file.owner.team)]);
        line(&format!("/{}/{}/", layout::AGENTS, agent.name), &owner);
    }
    for environment in &workspace.environments {
        let releasing = groups(workspace, environment, "sync");
        line(&format!("/{}/{}/", layout::ENVIRONMENTS, environment.name), &releasing);
    }
    text
}

/// The groups of an environment whose roles may do something to its applications.
fn groups(workspace: &Workspace, environment: &Environment, action: &str) -> BTreeSet<String> {
    let roles = environment.file.roles.iter();
    let roles = roles.filter(|role| role.actions.iter().any(|allowed| allowed == action || allowed == "*"));
    roles
        .flat_map(|role| &role.groups)
        .map(|group| handle(workspace, group))
        .collect()
}

/// A team as a code host writes it, or an address; a team without an organisation is of the fleet's.
fn handle(workspace: &Workspace, team: &str) -> String {
    if team.find('@').is_some_and(|at| at > 0) {
        return team.to_owned();
    }
    match team.contains(['/', '@']) {
        true => format!("@{}", team.trim_start_matches('@')),
        false => format!("@{}/{team}", workspace.fleet.name),
    }
}

/// `.github/pull_request_template.md`.
pub(super) fn pull_request_template(workspace: &Workspace) -> String {
    let environments: Vec<&str> = workspace
        .environments
        .iter()
        .map(|environment| environment.name.as_str())
        .collect();
    format!(
        "<!-- Written by `cargo xtask generate`; do not edit. -->

## What changes, and why


## Who notices

<!-- `cargo xtask diff` says what differs in {}. -->


## Evidence

- [ ] `cargo xtask check` has no findings, or each is waived with a reason, an owner and an end
- [ ] the regression suites of the agents that change passed
- [ ] new permissions and egress of tools are needed, and no more than needed
- [ ] no secret, no personal data in prompts, cassettes and values

## If it goes wrong

- [ ] the release before it can come back: `cargo xtask rollback <agent> --environment <environment> --reason \"…\"`
- [ ] whoever is on call knows, where it reaches users

The author does not approve: a code owner of everything that changes does.
",
        environments.join(", ")
    )
}
