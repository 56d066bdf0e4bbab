//! Release files against the tree: what a release names must still be there, byte for byte.

use super::files::{Follows, ReleaseFile};
use super::layout;
use super::{Agent, Environment, Workspace};
use crate::model::{Digest, Finding, PromptChoice, Version};

/// Checks every release file, value file and hold against the agents.
pub(super) fn check(workspace: &Workspace, findings: &mut Vec<Finding>) {
    for environment in &workspace.environments {
        check_environment(workspace, environment, findings);
        for (name, release) in &environment.releases {
            let file = layout::release(&environment.name, name);
            let before = findings.len();
            match workspace.agents.get(name) {
                Some(agent) => check_release(workspace, environment, agent, release, &file, findings),
                None if workspace.unreadable.contains(name) => {}
                None => findings.push(unknown_agent(&file, name.as_str())),
            }
            for finding in &mut findings[before..] {
                finding.unit = Some(format!("{}/{name}", environment.name));
            }
        }
        for name in environment.values.keys() {
            if !workspace.agents.contains_key(name) && !workspace.unreadable.contains(name) {
                findings.push(unknown_agent(&layout::values(&environment.name, name), name.as_str()));
            }
        }
    }
}

fn unknown_agent(file: &str, name: &str) -> Finding {
    Finding::warning("unknown-agent", format!("there is no agent `{name}`"))
        .in_file(file)
        .help("remove the file, or rename it to the agent's name")
}

fn check_environment(workspace: &Workspace, environment: &Environment, findings: &mut Vec<Finding>) {
    let path = layout::environment(environment.name.as_str());
    let owners: Vec<&str> = workspace
        .neighbours(environment)
        .filter(|neighbour| neighbour.file.namespace_owner)
        .map(|neighbour| neighbour.name.as_str())
        .collect();
    if owners.len() != 1 {
        let message = if owners.is_empty() {
            format!("no environment renders the namespace `{}`", environment.file.namespace)
        } else {
            format!(
                "{} all render the namespace `{}`",
                owners.join(" and "),
                environment.file.namespace
            )
        };
        findings.push(Finding::error("namespace-owner", message).in_file(&path).help(
            "set `namespaceOwner: true` in exactly one of the environments that share it, `false` in the others",
        ));
    }
    let mut suffixes: Vec<&str> = workspace
        .neighbours(environment)
        .map(|other| other.file.suffix.as_str())
        .collect();
    suffixes.sort_unstable();
    if suffixes.windows(2).any(|pair| pair[0] == pair[1]) {
        findings.push(
            Finding::error(
                "shared-suffix",
                format!(
                    "environments in the namespace `{}` have the same suffix",
                    environment.file.namespace
                ),
            )
            .in_file(&path)
            .help("give each a `suffix:` of its own, for example `-canary`"),
        );
    }
    let latest = environment.file.overrides.prompts == Some(PromptChoice::Latest)
        || environment
            .values
            .values()
            .any(|values| values.overrides.prompts == Some(PromptChoice::Latest));
    if latest && environment.file.follows != Follows::Candidate {
        findings.push(
            Finding::error(
                "floating-prompt",
                "`prompts: latest` names whatever is newest, which cannot be repeated",
            )
            .in_file(&path)
            .help("only an environment that follows the candidate may have it"),
        );
    }
}

fn check_release(
    workspace: &Workspace,
    environment: &Environment,
    agent: &Agent,
    release: &ReleaseFile,
    file: &str,
    findings: &mut Vec<Finding>,
) {
    check_label(environment, &release.version, file, findings);
    if release.id != release.tuple.id() {
        findings.push(
            Finding::error(
                "changed-tuple",
                format!("`id` is `{}`, and the tuple's is `{}`", release.id, release.tuple.id()),
            )
            .in_file(file)
            .help("a release file is written by `promote` and `rollback`; restore it with `git checkout`"),
        );
    }
    let tuple = &release.tuple;
    if tuple.agent != agent.name {
        findings.push(Finding::error("foreign-tuple", format!("the tuple is of `{}`", tuple.agent)).in_file(file));
    }
    if !workspace.by_digest.contains_key(&tuple.blueprint.sha256) {
        findings.push(
            Finding::error(
                "missing-blueprint",
                format!(
                    "the blueprint `{}` at `{}` is neither current nor pinned",
                    tuple.blueprint.name, tuple.blueprint.sha256
                ),
            )
            .in_file(file)
            .help(format!(
                "restore `{}` from git",
                layout::pinned_blueprint(tuple.blueprint.sha256)
            )),
        );
    }
    let mut compare = |path: String, recorded: Digest, found: Option<Digest>| match found {
        None => findings.push(
            Finding::error("missing-component", format!("`{path}` was released and does not exist"))
                .in_file(file)
                .help("restore it from git: what was released is never removed"),
        ),
        Some(digest) if digest != recorded => findings.push(
            Finding::error(
                "changed-component",
                format!("`{path}` has changed since it was released: `{recorded}` then, `{digest}` now"),
            )
            .in_file(&path)
            .help("restore it with `git checkout`, and give the change a new version")
            .related(
                crate::model::Location {
                    file: file.to_owned(),
                    line: 0,
                    column: 0,
                },
                "released here",
            ),
        ),
        Some(_) => {}
    };
    for (name, prompt) in &tuple.prompts {
        let found = agent
            .prompts
            .get(name)
            .and_then(|versions| versions.get(&prompt.version));
        compare(
            layout::prompt(&agent.name, name, prompt.version),
            prompt.sha256,
            found.map(|file| file.digest),
        );
    }
    if let Some(part) = &tuple.tools {
        compare(
            layout::tools(&agent.name, part.version),
            part.sha256,
            agent.tools.get(&part.version).map(|file| file.digest),
        );
    }
    if let Some(part) = &tuple.retrieval {
        let found = agent.retrieval.get(&part.version).map(|file| file.digest);
        compare(layout::retrieval(&agent.name, part.version), part.sha256, found);
    }
    if let Some(part) = &tuple.contract {
        let found = agent.contracts.get(&part.version).map(|file| file.digest);
        compare(layout::contract(&agent.name, part.version), part.sha256, found);
    }
}

fn check_label(environment: &Environment, version: &Version, file: &str, findings: &mut Vec<Finding>) {
    if !version.admitted_in(environment.file.tier) {
        let tier = format!("{:?}", environment.file.tier).to_lowercase();
        findings.push(
            Finding::error(
                "version-not-admitted",
                format!("`{version}` may not run in an environment of tier `{tier}`"),
            )
            .in_file(file)
            .help("`dev-latest` runs only in dev, `-rcN` up to staging, `-gray-<phase>` up to canary"),
        );
    }
}
