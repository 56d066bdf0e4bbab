//! What earlier runs left behind: units whose inputs and whose files on the branch are still those of a run that found
//! nothing wrong need not be read, rendered or checked again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lockstep::model::{AgentName, EnvironmentName, FileTree};
use lockstep::release::{Cache, CachedAgent, CachedUnit, EnvironmentPlan, object_number, unit_key};
use lockstep::workspace::layout::{self, Place, branch};
use lockstep::workspace::{Elsewhere, Environment, Graph, Workspace};

use super::run::Run;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository, Tip};

/// Ids of the entries of a folder by name.
type Folder = BTreeMap<String, GitId>;

/// An agent in an environment.
type Unit = (EnvironmentName, AgentName);

/// What a run knows before it reads the fleet.
#[derive(Default)]
pub(super) struct Memory {
    /// Units that are as their inputs want them, and the versions that they run.
    pub(super) unchanged: BTreeMap<Unit, String>,
    /// What the fleet has and this run does not read.
    elsewhere: Elsewhere,
    /// The agents that this run reads; all where nothing is known.
    read: Option<BTreeSet<AgentName>>,
    /// The key of every unit's inputs; empty where they could not be found out.
    keys: BTreeMap<Unit, String>,
    cache: Cache,
}

impl Memory {
    /// Recalls what earlier runs know of these environments; `signed` are those whose releases are signed.
    pub(super) fn recall(
        context: &Context,
        run: &Run<'_>,
        environments: &[&Environment],
        signed: &BTreeSet<EnvironmentName>,
    ) -> Result<Memory, Failure> {
        let tool = context.program_id();
        // a file that cannot be read is a file that says nothing
        let file = context
            .files
            .read_own(&place(run.repository))
            .ok()
            .flatten()
            .unwrap_or_default();
        let cache = Cache::parse(&String::from_utf8_lossy(&file), &tool);
        let inputs = Inputs::read(run)?;
        let Some(agents) = inputs.facts(run, &cache)? else {
            return Ok(Memory::default());
        };
        let dependencies = agents
            .iter()
            .map(|(name, agent)| (name.clone(), agent.dependencies.clone()))
            .collect();
        let (graph, findings) = Graph::of(&dependencies, &BTreeSet::new());
        if !findings.is_empty() {
            return Ok(Memory::default());
        }
        let keys = inputs.keys(run.workspace, &agents, &graph, &tool, signed);
        let mut unchanged = BTreeMap::new();
        for environment in environments {
            let places = Places::of(run, &environment.name)?;
            for agent in agents.keys() {
                let unit = (environment.name.clone(), agent.clone());
                if let Some(known) = cache.units.get(&unit)
                    && keys.get(&unit) == Some(&known.key)
                    && places.of_unit(agent.as_str()) == Some(known.place.clone())
                {
                    unchanged.insert(unit, known.version.clone());
                }
            }
        }
        let mut read: BTreeSet<AgentName> = BTreeSet::new();
        for environment in environments {
            for agent in agents.keys().filter(|agent| inputs.runs(environment, agent)) {
                if !unchanged.contains_key(&(environment.name.clone(), agent.clone())) {
                    read.insert(agent.clone());
                }
            }
        }
        // the addresses of what an agent depends on stand in the files of the other one
        let needed: Vec<AgentName> = read
            .iter()
            .filter_map(|agent| agents.get(agent))
            .flat_map(|agent| agent.dependencies.clone())
            .collect();
        read.extend(needed);
        let mut elsewhere = Elsewhere::default();
        for (name, agent) in agents.iter().filter(|(name, _)| !read.contains(*name)) {
            elsewhere.agents.insert(name.clone(), agent.dependencies.clone());
        }
        for (environment, folders) in &inputs.environments {
            let agents = folders
                .releases
                .keys()
                .filter_map(|file| AgentName::new(file.strip_suffix(".yaml")?).ok());
            elsewhere.released.insert(
                environment.clone(),
                agents.filter(|agent| elsewhere.agents.contains_key(agent)).collect(),
            );
        }
        let cache = Cache { tool, agents, ..cache };
        Ok(Memory {
            unchanged,
            elsewhere,
            read: Some(read),
            keys,
            cache,
        })
    }

    /// Whether anything is known, so that a run may have left something out.
    pub(super) fn is_partial(&self) -> bool {
        !self.unchanged.is_empty()
    }

    /// Whether a unit is known to be unchanged.
    pub(super) fn knows(&self, environment: &EnvironmentName, unit: &str) -> bool {
        AgentName::new(unit).is_ok_and(|agent| self.unchanged.contains_key(&(environment.clone(), agent)))
    }

    /// The files of a commit that this run has to read, and what must be known of the others.
    pub(super) fn files(&self, run: &Run<'_>) -> Result<(FileTree, Elsewhere), Failure> {
        let Some(read) = &self.read else {
            return Ok((run.files(&layout::wanted)?, Elsewhere::default()));
        };
        let is_read = |agent: &str| {
            read.contains(agent) || AgentName::new(agent).is_ok_and(|agent| !self.elsewhere.agents.contains_key(&agent))
        };
        let wanted = |path: &str| {
            let agent = match path.strip_prefix("agents/") {
                Some(rest) => rest.split_once('/').map(|(agent, _)| agent),
                None => match layout::place(path) {
                    Place::Values(_, agent) | Place::Release(_, agent) => Some(agent),
                    _ => None,
                },
            };
            layout::wanted(path) && agent.is_none_or(is_read)
        };
        Ok((run.files(&wanted)?, self.elsewhere.clone()))
    }

    /// Whether an object that was rendered may be one of a unit that was not: then the run has to look at everything.
    pub(super) fn is_in_doubt(&self, workspace: &Workspace, plans: &[EnvironmentPlan]) -> bool {
        let mut objects = BTreeSet::new();
        let mut rendered = BTreeSet::new();
        for plan in plans {
            let server = server(workspace, &plan.environment);
            for (unit, ids) in &plan.objects {
                objects.extend(ids.iter().map(|id| object_number(server, id)));
                rendered.extend(AgentName::new(unit).map(|agent| (plan.environment.clone(), agent)));
            }
        }
        self.is_partial() && self.cache.has_object(&objects, &rendered)
    }

    /// Keeps for the next run what this one has made sure of.
    pub(super) fn keep(mut self, context: &Context, run: &Run<'_>, plans: &[EnvironmentPlan]) -> Result<(), Failure> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let mut news = false;
        for plan in plans {
            let places = Places::of(run, &plan.environment)?;
            let server = server(run.workspace, &plan.environment);
            for change in &plan.changes {
                let Ok(agent) = AgentName::new(&change.unit) else {
                    continue;
                };
                let unit = (plan.environment.clone(), agent);
                let (Some(ids), Some(version)) = (plan.objects.get(&change.unit), &change.version) else {
                    continue;
                };
                let (Some(key), Some(place)) = (self.keys.get(&unit), places.of_unit(&change.unit)) else {
                    continue;
                };
                let objects = ids.iter().map(|id| object_number(server, id)).collect();
                let known = CachedUnit {
                    key: key.clone(),
                    version: version.clone(),
                    place,
                    objects,
                };
                news |= self.cache.units.insert(unit, known.clone()) != Some(known);
            }
        }
        let agents = &self.cache.agents;
        let before = self.cache.units.len();
        self.cache.units.retain(|(_, agent), _| agents.contains_key(agent));
        if news || before != self.cache.units.len() {
            context
                .files
                .write(&place(run.repository), self.cache.text().as_bytes())?;
        }
        Ok(())
    }
}

fn place(repository: &dyn Repository) -> PathBuf {
    repository.git_folder().join("lockstep/units")
}

fn server<'a>(workspace: &'a Workspace, environment: &EnvironmentName) -> &'a str {
    workspace
        .environment(environment.as_str())
        .map_or("", |environment| &environment.file.cluster.server)
}

/// Git ids of everything in the dry commit that a unit may be rendered from.
struct Inputs {
    /// Ids of what every unit is rendered from.
    common: Vec<String>,
    agents: Folder,
    environments: BTreeMap<EnvironmentName, EnvironmentInputs>,
    /// Environments that follow the candidate.
    candidates: BTreeSet<EnvironmentName>,
}

struct EnvironmentInputs {
    values: Folder,
    releases: Folder,
}

impl Inputs {
    fn read(run: &Run<'_>) -> Result<Inputs, Failure> {
        let folder = |path: &str| run.repository.folder(&run.head.id, path);
        let id = |folder: &Folder, name: &str| folder.get(name).map(|id| id.0.clone()).unwrap_or_default();
        let environments = folder(layout::ENVIRONMENTS)?;
        let mut common = vec![
            id(&folder("")?, layout::TEMPLATES),
            id(&environments, "fleet.yaml"),
            id(&environments, "blueprints"),
        ];
        let mut found = BTreeMap::new();
        let mut candidates = BTreeSet::new();
        for environment in &run.workspace.environments {
            let base = format!("{}/{}", layout::ENVIRONMENTS, environment.name);
            common.push(id(&folder(&base)?, "environment.yaml"));
            let inputs = EnvironmentInputs {
                values: folder(&format!("{base}/values"))?,
                releases: folder(&format!("{base}/releases"))?,
            };
            found.insert(environment.name.clone(), inputs);
            if environment.file.follows == lockstep::workspace::files::Follows::Candidate {
                candidates.insert(environment.name.clone());
            }
        }
        Ok(Inputs {
            common,
            agents: folder(layout::AGENTS)?,
            environments: found,
            candidates,
        })
    }

    /// Every agent's folder and dependencies; nothing where too many are new to be worth it, or one cannot be read.
    fn facts(&self, run: &Run<'_>, cache: &Cache) -> Result<Option<BTreeMap<AgentName, CachedAgent>>, Failure> {
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

    fn runs(&self, environment: &Environment, agent: &AgentName) -> bool {
        self.candidates.contains(&environment.name)
            || self
                .environments
                .get(&environment.name)
                .is_some_and(|inputs| inputs.releases.contains_key(&format!("{agent}.yaml")))
    }

    /// The keys of all units.
    fn keys(
        &self,
        workspace: &Workspace,
        agents: &BTreeMap<AgentName, CachedAgent>,
        graph: &Graph,
        tool: &str,
        signed: &BTreeSet<EnvironmentName>,
    ) -> BTreeMap<Unit, String> {
        let mut common: Vec<&str> = vec![tool];
        common.extend(self.common.iter().map(String::as_str));
        let common = unit_key(&common);
        let mut keys = BTreeMap::new();
        for environment in &workspace.environments {
            let neighbours: Vec<&Environment> = workspace.neighbours(environment).collect();
            let files: BTreeMap<&AgentName, String> =
                agents.keys().map(|agent| (agent, format!("{agent}.yaml"))).collect();
            let id = |folder: &'_ Folder, agent: &AgentName| {
                folder.get(&files[agent]).map(|id| id.0.clone()).unwrap_or_default()
            };
            for (name, agent) in agents.iter().filter(|(name, _)| self.runs(environment, name)) {
                let own = &self.environments[&environment.name];
                let wave = graph.wave(name).to_string();
                let mut parts = vec![
                    common.clone(),
                    environment.name.to_string(),
                    // a unit that was fine without a signature needs one as soon as somebody may sign
                    signed.contains(&environment.name).to_string(),
                    name.to_string(),
                    agent.folder.clone(),
                    wave,
                    id(&own.values, name),
                    id(&own.releases, name),
                ];
                for other in &agent.dependencies {
                    parts.push(other.to_string());
                    parts.push(agents.get(other).map(|other| other.folder.clone()).unwrap_or_default());
                    for neighbour in neighbours.iter().filter(|_| agents.contains_key(other)) {
                        let theirs = &self.environments[&neighbour.name];
                        parts.extend([id(&theirs.values, other), id(&theirs.releases, other)]);
                    }
                }
                for other in graph.dependents(name) {
                    if neighbours.iter().any(|neighbour| self.runs(neighbour, other)) {
                        parts.push(format!("<{other}"));
                    }
                }
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                keys.insert((environment.name.clone(), name.clone()), unit_key(&parts));
            }
        }
        keys
    }
}

/// Git ids of the units on an environment branch.
struct Places {
    apps: Folder,
    records: Folder,
    argocd: Folder,
}

impl Places {
    fn of(run: &Run<'_>, environment: &EnvironmentName) -> Result<Places, Failure> {
        let name = run.workspace.branch(environment);
        let tip = run.delivery.tip(&name, &run.workspace.fleet.delivery.remote)?;
        let Tip::At { commit, .. } = tip else {
            return Ok(Places {
                apps: Folder::new(),
                records: Folder::new(),
                argocd: Folder::new(),
            });
        };
        let folder = |name: &str| run.delivery.folder(&commit, name);
        Ok(Places {
            apps: folder(branch::APPS)?,
            records: folder(branch::RECORDS)?,
            argocd: folder(branch::ARGOCD)?,
        })
    }

    /// All that a unit has on the branch, in one word.
    fn of_unit(&self, unit: &str) -> Option<String> {
        let application = self.argocd.get(&format!("{unit}.yaml"))?;
        Some(unit_key(&[
            &self.apps.get(unit)?.0,
            &self.records.get(unit)?.0,
            &application.0,
        ]))
    }
}
