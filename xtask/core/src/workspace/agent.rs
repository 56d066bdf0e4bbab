//! An agent with the files of its components, and the tuple that they make.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Blueprint;
use super::files::{AgentFile, RetrievalFile, ToolsFile};
use super::{layout, places};
use crate::model::{AgentName, BlueprintComponent, Digest, FileComponent, Finding, Location, PlainVersion, Tuple};
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
    pub fn candidate(&self, blueprints: &BTreeMap<String, Arc<Blueprint>>) -> (Option<Tuple>, Vec<Finding>) {
        let candidate = &self.file.candidate;
        let mut findings = Vec::new();
        let mut missing = |part: &[&str], path: String, known: Vec<String>| {
            let place = self.place(&places::keys(&[&["candidate"], part].concat()));
            findings.push(missing_file(place, &path, &known));
        };
        let blueprint = match blueprints.get(&candidate.blueprint) {
            Some(blueprint) => Some(BlueprintComponent {
                name: blueprint.name.clone(),
                sha256: blueprint.digest,
            }),
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
        let tuple = blueprint.filter(|_| findings.is_empty()).map(|blueprint| Tuple {
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
