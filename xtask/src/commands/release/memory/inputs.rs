//! What a unit is rendered from and judged by, as git ids: two runs that find the same ids need not read the files.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, EnvironmentName};
use lockstep::release::{Cache, CachedAgent, Signatures, unit_key};
use lockstep::workspace::files::Follows;
use lockstep::workspace::{Elsewhere, Environment, Graph, Workspace, layout};
use rayon::prelude::*;

use super::super::run::Run;
use super::{Folder, Unit};
use crate::failure::Failure;
use crate::ports::GitId;

/// The folder of `environments` that has the copies of blueprints.
const COPIES: &str = "blueprints";

/// The folders of an environment that have a file for an agent.
const OF_AGENTS: [&str; 3] = ["values", "releases", "holds"];

/// Git ids of everything in the dry commit that a unit may be rendered from.
pub(super) struct Inputs {
    /// Ids of what every unit is rendered from and judged by.
    common: Vec<String>,
    /// Ids of the copies of blueprints that releases may name, by digest.
    pub(super) copies: BTreeMap<String, String>,
    agents: Folder,
    environments: BTreeMap<EnvironmentName, EnvironmentInputs>,
    /// Environments that follow the candidate.
    candidates: BTreeSet<EnvironmentName>,
}

/// Ids of the files that an environment has for agents, by agent.
struct EnvironmentInputs {
    values: Folder,
    releases: Folder,
}

impl EnvironmentInputs {
    fn of_agent(&self, agent: &AgentName) -> [&str; 2] {
        [&self.values, &self.releases].map(|folder| folder.get(agent.as_str()).map_or("", |id| &id.0))
    }
}

/// The ids of a folder's entries, but for some.
fn all_but(folder: Folder, left_out: &dyn Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let entries = folder.into_iter().filter(|(name, _)| !left_out(name));
    entries.map(|(_, id)| id.0)
}

impl Inputs {
    pub(super) fn read(run: &Run<'_>) -> Result<Inputs, Failure> {
        let folder = |path: &str| run.repository.folder(&run.head.id, path);
        let id = |folder: &Folder, name: &str| folder.get(name).map(|id| id.0.clone()).unwrap_or_default();
        let environments = folder(layout::ENVIRONMENTS)?;
        let root = folder("")?;
        let mut common = [layout::TEMPLATES, layout::SCHEMAS, layout::POLICIES]
            .map(|name| id(&root, name))
            .to_vec();
        // what stands beside the environments is for all of them
        let is_own = |name: &str| run.workspace.environment(name).is_some();
        common.extend(all_but(environments, &|name| is_own(name) || name == COPIES));
        let mut found = BTreeMap::new();
        let mut candidates = BTreeSet::new();
        for environment in &run.workspace.environments {
            let base = format!("{}/{}", layout::ENVIRONMENTS, environment.name);
            common.extend(all_but(folder(&base)?, &|name| OF_AGENTS.contains(&name)));
            let by_agent = |path: String| -> Result<Folder, Failure> {
                let stem = |(name, id): (String, GitId)| Some((name.strip_suffix(".yaml")?.to_owned(), id));
                Ok(folder(&path)?.into_iter().filter_map(stem).collect())
            };
            let inputs = EnvironmentInputs {
                values: by_agent(format!("{base}/values"))?,
                releases: by_agent(format!("{base}/releases"))?,
            };
            found.insert(environment.name.clone(), inputs);
            if environment.file.follows == Follows::Candidate {
                candidates.insert(environment.name.clone());
            }
        }
        let copies = folder(layout::PINNED_BLUEPRINTS)?;
        Ok(Inputs {
            common,
            copies: copies.into_iter().map(|(digest, id)| (digest, id.0)).collect(),
            agents: folder(layout::AGENTS)?,
            environments: found,
            candidates,
        })
    }

    /// Every agent's folder and dependencies; nothing where too many are new to be worth it, or one cannot be read.
    pub(super) fn facts(
        &self,
        run: &Run<'_>,
        cache: &Cache,
    ) -> Result<Option<BTreeMap<AgentName, CachedAgent>>, Failure> {
        let mut agents = BTreeMap::new();
        let mut new = BTreeMap::new();
        for (name, id) in &self.agents {
            let Ok(name) = AgentName::new(name) else {
                return Ok(None);
            };
            match cache.agents.get(&name) {
                Some(known) if known.folder == id.0 => {
                    agents.insert(name, known.clone());
                }
                _ => {
                    new.insert(name, id.0.clone());
                }
            }
        }
        let paths: Vec<String> = new.keys().map(|name| layout::agent(name.as_str())).collect();
        let files = run.repository.read(&run.head.id, &paths)?;
        let Some(read) = lockstep::workspace::dependencies(paths.iter().zip(&files)) else {
            return Ok(None);
        };
        for ((name, folder), dependencies) in new.into_iter().zip(read) {
            agents.insert(name, CachedAgent { folder, dependencies });
        }
        Ok(Some(agents))
    }

    pub(super) fn runs(&self, environment: &Environment, agent: &AgentName) -> bool {
        self.candidates.contains(&environment.name)
            || self
                .environments
                .get(&environment.name)
                .is_some_and(|inputs| inputs.releases.contains_key(agent.as_str()))
    }

    /// What must be known of the agents that a run does not read.
    pub(super) fn elsewhere(&self, agents: &BTreeMap<AgentName, CachedAgent>, read: &BTreeSet<AgentName>) -> Elsewhere {
        let left_out = agents.iter().filter(|(name, _)| !read.contains(*name));
        let agents: BTreeMap<_, _> = left_out
            .map(|(name, agent)| (name.clone(), agent.dependencies.clone()))
            .collect();
        let released = self.environments.iter().map(|(environment, inputs)| {
            let released = inputs.releases.keys().filter_map(|agent| AgentName::new(agent).ok());
            let released = released.filter(|agent| agents.contains_key(agent)).collect();
            (environment.clone(), released)
        });
        Elsewhere {
            released: released.collect(),
            agents,
        }
    }

    /// The key of what all units share.
    pub(super) fn common(&self, tool: &str) -> String {
        let mut common: Vec<&str> = vec![tool];
        common.extend(self.common.iter().map(String::as_str));
        unit_key(&common)
    }

    /// The keys of all units.
    pub(super) fn keys(
        &self,
        workspace: &Workspace,
        agents: &BTreeMap<AgentName, CachedAgent>,
        graph: &Graph,
        tool: &str,
        signed: &BTreeMap<EnvironmentName, Signatures>,
    ) -> BTreeMap<Unit, String> {
        let common = self.common(tool);
        let mut keys = BTreeMap::new();
        for environment in &workspace.environments {
            let neighbours: Vec<&Environment> = workspace.neighbours(environment).collect();
            // a unit that was fine without a signature, or with another one, needs one as soon as somebody may sign
            let signed = match signed.get(&environment.name) {
                None => String::new(),
                Some(Signatures::All) => "signed".to_owned(),
                Some(Signatures::OfKeys(keys)) => keys.iter().fold("signed by".to_owned(), |all, key| all + " " + key),
            };
            let common = unit_key(&[&common, environment.name.as_str(), &signed]);
            let runs = agents.par_iter().filter(|(name, _)| self.runs(environment, name));
            let new: Vec<(Unit, String)> = runs
                .map(|(name, agent)| {
                    let dependents = graph.dependents(name).iter();
                    let callers =
                        dependents.filter(|other| neighbours.iter().any(|neighbour| self.runs(neighbour, other)));
                    let wave = graph.wave(name).to_string();
                    let mut parts = vec![common.as_str(), name.as_str(), &agent.folder, &wave];
                    parts.extend(self.environments[&environment.name].of_agent(name));
                    for other in &agent.dependencies {
                        parts.push(other.as_str());
                        parts.push(agents.get(other).map_or("", |other| &other.folder));
                        for neighbour in neighbours.iter().filter(|_| agents.contains_key(other)) {
                            parts.extend(self.environments[&neighbour.name].of_agent(other));
                        }
                    }
                    parts.push("<");
                    parts.extend(callers.map(AgentName::as_str));
                    ((environment.name.clone(), name.clone()), unit_key(&parts))
                })
                .collect();
            keys.extend(new);
        }
        keys
    }
}
