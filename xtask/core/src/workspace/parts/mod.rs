//! The parts of an agent against each other, against what its environments admit and what is known of models.

mod contracts;
mod defaults;
mod mentions;
mod metrics;
mod models;
mod parameters;
mod prompts;
mod retrieval;
mod tools;

use super::files::Follows;
use super::layout;
use super::{Agent, Environment, Workspace};
use crate::model::{FileTree, Finding, ModelComponent, Overrides, PlainVersion};
use crate::yaml::{Positions, Segment};

pub use models::retired;
pub(super) use prompts::prompt;

/// Checks every agent's parts against each other.
pub(super) fn check(workspace: &Workspace, tree: &FileTree, findings: &mut Vec<Finding>) {
    for agent in workspace.agents.values() {
        prompts::check(workspace, agent, tree, findings);
        mentions::check(workspace, agent, findings);
        contracts::check(agent, findings);
        tools::check(agent, findings);
        parameters::check(workspace, agent, findings);
        defaults::check(workspace, agent, findings);
        retrieval::check(workspace, agent, findings);
        models::check_retrieval(workspace, agent, findings);
        if let Some(setting) = workspace.environments.first().map(|first| Setting::plain(first, agent)) {
            models::check_known(workspace, &setting, tree, findings);
        }
        for environment in workspace.environments.iter().filter(|one| one.runs(&agent.name)) {
            if let Some(setting) = Setting::of(environment, agent) {
                let before = findings.len();
                models::check(workspace, &setting, tree, findings);
                tools::check_in(&setting, tree, findings);
                for finding in &mut findings[before..] {
                    finding.unit = Some(format!("{}/{}", environment.name, agent.name));
                }
            }
        }
    }
}

/// Line and column of what stands at a path of a text, or nearest to it.
fn nearest(text: &str, path: &[Segment]) -> (usize, usize) {
    Positions::of(text).map_or((0, 0), |positions| positions.nearest(path))
}

/// The same in a file of the tree.
fn nearest_in(tree: &FileTree, file: &str, path: &[&str]) -> (usize, usize) {
    let path: Vec<Segment> = path.iter().map(|key| Segment::Key((*key).to_owned())).collect();
    let text = tree.get(file).map(|bytes| String::from_utf8_lossy(bytes));
    text.map_or((0, 0), |text| nearest(&text, &path))
}

/// An agent in an environment: what it runs there, and where that is written.
struct Setting<'a> {
    environment: &'a Environment,
    agent: &'a Agent,
    model: Option<&'a ModelComponent>,
    tools: Option<PlainVersion>,
    retrieval: Option<PlainVersion>,
    prompts: Vec<(&'a str, PlainVersion)>,
    overrides: Overrides,
    /// The file that holds the tuple, and the path of the tuple in it.
    source: (String, &'static str),
}

impl<'a> Setting<'a> {
    /// The candidate as it would run where nothing is replaced.
    fn plain(environment: &'a Environment, agent: &'a Agent) -> Setting<'a> {
        let candidate = &agent.file.candidate;
        let prompts = candidate.prompts.iter();
        Setting {
            environment,
            agent,
            model: candidate.model.as_ref(),
            tools: candidate.tools,
            retrieval: candidate.retrieval,
            prompts: prompts.map(|(name, version)| (name.as_str(), *version)).collect(),
            overrides: Overrides::default(),
            source: (layout::agent(agent.name.as_str()), "candidate"),
        }
    }

    fn of(environment: &'a Environment, agent: &'a Agent) -> Option<Setting<'a>> {
        let overrides = environment.overrides(&agent.name);
        if environment.file.follows == Follows::Candidate {
            return Some(Setting {
                overrides,
                ..Setting::plain(environment, agent)
            });
        }
        let tuple = &environment.releases.get(&agent.name)?.tuple;
        Some(Setting {
            environment,
            agent,
            model: tuple.model.as_ref(),
            tools: tuple.tools.as_ref().map(|part| part.version),
            retrieval: tuple.retrieval.as_ref().map(|part| part.version),
            prompts: tuple
                .prompts
                .iter()
                .map(|(name, part)| (name.as_str(), part.version))
                .collect(),
            overrides,
            source: (layout::release(&environment.name, &agent.name), "tuple"),
        })
    }

    /// Where the file stands that sets a key of a part: the agent's values here, the environment, or the tuple's own.
    fn place(&self, tree: &FileTree, part: &str, key: &str) -> (String, usize, usize) {
        let values = layout::values(&self.environment.name, &self.agent.name);
        let environment = layout::environment(self.environment.name.as_str());
        let replaces = self.overrides != Overrides::default();
        for (file, root) in [
            (&values, "overrides"),
            (&environment, "overrides"),
            (&self.source.0, self.source.1),
        ]
        .into_iter()
        .skip(if replaces { 0 } else { 2 })
        {
            let path = [root, part, key].map(|key| Segment::Key(key.to_owned()));
            let text = tree.get(file).map(|bytes| String::from_utf8_lossy(bytes));
            let positions = text.and_then(|text| Positions::of(&text).ok());
            if let Some((line, column)) = positions.as_ref().and_then(|positions| positions.value(&path)) {
                return (file.clone(), line, column);
            }
        }
        (self.source.0.clone(), 0, 0)
    }
}
