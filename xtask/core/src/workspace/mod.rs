//! The workspace: a file tree read into types, with every problem a finding.

pub mod faults;
pub mod files;
pub mod import;
pub mod layout;
pub mod lazy;
pub mod scaffold;
pub mod schemas;

mod agent;
mod blueprint;
mod branches;
mod check;
mod concern;
mod environments;
mod fixed;
mod forms;
mod graph;
mod known;
mod layers;
mod listing;
mod load;
mod near;
mod origins;
mod partials;
mod parts;
mod places;
mod regression;
mod releases;
mod shares;
mod suite_text;
mod suites;
mod trust;
mod unread;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use check::layer_findings;
pub(crate) use check::read as read_file;
pub(crate) use fixed::fixed_values;
pub use forms::team as no_team;

pub use agent::{Agent, Component, PromptComponent};
pub use blueprint::{ARGOCD_BLUEPRINT, Blueprint, ENVIRONMENT_BLUEPRINT, is_built_in};
pub use branches::{SentOn, WRONG_BRANCH, no_branch, of_branches, promoted_on, released_from};
pub use concern::{Read, concerned};
pub use graph::{Dependencies, Graph};
pub use load::dependencies;
pub use near::{AgentTexts, Near, agents_of, near};
pub use origins::{Explained, Origin, UnknownPath, explain};
pub use parts::retired;
pub(crate) use places::key as place_of_key;
pub use regression::{Judged, read_mock};
pub use suite_text::{SuiteText, case_count};
pub use suites::not_built;
pub use trust::read_trust;
pub use unread::{Unread, calls};

use crate::artifact::CommitKey;
use crate::model::{AgentName, Digest, EnvironmentName, FileTree, Finding, Overrides, Tuple};
use files::{EnvironmentFile, EnvironmentValues, FleetFile, Follows, HoldFile, ModelsFile, ReleaseFile};

/// Everything that the files of a tree say.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The fleet.
    pub fleet: FleetFile,
    /// The files that it was read from.
    pub sources: FileTree,
    /// What is known of models and indexes; absent where nobody wrote it down.
    pub models: Option<ModelsFile>,
    /// The environments that the fleet names, in its order.
    pub environments: Vec<Environment>,
    /// The agents by name.
    pub agents: BTreeMap<AgentName, Agent>,
    /// Agents whose files cannot be read: they are not gone, only unknown.
    pub unreadable: BTreeSet<AgentName>,
    /// What is known of agents and environments that cannot be read.
    pub unread: Unread,
    /// Agents that the fleet has and this tree leaves out, with those that they depend on.
    pub elsewhere: Dependencies,
    /// Who depends on whom.
    pub graph: Graph,
    /// The blueprints under `templates/` by name.
    pub blueprints: BTreeMap<String, Arc<Blueprint>>,
    /// Blueprints that have a folder and cannot be read: they are not gone, only unknown.
    pub unreadable_blueprints: BTreeSet<String>,
    /// Every blueprint that can be rendered from, by digest: current ones and pinned ones.
    pub by_digest: BTreeMap<Digest, Arc<Blueprint>>,
    /// Which keys must sign the commits of which environment's branch.
    pub commit_keys: BTreeMap<EnvironmentName, Vec<CommitKey>>,
}

/// An environment and what stands in its folder.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name: the folder's.
    pub name: EnvironmentName,
    /// Its own file.
    pub file: EnvironmentFile,
    /// What differs for single agents.
    pub values: BTreeMap<AgentName, EnvironmentValues>,
    /// The tuples that it runs, unless it follows the candidate.
    pub releases: BTreeMap<AgentName, ReleaseFile>,
    /// Agents that it runs and whose release files cannot be read: they are not gone, only unknown.
    pub unread: BTreeSet<AgentName>,
    /// Agents that it runs and whose release files this tree leaves out.
    pub elsewhere: BTreeSet<AgentName>,
    /// What is held.
    pub holds: BTreeMap<AgentName, HoldFile>,
}

/// What must be known of agents that a partial tree leaves out.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// The agents, and those that they depend on.
    pub agents: Dependencies,
    /// The environments that have a release file of them.
    pub released: BTreeMap<EnvironmentName, BTreeSet<AgentName>>,
}

impl Workspace {
    /// Reads a tree. Without a readable fleet file there is no workspace; everything else that is wrong is a finding
    /// beside what could be read.
    pub fn load(tree: &FileTree) -> (Option<Workspace>, Vec<Finding>) {
        load::load(tree, Elsewhere::default())
    }

    /// Reads a part of a tree: of some agents it has no file, and `elsewhere` says what the rest must know of them.
    pub fn load_part(tree: &FileTree, elsewhere: Elsewhere) -> (Option<Workspace>, Vec<Finding>) {
        load::load(tree, elsewhere)
    }

    /// The blueprint that an agent is rendered from in an environment.
    pub fn blueprint_of(&self, environment: &Environment, agent: &Agent) -> Option<&Arc<Blueprint>> {
        match environment.file.follows {
            Follows::Candidate => self.blueprints.get(&agent.file.candidate.blueprint),
            Follows::Releases => self
                .by_digest
                .get(&environment.releases.get(&agent.name)?.tuple.blueprint.sha256),
        }
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| environment.name.as_str() == name)
    }

    /// The agents that an environment runs, by name.
    pub fn agents_in<'a>(&'a self, environment: &'a Environment) -> impl Iterator<Item = &'a Agent> {
        self.agents.values().filter(|agent| environment.runs(&agent.name))
    }

    /// Environments whose objects stand in the same cluster and namespace, this one first.
    pub fn neighbours<'a>(&'a self, environment: &'a Environment) -> impl Iterator<Item = &'a Environment> {
        let same = |other: &&Environment| {
            other.name != environment.name
                && other.file.cluster.server == environment.file.cluster.server
                && other.file.namespace == environment.file.namespace
        };
        std::iter::once(environment).chain(self.environments.iter().filter(same))
    }

    /// Where an agent answers that is called from an environment: there, or, seen from a canary, in the owner of the namespace
    /// that it shares. Never the other way: the users of an environment are not its canary's.
    pub(crate) fn home<'a>(&'a self, environment: &'a Environment, agent: &AgentName) -> Option<&'a Environment> {
        let is_open = |home: &&Environment| home.name == environment.name || home.file.namespace_owner;
        let mut homes = self.neighbours(environment).filter(is_open);
        homes.find(|home| home.runs(agent))
    }

    /// The tuples of an agent that environments released: what they name never changes.
    pub fn released<'a>(&'a self, agent: &'a AgentName) -> impl Iterator<Item = &'a Tuple> {
        let files = self
            .environments
            .iter()
            .filter_map(|environment| environment.releases.get(agent));
        files.flat_map(|file| std::iter::once(&file.tuple).chain(file.previous.iter().map(|old| &old.tuple)))
    }

    /// The branch that Argo CD syncs of an environment.
    pub fn active_branch(&self, environment: &EnvironmentName) -> String {
        format!("{}{environment}", self.fleet.delivery.branch_prefix)
    }

    /// The branch that an environment's releases go to.
    pub fn branch(&self, environment: &EnvironmentName) -> String {
        let delivery = &self.fleet.delivery;
        let suffix = if delivery.proposed {
            layout::branch::PROPOSED
        } else {
            ""
        };
        format!("{}{environment}{suffix}", delivery.branch_prefix)
    }
}

impl Environment {
    /// Whether it runs an agent: all of them where it follows the candidate, those with a release file elsewhere.
    pub fn runs(&self, agent: &AgentName) -> bool {
        match self.file.follows {
            Follows::Candidate => true,
            Follows::Releases => {
                self.releases.contains_key(agent) || self.unread.contains(agent) || self.elsewhere.contains(agent)
            }
        }
    }

    /// What it replaces in an agent's tuple.
    pub fn overrides(&self, agent: &AgentName) -> Overrides {
        match self.values.get(agent) {
            Some(values) => self.file.overrides.then(&values.overrides),
            None => self.file.overrides.clone(),
        }
    }
}
