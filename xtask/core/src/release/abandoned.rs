//! Branches of environments that the fleet no longer lists: Argo CD may still apply them, and nothing looks after them.

use serde::Deserialize;

use super::PreviousUnit;
use crate::model::{EnvironmentName, FileTree, Finding};
use crate::report::counted;
use crate::workspace::Workspace;
use crate::workspace::layout;
use crate::yaml::{Positions, Segment};

/// Where it is written how an environment is taken out of Argo CD.
const GUIDE: &str = "docs/guides/argo-cd.md";

/// A branch of an environment that the fleet does not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbandonedBranch {
    /// The environment, as the branch records it.
    pub environment: EnvironmentName,
    /// The branch.
    pub name: String,
    /// Whether this clone has a branch of that name.
    pub is_here: bool,
    /// The remote that had it at the last fetch.
    pub remote: Option<String>,
    /// How many agents it has.
    pub agents: usize,
    /// The commit that the environment was last rendered from, where the repository that people edit has it.
    pub dry_commit: Option<String>,
    /// The folder of the repository that has the branch, where it is not the one that people edit.
    pub delivery: Option<String>,
}

impl AbandonedBranch {
    /// The environment of a branch that no listed one has, as the branch itself records it. A branch that somebody else
    /// made, or that is a copy of another one, records nothing or another name than its own.
    pub fn environment(workspace: &Workspace, branch: &str, own: &PreviousUnit) -> Option<EnvironmentName> {
        #[derive(Deserialize)]
        struct Recorded {
            environment: EnvironmentName,
        }
        let name = branch.strip_prefix(&workspace.fleet.delivery.branch_prefix)?;
        let of = |known: &EnvironmentName| {
            name.strip_prefix(known.as_str())
                .is_some_and(|rest| ["", layout::branch::PROPOSED].contains(&rest))
        };
        let listed = &workspace.fleet.environments;
        if listed.iter().any(of) || own.dry_sha().is_none() {
            return None;
        }
        let recorded: Recorded = serde_json::from_slice(own.tuple.as_deref()?).ok()?;
        of(&recorded.environment).then_some(recorded.environment)
    }

    /// What is wrong with it.
    pub fn message(&self) -> String {
        let Self { environment, name, .. } = self;
        let agents = counted(self.agents, "agent");
        let place = match self.remote.is_none() && self.delivery.is_none() {
            true => format!("in this clone, with {agents}"),
            false => format!("there, with {agents} for Argo CD to apply"),
        };
        format!("the fleet does not list `{environment}`, and its branch `{name}` is still {place}")
    }

    /// What is told of it; its place is the fleet's list.
    pub fn finding(&self, tree: &FileTree) -> Finding {
        let forgotten = self.forgetting().map_or(String::new(), |command| {
            format!("; where somebody has deleted it already, `{command}` forgets it here")
        });
        let restored = match self.restoring(tree) {
            Some(command) => format!("bring its folder back, `{command}`, and add it to `environments:`"),
            None => "add it to `environments:`".to_owned(),
        };
        let help = format!(
            "where the environment is to go, delete the branch, `{}`, and then its Applications ({GUIDE}){forgotten}; where it is to stay, \
             {restored}",
            self.deleting()
        );
        let text = tree
            .get(layout::FLEET)
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let positions = text.and_then(|text| Positions::of(text).ok());
        let list = [Segment::Key("environments".to_owned())];
        let (line, column) = positions.map_or((0, 0), |positions| positions.nearest(&list));
        Finding::warning("abandoned-branch", self.message())
            .at(layout::FLEET, line, column)
            .help(help)
    }

    /// The commands that end it, a line for each way.
    pub fn commands(&self, tree: &FileTree) -> String {
        let deleted = format!(
            "{}    # where it is to go; then its Applications: {GUIDE}",
            self.deleting()
        );
        let restored = match self.restoring(tree) {
            Some(command) => format!("{command}    # where it is to stay; then add it to `environments:`"),
            None => format!("add it to `environments:` in {}, where it is to stay", layout::FLEET),
        };
        let forgotten = self
            .forgetting()
            .map(|command| format!("{command}    # where somebody has deleted it already"));
        let lines = [Some(deleted), forgotten, Some(restored)];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// Takes it away, from the remote and from here.
    fn deleting(&self) -> String {
        let (git, name) = (self.git(), &self.name);
        let there = self
            .remote
            .iter()
            .map(|remote| format!("{git} push {remote} --delete {name}"));
        let here = self.is_here.then(|| format!("{git} branch -D {name}"));
        there.chain(here).collect::<Vec<_>>().join(" && ")
    }

    /// Forgets what the remote no longer has.
    fn forgetting(&self) -> Option<String> {
        let remote = self.remote.as_ref()?;
        Some(format!("{} fetch --prune {remote}", self.git()))
    }

    /// Brings the environment's folder back, where it is gone and a commit here has it.
    fn restoring(&self, tree: &FileTree) -> Option<String> {
        let Self { environment, .. } = self;
        if tree.get(&layout::environment(environment.as_str())).is_some() {
            return None;
        }
        let commit = self.dry_commit.as_deref()?;
        let short = commit.get(..12).unwrap_or(commit);
        Some(format!(
            "git checkout {short} -- {}/{environment}",
            layout::ENVIRONMENTS
        ))
    }

    /// Git, in the repository that has the branch.
    fn git(&self) -> String {
        match &self.delivery {
            None => "git".to_owned(),
            Some(folder) => format!("git -C '{folder}'"),
        }
    }
}
