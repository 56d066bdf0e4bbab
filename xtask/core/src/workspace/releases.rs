//! Release files against the tree: what a release names must still be there, byte for byte.

use std::collections::BTreeMap;

use super::files::{Follows, ReleaseFile};
use super::layout;
use super::places::{keys, location, placed};
use super::{Agent, Environment, Workspace};
use crate::model::{Digest, FileTree, Finding, PromptChoice, Version, with_line_feeds};

/// Checks every release file, value file and hold against the agents.
pub(super) fn check(workspace: &Workspace, tree: &FileTree, findings: &mut Vec<Finding>) {
    let mut changed = BTreeMap::new();
    for environment in &workspace.environments {
        check_environment(workspace, tree, environment, findings);
        for (name, release) in &environment.releases {
            let file = Released {
                tree,
                path: &layout::release(&environment.name, name),
            };
            let before = findings.len();
            match workspace.agents.get(name) {
                Some(agent) => check_release(workspace, environment, agent, release, file, (findings, &mut changed)),
                None if workspace.unreadable.contains(name) => {}
                None => findings.push(unknown_agent(file.path, name.as_str())),
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
    findings.extend(changed.into_values());
}

/// Files that are not what a release says, by path and digest: what was released never changes, so that this stops the
/// agent wherever it runs, and is told once for all releases that name the same.
type Changed = BTreeMap<(String, Digest), Finding>;

fn unknown_agent(file: &str, name: &str) -> Finding {
    Finding::warning("unknown-agent", format!("there is no agent `{name}`"))
        .in_file(file)
        .help("remove the file, or rename it to the agent's name")
}

fn check_environment(workspace: &Workspace, tree: &FileTree, environment: &Environment, findings: &mut Vec<Finding>) {
    let path = layout::environment(environment.name.as_str());
    let owners: Vec<&str> = workspace
        .neighbours(environment)
        .filter(|neighbour| neighbour.file.namespace_owner)
        .map(|neighbour| neighbour.name.as_str())
        .collect();
    // one that cannot be read may be the owner
    let all_known = workspace.environments.len() == workspace.fleet.environments.len();
    if owners.len() > 1 || (owners.is_empty() && all_known) {
        let message = if owners.is_empty() {
            format!("no environment renders the namespace `{}`", environment.file.namespace)
        } else {
            format!(
                "{} all render the namespace `{}`",
                owners.join(" and "),
                environment.file.namespace
            )
        };
        let help = "set `namespaceOwner: true` in exactly one of the environments that share it, `false` in the others";
        let finding = Finding::error("namespace-owner", message).help(help);
        findings.push(placed(finding, tree, &path, &["namespaceOwner"]));
    }
    let mut suffixes: Vec<&str> = workspace
        .neighbours(environment)
        .map(|other| other.file.suffix.as_str())
        .collect();
    suffixes.sort_unstable();
    if suffixes.windows(2).any(|pair| pair[0] == pair[1]) {
        let message = format!(
            "environments in the namespace `{}` have the same suffix",
            environment.file.namespace
        );
        let finding =
            Finding::error("shared-suffix", message).help("give each a `suffix:` of its own, for example `-canary`");
        findings.push(placed(finding, tree, &path, &["suffix"]));
    }
    if environment.file.follows == Follows::Candidate {
        let candidate = objection(environment, &Version::DevLatest);
        findings.extend(candidate.map(|finding| {
            placed(finding, tree, &path, &["follows"]).help(
                "what follows the candidate runs `dev-latest`, which nobody promoted: set `follows: releases`, and `promote` to it",
            )
        }));
        return;
    }
    let own = environment.file.overrides.prompts.map(|choice| (path, choice));
    let of_agents = environment.values.iter();
    let of_agents = of_agents
        .filter_map(|(agent, values)| Some((layout::values(&environment.name, agent), values.overrides.prompts?)));
    for (file, _) in own
        .into_iter()
        .chain(of_agents)
        .filter(|(_, choice)| *choice == PromptChoice::Latest)
    {
        let message = "`prompts: latest` names whatever is newest, which cannot be repeated";
        let help = "only an environment that follows the candidate may have it";
        let finding = Finding::error("floating-prompt", message).help(help);
        findings.push(placed(finding, tree, &file, &["overrides", "prompts"]));
    }
}

/// A release file, to find places in.
#[derive(Clone, Copy)]
struct Released<'a> {
    tree: &'a FileTree,
    path: &'a str,
}

impl Released<'_> {
    fn at(self, finding: Finding, names: &[&str]) -> Finding {
        placed(finding, self.tree, self.path, names)
    }
}

fn check_release(
    workspace: &Workspace,
    environment: &Environment,
    agent: &Agent,
    release: &ReleaseFile,
    file: Released<'_>,
    (findings, changed): (&mut Vec<Finding>, &mut Changed),
) {
    check_label(environment, &release.version, file, findings);
    if release.id != release.tuple.id() {
        let message = format!("`id` is `{}`, and the tuple's is `{}`", release.id, release.tuple.id());
        let help = "a release file is written by `promote` and `rollback`; restore it with `git checkout`";
        findings.push(file.at(Finding::error("changed-tuple", message).help(help), &["id"]));
    }
    let tuple = &release.tuple;
    if tuple.agent != agent.name {
        let help =
            "a release file is written by `promote` and `rollback`, never copied; restore it with `git checkout`";
        let finding = Finding::error("foreign-tuple", format!("the tuple is of `{}`", tuple.agent)).help(help);
        findings.push(file.at(finding, &["tuple", "agent"]));
    }
    if !workspace.by_digest.contains_key(&tuple.blueprint.sha256) {
        let message = format!(
            "the blueprint `{}` at `{}` is neither current nor pinned",
            tuple.blueprint.name, tuple.blueprint.sha256
        );
        let pinned = layout::pinned_blueprint(tuple.blueprint.sha256);
        let finding = Finding::error("missing-blueprint", message).help(format!("restore `{pinned}` from git"));
        findings.push(file.at(finding, &["tuple", "blueprint", "sha256"]));
    }
    let mut compare = |part: &[&str], path: String, recorded: Digest, found: Option<Digest>| {
        let part = [&["tuple"], part].concat();
        // one that cannot be read is there all the same
        match found.or_else(|| file.tree.get(&path).map(|bytes| Digest::of(bytes))) {
            None => {
                let message = format!("`{path}` was released and does not exist");
                let finding = Finding::error("missing-component", message);
                let finding = finding.help("restore it from git: what was released is never removed");
                findings.push(file.at(finding, &part));
            }
            Some(digest) if digest != recorded => {
                let message = format!("`{path}` has changed since it was released: `{recorded}` then, `{digest}` now");
                let bytes = file.tree.get(&path).and_then(|bytes| with_line_feeds(bytes));
                let help = match bytes.is_some_and(|bytes| Digest::of(&bytes) == recorded) {
                    true => {
                        "only its line ends differ: restore them; where git changes them by itself, `cargo xtask doctor` says what mends that"
                    }
                    false => "restore it with `git checkout`, and give the change a new version",
                };
                let bytes = file.tree.get(file.path).map(|bytes| &bytes[..]);
                let released = location(file.path, bytes, &keys(&part));
                let finding = Finding::error("changed-component", message).in_file(&path).help(help);
                let known = changed.remove(&(path.clone(), recorded)).unwrap_or(finding);
                changed.insert((path, recorded), known.related(released, "released here"));
            }
            Some(_) => {}
        }
    };
    for (name, prompt) in &tuple.prompts {
        let found = agent
            .prompts
            .get(name)
            .and_then(|versions| versions.get(&prompt.version));
        compare(
            &["prompts", name],
            layout::prompt(&agent.name, name, prompt.version),
            prompt.sha256,
            found.map(|file| file.digest),
        );
    }
    if let Some(part) = &tuple.tools {
        compare(
            &["tools"],
            layout::tools(&agent.name, part.version),
            part.sha256,
            agent.tools.get(&part.version).map(|file| file.digest),
        );
    }
    if let Some(part) = &tuple.retrieval {
        let found = agent.retrieval.get(&part.version).map(|file| file.digest);
        compare(
            &["retrieval"],
            layout::retrieval(&agent.name, part.version),
            part.sha256,
            found,
        );
    }
    if let Some(part) = &tuple.contract {
        let found = agent.contracts.get(&part.version).map(|file| file.digest);
        compare(
            &["contract"],
            layout::contract(&agent.name, part.version),
            part.sha256,
            found,
        );
    }
}

fn check_label(environment: &Environment, version: &Version, file: Released<'_>, findings: &mut Vec<Finding>) {
    findings.extend(objection(environment, version).map(|finding| {
        let finding = finding.help("`dev-latest` runs only in dev, `-rcN` up to staging, `-gray-<phase>` up to canary");
        file.at(finding, &["version"])
    }));
}

/// What speaks against a version in an environment: its tier admits none of this kind.
fn objection(environment: &Environment, version: &Version) -> Option<Finding> {
    let tier = environment.file.tier;
    let message = || format!("`{version}` may not run in an environment of tier `{}`", tier.as_str());
    (!version.admitted_in(tier)).then(|| Finding::error("version-not-admitted", message()))
}
