//! Branches that the fleet has left behind, of environments that it no longer lists or from before it changed the prefix of
//! branches: Argo CD may still apply them, and nothing looks after them.

use serde::Deserialize;

use super::PreviousUnit;
use crate::model::{EnvironmentName, FileTree, Finding, Location, named};
use crate::report::counted;
use crate::workspace::layout;
use crate::workspace::{Workspace, place_of_key};
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
    /// What git calls the newest of these: the branch here, or the remote's.
    pub newest: String,
    /// How many agents it has.
    pub agents: usize,
    /// The commit that the environment was last rendered from, where the repository that people edit has it.
    pub dry_commit: Option<String>,
    /// The folder of the repository that has the branch, where it is not the one that people edit.
    pub delivery: Option<String>,
}

/// The branch of an environment that the fleet lists, from before it changed the prefix of branches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerBranch {
    /// The branch.
    pub name: String,
    /// The branch that its releases go to now.
    pub now: String,
    /// Whether that one is there.
    pub has_begun: bool,
    /// Whether this clone has a branch of the old name.
    pub is_here: bool,
    /// The remote that had it at the last fetch.
    pub remote: Option<String>,
    /// What git calls the newest of these: the branch here, or the remote's.
    pub newest: String,
    /// The folder of the repository that has the branch, where it is not the one that people edit.
    pub delivery: Option<String>,
}

impl FormerBranch {
    /// Whether a branch may be one by its name, so that it is worth looking at what it records.
    pub fn may_be(workspace: &Workspace, branch: &str) -> bool {
        let listed = &workspace.fleet.environments;
        listed
            .iter()
            .any(|environment| is_before(workspace, environment, branch))
    }

    /// The environment whose branch it is, as the branch itself records it.
    pub fn environment(workspace: &Workspace, branch: &str, own: &PreviousUnit) -> Option<EnvironmentName> {
        let listed = &workspace.fleet.environments;
        recorded(own).filter(|environment| listed.contains(environment) && is_before(workspace, environment, branch))
    }

    /// What is told of all of them, at the prefix.
    pub fn finding(all: &[FormerBranch], workspace: &Workspace, tree: &FileTree) -> Option<Finding> {
        let names: Vec<String> = all.iter().map(|branch| format!("`{}`", branch.name)).collect();
        let prefix = &workspace.fleet.delivery.branch_prefix;
        let are = if names.len() == 1 { "is" } else { "are" };
        if names.is_empty() {
            return None;
        }
        let message = format!(
            "{} {are} left from before branches began with `{prefix}`, and no release goes there any more",
            named(&names, 5)
        );
        let delete = format!(
            "once Argo CD reads the others, delete what is left: `{}`",
            all.iter().map(FormerBranch::deleting).collect::<Vec<_>>().join(" && ")
        );
        let begin: Vec<String> = all
            .iter()
            .filter(|branch| !branch.has_begun)
            .map(FormerBranch::going_on)
            .collect();
        let help = match begin.is_empty() {
            true => delete,
            false => format!(
                "to go on from there, `{}`, before anything is released; {delete}",
                begin.join(" && ")
            ),
        };
        let finding = Finding::warning("abandoned-branch", message).help(help);
        Some(match place_of_key(tree, layout::FLEET, &["delivery", "branchPrefix"]) {
            Some(Location { file, line, column }) => finding.at(file, line, column),
            None => finding.in_file(layout::FLEET),
        })
    }

    fn going_on(&self) -> String {
        let from = match (&self.remote, self.is_here) {
            (Some(remote), false) => format!("{remote}/{}", self.name),
            _ => self.name.clone(),
        };
        format!(
            "{} branch --no-track {} {from}",
            git(self.delivery.as_deref()),
            self.now
        )
    }

    fn deleting(&self) -> String {
        // whoever goes on from it keeps its commits as well
        let kept = self.has_begun.then_some(self.newest.as_str());
        let place = (self.is_here, self.remote.as_deref());
        deleting(&git(self.delivery.as_deref()), &self.name, place, kept)
    }
}

/// Whether a branch has the name of an environment after another prefix than that of now.
fn is_before(workspace: &Workspace, environment: &EnvironmentName, branch: &str) -> bool {
    let stem = branch.strip_suffix(layout::branch::PROPOSED).unwrap_or(branch);
    let is_of = |branch: &str| branch.ends_with(environment.as_str());
    (is_of(branch) || is_of(stem)) && !branch.starts_with(&workspace.active_branch(environment))
}

/// The environment that a branch records to be of.
fn recorded(own: &PreviousUnit) -> Option<EnvironmentName> {
    #[derive(Deserialize)]
    struct Recorded {
        environment: EnvironmentName,
    }
    let recorded: Recorded = serde_json::from_slice(own.tuple.as_deref()?).ok()?;
    Some(recorded.environment)
}

impl AbandonedBranch {
    /// The environment of a branch that no listed one has, as the branch itself records it. A branch that somebody else
    /// made, or that is a copy of another one, records nothing or another name than its own.
    pub fn environment(workspace: &Workspace, branch: &str, own: &PreviousUnit) -> Option<EnvironmentName> {
        let name = branch.strip_prefix(&workspace.fleet.delivery.branch_prefix)?;
        let of = |known: &EnvironmentName| {
            name.strip_prefix(known.as_str())
                .is_some_and(|rest| ["", layout::branch::PROPOSED].contains(&rest))
        };
        let listed = &workspace.fleet.environments;
        if listed.iter().any(of) || own.dry_sha().is_none() {
            return None;
        }
        recorded(own).filter(of)
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
            "where the environment is to go, keep its commits by a tag and delete the branch, `{}`, and then its Applications ({GUIDE}){forgotten}; where it is to stay, \
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
        let place = (self.is_here, self.remote.as_deref());
        deleting(&self.git(), &self.name, place, Some(&self.newest))
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

    fn git(&self) -> String {
        git(self.delivery.as_deref())
    }
}

/// Deletes a branch, here and on the remote. What only it holds keeps a tag: `diff`, `trace` and `git show` find released
/// commits by their ids, as long as something names them.
fn deleting(git: &str, name: &str, (is_here, remote): (bool, Option<&str>), kept: Option<&str>) -> String {
    let tag = format!("archive/{name}");
    let mut commands: Vec<String> = kept.iter().map(|newest| format!("{git} tag {tag} {newest}")).collect();
    if let Some(remote) = remote {
        let sent = if kept.is_some() {
            format!("{tag} ")
        } else {
            String::new()
        };
        commands.push(format!("{git} push {remote} {sent}:{name}"));
    }
    commands.extend(is_here.then(|| format!("{git} branch -D {name}")));
    commands.join(" && ")
}

/// Git, in the repository that has a branch.
fn git(delivery: Option<&str>) -> String {
    match delivery {
        None => "git".to_owned(),
        Some(folder) => format!("git -C '{folder}'"),
    }
}
