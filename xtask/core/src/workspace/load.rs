//! Reads a tree into a workspace: every file parsed once, in parallel, then put in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::files::{
    AgentFile, EnvironmentFile, EnvironmentValues, FleetFile, HoldFile, ReleaseFile, RetrievalFile, ToolsFile,
};
use super::layout::{self, Place};
use super::trust::commit_keys;
use super::unread::{UnreadAgent, call_place};
use super::{
    Agent, Component, Elsewhere, Graph, PromptComponent, Unread, Workspace, blueprint, branches, check, environments,
    parts, releases,
};
use crate::model::{AgentName, Digest, FileTree, Finding, Location, PlainVersion};
use crate::yaml::{self, Positions, Segment};

/// A file of the tree, parsed.
pub(super) enum Parsed {
    Agent(Box<AgentFile>),
    Prompt(String, PlainVersion, PromptComponent),
    Tools(PlainVersion, Component<ToolsFile>),
    Retrieval(PlainVersion, Component<RetrievalFile>),
    Contract(PlainVersion, Component<Arc<Value>>),
    Environment(Box<EnvironmentFile>),
    Values(AgentName, EnvironmentValues),
    Release(AgentName, Box<ReleaseFile>),
    Hold(AgentName, HoldFile),
}

/// See [`Workspace::load_part`].
pub(super) fn load(tree: &FileTree, elsewhere: Elsewhere) -> (Option<Workspace>, Vec<Finding>) {
    let mut findings = tree.findings();
    let fleet = match tree.get(layout::FLEET) {
        Some(bytes) => check::read::<FleetFile>(layout::FLEET, bytes, &mut findings),
        None => {
            findings.push(
                Finding::error("missing-fleet", format!("there is no `{}`", layout::FLEET))
                    .help("the file lists the environments: take it back, or name a revision that has it"),
            );
            None
        }
    };
    let models = tree
        .get(layout::MODELS)
        .and_then(|bytes| super::known::read(bytes, &mut findings));
    let commit_keys = commit_keys(tree, fleet.as_ref(), &mut findings);
    let parsed = parse(tree, &mut findings);
    let (blueprints, unreadable_blueprints) = blueprint::current(tree, &mut findings);
    let mut by_digest = blueprint::pinned(tree, &mut findings);
    by_digest.extend(
        blueprints
            .values()
            .map(|blueprint| (blueprint.digest, Arc::clone(blueprint))),
    );
    let (agents, unreadable) = agents(tree, &parsed, &mut findings);
    let Some(fleet) = fleet else {
        findings.sort();
        return (None, findings);
    };
    findings.extend(branches::findings(tree, &fleet));
    let (environments, unread_environments) =
        environments::listed(tree, &fleet, parsed, elsewhere.released, &mut findings);
    let mut dependencies = elsewhere.agents.clone();
    dependencies.extend(
        agents
            .iter()
            .map(|(name, agent)| (name.clone(), agent.file.agent_dependencies())),
    );
    let all = agents.keys().chain(&unreadable).chain(elsewhere.agents.keys());
    let all: BTreeSet<AgentName> = all.cloned().collect();
    let unread = unreadable
        .iter()
        .map(|agent| (agent.clone(), UnreadAgent::of(tree, agent, &all)));
    let unread = Unread {
        agents: unread.collect(),
        environments: unread_environments,
    };
    let called = unread.agents.iter();
    dependencies.extend(called.map(|(agent, unread)| (agent.clone(), unread.calls.clone())));
    let place = |name: &AgentName, other: &AgentName| match agents.get(name) {
        Some(agent) => agent.call_place(other),
        None => call_place(tree, name, other),
    };
    let (graph, more) = Graph::with_places(&dependencies, &unreadable, &place);
    findings.extend(more);
    let workspace = Workspace {
        fleet,
        sources: tree.clone(),
        models,
        environments,
        agents,
        unreadable,
        unread,
        elsewhere: elsewhere.agents,
        graph,
        blueprints,
        unreadable_blueprints,
        by_digest,
        commit_keys,
    };
    releases::check(&workspace, tree, &mut findings);
    parts::check(&workspace, tree, &mut findings);
    findings.sort();
    findings.dedup();
    (Some(workspace), findings)
}

/// Parses the files of agents and environments; the first of each pair is the folder that the file belongs to.
fn parse(tree: &FileTree, findings: &mut Vec<Finding>) -> Vec<(String, Parsed)> {
    let files: Vec<(&str, &Arc<[u8]>)> = [layout::AGENTS, layout::ENVIRONMENTS]
        .into_iter()
        .flat_map(|root| tree.below(root))
        .collect();
    let results: Vec<(Option<(String, Parsed)>, Vec<Finding>)> = files
        .par_iter()
        .with_min_len(16)
        .map(|(path, bytes)| {
            let mut findings = Vec::new();
            (parse_file(path, bytes, &mut findings), findings)
        })
        .collect();
    results
        .into_iter()
        .filter_map(|(parsed, mut new)| {
            findings.append(&mut new);
            parsed
        })
        .collect()
}

fn parse_file(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<(String, Parsed)> {
    let (owner, parsed) = match layout::place(path) {
        Place::Agent(agent) => (agent, Parsed::Agent(check::read(path, bytes, findings).map(Box::new)?)),
        Place::Prompt(agent, name, version) => {
            let version = plain_version(path, version, findings)?;
            let prompt = parts::prompt(path, bytes, findings)?.map(Arc::new);
            (
                agent,
                Parsed::Prompt(name.to_owned(), version, component(path, bytes, prompt, findings)?),
            )
        }
        Place::Tools(agent, version) => {
            let version = plain_version(path, version, findings)?;
            let file = check::read::<ToolsFile>(path, bytes, findings)?;
            unique_tools((path, check::text(path, bytes, findings)?), &file, findings);
            (agent, Parsed::Tools(version, component(path, bytes, file, findings)?))
        }
        Place::Retrieval(agent, version) => {
            let version = plain_version(path, version, findings)?;
            let file = check::read(path, bytes, findings)?;
            (
                agent,
                Parsed::Retrieval(version, component(path, bytes, file, findings)?),
            )
        }
        Place::Contract(agent, version) => {
            let version = plain_version(path, version, findings)?;
            let contract = Arc::new(json_object(path, bytes, findings)?);
            (
                agent,
                Parsed::Contract(version, component(path, bytes, contract, findings)?),
            )
        }
        Place::Environment(environment) => (
            environment,
            Parsed::Environment(check::read(path, bytes, findings).map(Box::new)?),
        ),
        Place::Values(environment, agent) => (
            environment,
            Parsed::Values(agent_name(path, agent, findings)?, check::read(path, bytes, findings)?),
        ),
        Place::Release(environment, agent) => {
            let agent = agent_name(path, agent, findings)?;
            (
                environment,
                Parsed::Release(agent, check::read(path, bytes, findings).map(Box::new)?),
            )
        }
        Place::Hold(environment, agent) => (
            environment,
            Parsed::Hold(agent_name(path, agent, findings)?, check::read(path, bytes, findings)?),
        ),
        Place::Misnamed(environment, folder, agent) => {
            let help = format!("rename it to `{}`", layout::renamed(environment, folder, agent));
            let finding = Finding::error("stray-file", format!("nothing reads `{path}`, which is no `.yaml`"));
            findings.push(finding.in_file(path).help(help));
            return None;
        }
        Place::Stray => {
            findings.push(
                Finding::warning("stray-file", format!("nothing reads `{path}`"))
                    .in_file(path)
                    .help("see the tree in ARCHITECTURE.md for the names that are read"),
            );
            return None;
        }
        _ => return None,
    };
    Some((owner.to_owned(), parsed))
}

fn component<T>(path: &str, bytes: &[u8], file: T, findings: &mut Vec<Finding>) -> Option<Component<T>> {
    let text = check::text(path, bytes, findings)?;
    Some(Component {
        digest: Digest::of(bytes),
        text: text.into(),
        file,
    })
}

fn plain_version(path: &str, stem: &str, findings: &mut Vec<Finding>) -> Option<PlainVersion> {
    let version = PlainVersion::parse(stem);
    if version.is_none() {
        findings.push(
            Finding::error("invalid-version", format!("`{stem}` is no version"))
                .in_file(path)
                .help("name the file X.Y.Z, without an environment's prefix"),
        );
    }
    version
}

fn agent_name(path: &str, stem: &str, findings: &mut Vec<Finding>) -> Option<AgentName> {
    AgentName::new(stem)
        .map_err(|error| findings.push(Finding::error("invalid-name", error.to_string()).in_file(path)))
        .ok()
}

fn json_object(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<Value> {
    if bytes.starts_with("\u{feff}".as_bytes()) {
        let finding =
            Finding::error("json-syntax", "a byte order mark stands before the first character").at(path, 1, 1);
        findings.push(finding.help("save it as UTF-8 without one: readers of JSON refuse it"));
        return None;
    }
    let finding = match serde_json::from_slice::<Value>(bytes) {
        Ok(value @ Value::Object(_)) => return Some(value),
        Ok(_) => Finding::error("invalid-contract", "a contract is a JSON Schema: an object").at(path, 1, 1),
        Err(error) => match std::str::from_utf8(bytes).ok().and_then(yaml::second_value) {
            Some(second) => Finding::error("json-syntax", second.message)
                .at(path, second.line, second.column)
                .help("keep one of them: each version is a file of its own"),
            None => Finding::error("json-syntax", error.to_string()).at(path, error.line(), error.column().max(1)),
        },
    };
    findings.push(finding);
    None
}

fn unique_tools((path, text): (&str, &str), file: &ToolsFile, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for (index, tool) in file.tools.iter().enumerate() {
        if !seen.insert(&tool.name) {
            let place = [Segment::Key("tools".to_owned()), Segment::Index(index)];
            let place = Positions::of(text).map(|positions| positions.nearest(&place));
            let (line, column) = place.unwrap_or_default();
            let message = format!("`{}` stands here twice", tool.name);
            findings.push(Finding::error("duplicate-tool", message).at(path, line, column));
        }
    }
}

fn agents(
    tree: &FileTree,
    parsed: &[(String, Parsed)],
    findings: &mut Vec<Finding>,
) -> (BTreeMap<AgentName, Agent>, BTreeSet<AgentName>) {
    let mut agents = BTreeMap::new();
    let mut unreadable = BTreeSet::new();
    let mut files: BTreeMap<&str, &AgentFile> = BTreeMap::new();
    for (folder, parsed) in parsed {
        if let Parsed::Agent(file) = parsed {
            files.insert(folder, file);
        }
    }
    for folder in tree.folders(layout::AGENTS) {
        let path = layout::agent(folder);
        let Some(name) = agent_name(&path, folder, findings) else {
            continue;
        };
        match files.get(folder).zip(tree.get(&path)) {
            Some((file, bytes)) => {
                let agent = Agent {
                    name: name.clone(),
                    file: (*file).clone(),
                    source: Arc::clone(bytes),
                    prompts: BTreeMap::new(),
                    tools: BTreeMap::new(),
                    retrieval: BTreeMap::new(),
                    contracts: BTreeMap::new(),
                    unreadable: BTreeSet::new(),
                };
                check_dependencies(&agent, findings);
                agents.insert(name, agent);
            }
            None => {
                if tree.get(&path).is_none() && !tree.is_ignored(&path) {
                    findings.push(
                        Finding::error(
                            "missing-agent-file",
                            format!("`{}/{folder}` has no `agent.yaml`", layout::AGENTS),
                        )
                        .in_file(format!("{}/{folder}", layout::AGENTS))
                        .help(format!(
                            "write one, or move the folder away and start with `cargo xtask new agent {folder}`"
                        )),
                    );
                }
                unreadable.insert(name);
            }
        }
    }
    for (folder, parsed) in parsed {
        let Some(agent) = agents.get_mut(folder.as_str()) else {
            continue;
        };
        match parsed {
            Parsed::Prompt(name, version, file) => {
                agent
                    .prompts
                    .entry(name.clone())
                    .or_default()
                    .insert(*version, file.clone());
            }
            Parsed::Tools(version, file) => {
                agent.tools.insert(*version, file.clone());
            }
            Parsed::Retrieval(version, file) => {
                agent.retrieval.insert(*version, file.clone());
            }
            Parsed::Contract(version, file) => {
                agent.contracts.insert(*version, file.clone());
            }
            _ => {}
        }
    }
    for agent in agents.values_mut() {
        agent.unreadable = agent.unread_parts(tree);
    }
    (agents, unreadable)
}

/// The agents that each of these agent files depends on; nothing where one of them cannot be read.
pub fn dependencies<'a>(
    files: impl Iterator<Item = (&'a String, &'a Option<Arc<[u8]>>)>,
) -> Option<Vec<Vec<AgentName>>> {
    let mut findings = Vec::new();
    files
        .map(|(path, bytes)| {
            let file: AgentFile = check::read(path, bytes.as_deref()?, &mut findings)?;
            Some(file.agent_dependencies())
        })
        .collect()
}

fn check_dependencies(agent: &Agent, findings: &mut Vec<Finding>) {
    for (index, dependency) in agent.file.dependencies.iter().enumerate() {
        let named = [
            dependency.agent.is_some(),
            dependency.health.is_some(),
            dependency.host.is_some(),
        ];
        let one = named.into_iter().filter(|set| *set).count() == 1;
        if !one || dependency.host.is_some() != dependency.port.is_some() {
            let message = format!("it is not clear how `{}` is reached", dependency.name);
            let Location { file, line, column } = agent.dependency_place(index);
            findings.push(
                Finding::error("unclear-dependency", message)
                    .at(file, line, column)
                    .help("give exactly one of `agent:`, `health:` (a URL), or `host:` with `port:`"),
            );
        }
    }
}
