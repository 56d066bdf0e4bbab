//! An agent with the files of its components, and the tuple that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::Workspace;
use super::files::{AgentFile, RetrievalFile, ToolsFile};
use super::{layout, places};
use crate::model::{
    AgentName, BlueprintComponent, Digest, FileComponent, FileTree, Finding, Location, PlainVersion, Tuple,
};
use crate::prompts::Prompt;
use crate::yaml::Segment;

/// An agent and the files of its components, all versions.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its name: the folder's.
    pub name: AgentName,
    /// Its own file.
    pub file: AgentFile,
    /// The bytes of that file, to find places in.
    pub source: Arc<[u8]>,
    /// Prompts by name and version.
    pub prompts: BTreeMap<String, BTreeMap<PlainVersion, PromptComponent>>,
    /// Tool manifests by version.
    pub tools: BTreeMap<PlainVersion, Component<ToolsFile>>,
    /// Retrieval configurations by version.
    pub retrieval: BTreeMap<PlainVersion, Component<RetrievalFile>>,
    /// Output contracts by version.
    pub contracts: BTreeMap<PlainVersion, Component<Arc<Value>>>,
    /// Files of its parts that cannot be read: they are not gone, only unknown.
    pub unreadable: BTreeSet<String>,
}

/// A prompt's file; what it says is absent where it cannot be read.
pub type PromptComponent = Component<Option<Arc<Prompt>>>;

/// A component's file: its bytes' digest, its text, and what it says.
#[derive(Clone, Debug)]
pub struct Component<T> {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// The file's text.
    pub text: Arc<str>,
    /// The file read into its type.
    pub file: T,
}

impl Agent {
    /// The tuple that the agent's files describe now; what it names and nobody wrote is a finding.
    pub fn candidate(&self, workspace: &Workspace) -> (Option<Tuple>, Vec<Finding>) {
        let blueprints = &workspace.blueprints;
        let candidate = &self.file.candidate;
        let mut findings = Vec::new();
        let mut is_whole = true;
        let mut missing = |part: &[&str], path: String, known: Vec<String>| {
            is_whole = false;
            if self.unreadable.contains(&path) {
                return;
            }
            let place = self.place(&places::keys(&[&["candidate"], part].concat()));
            findings.push(missing_file(place, &path, &known));
        };
        let blueprint = match blueprints.get(&candidate.blueprint) {
            Some(blueprint) => Some(BlueprintComponent {
                name: blueprint.name.clone(),
                sha256: blueprint.digest,
            }),
            None if workspace.unreadable_blueprints.contains(&candidate.blueprint) => None,
            None => {
                let path = format!("{}/{}/blueprint.yaml", layout::TEMPLATES, candidate.blueprint);
                missing(&["blueprint"], path, blueprints.keys().cloned().collect());
                None
            }
        };
        let mut prompts = BTreeMap::new();
        for (name, version) in &candidate.prompts {
            let versions = self.prompts.get(name);
            match versions.and_then(|versions| versions.get(version)) {
                Some(prompt) => {
                    prompts.insert(
                        name.clone(),
                        FileComponent {
                            version: *version,
                            sha256: prompt.digest,
                        },
                    );
                }
                None => {
                    let known = versions.map(shown).unwrap_or_default();
                    missing(&["prompts", name], layout::prompt(&self.name, name, *version), known);
                }
            }
        }
        let contract = candidate.contract.and_then(|version| {
            let found = component(&self.contracts, version);
            if found.is_none() {
                missing(
                    &["contract"],
                    layout::contract(&self.name, version),
                    shown(&self.contracts),
                );
            }
            found
        });
        let retrieval = candidate.retrieval.and_then(|version| {
            let found = component(&self.retrieval, version);
            if found.is_none() {
                missing(
                    &["retrieval"],
                    layout::retrieval(&self.name, version),
                    shown(&self.retrieval),
                );
            }
            found
        });
        let tools = candidate.tools.and_then(|version| {
            let found = component(&self.tools, version);
            if found.is_none() {
                missing(&["tools"], layout::tools(&self.name, version), shown(&self.tools));
            }
            found
        });
        let tuple = blueprint.filter(|_| is_whole).map(|blueprint| Tuple {
            agent: self.name.clone(),
            blueprint,
            code: candidate.code.clone(),
            contract,
            model: candidate.model.clone(),
            prompts,
            retrieval,
            tools,
        });
        (tuple, findings)
    }

    /// The files of its parts that it could not take.
    pub(super) fn unread_parts(&self, tree: &FileTree) -> BTreeSet<String> {
        let folder = format!("{}/{}", layout::AGENTS, self.name);
        let is_unread = |path: &str| {
            let lacks =
                |version: &str, has: &dyn Fn(PlainVersion) -> bool| !PlainVersion::parse(version).is_some_and(has);
            match layout::place(path) {
                layout::Place::Prompt(_, name, version) => lacks(version, &|version| {
                    self.prompts
                        .get(name)
                        .is_some_and(|versions| versions.contains_key(&version))
                }),
                layout::Place::Tools(_, version) => lacks(version, &|version| self.tools.contains_key(&version)),
                layout::Place::Retrieval(_, version) => {
                    lacks(version, &|version| self.retrieval.contains_key(&version))
                }
                layout::Place::Contract(_, version) => lacks(version, &|version| self.contracts.contains_key(&version)),
                _ => false,
            }
        };
        let paths = tree.below(&folder).map(|(path, _)| path);
        paths.filter(|path| is_unread(path)).map(str::to_owned).collect()
    }

    /// Whether none of a tuple's parts is a file that cannot be read.
    pub fn can_read(&self, tuple: &Tuple) -> bool {
        let prompts = tuple.prompts.iter();
        let prompts = prompts.map(|(name, part)| layout::prompt(&self.name, name, part.version));
        let tools = tuple.tools.iter().map(|part| layout::tools(&self.name, part.version));
        let retrieval = tuple.retrieval.iter();
        let retrieval = retrieval.map(|part| layout::retrieval(&self.name, part.version));
        let contract = tuple.contract.iter();
        let contract = contract.map(|part| layout::contract(&self.name, part.version));
        let mut paths = prompts.chain(tools).chain(retrieval).chain(contract);
        paths.all(|path| !self.unreadable.contains(&path))
    }

    /// Where its file says how a dependency, counted from 0, is reached.
    pub fn dependency_place(&self, index: usize) -> Location {
        let dependency = self.file.dependencies.get(index);
        let key = match dependency {
            Some(dependency) if dependency.agent.is_some() => "agent",
            Some(dependency) if dependency.health.is_some() => "health",
            _ => "name",
        };
        let path = [
            places::keys(&["dependencies"]),
            vec![Segment::Index(index)],
            places::keys(&[key]),
        ];
        self.place(&path.concat())
    }

    /// Where its file names another agent that it calls.
    pub fn call_place(&self, other: &AgentName) -> Option<Location> {
        let mut named = self.file.dependencies.iter();
        let index = named.position(|dependency| dependency.agent.as_ref() == Some(other))?;
        Some(self.dependency_place(index))
    }

    fn place(&self, path: &[Segment]) -> Location {
        places::location(&layout::agent(self.name.as_str()), Some(&self.source), path)
    }
}

fn component<T>(versions: &BTreeMap<PlainVersion, Component<T>>, version: PlainVersion) -> Option<FileComponent> {
    versions.get(&version).map(|file| FileComponent {
        version,
        sha256: file.digest,
    })
}

fn shown<T>(versions: &BTreeMap<PlainVersion, Component<T>>) -> Vec<String> {
    versions.keys().map(ToString::to_string).collect()
}

fn missing_file(named: Location, path: &str, known: &[String]) -> Finding {
    let message = format!("`{path}` is named here and does not exist");
    let finding = Finding::error("missing-component", message).at(named.file, named.line, named.column);
    if known.is_empty() {
        finding.help(format!("write `{path}`, or take its name out"))
    } else {
        finding.help(format!("there is {}", known.join(", ")))
    }
}
