//! Which agents a change of files concerns: what the others render to stays as it was.

use std::collections::BTreeSet;

use super::Workspace;
use super::files::AgentFile;
use super::near::agents_of;
use crate::model::{AgentName, FileTree};

/// A fleet and the files that it was read from.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// The files.
    pub tree: &'a FileTree,
    /// What they make.
    pub workspace: &'a Workspace,
}

/// The agents that may render to something else than before: those whose files differ, whom they call and who calls
/// them, and those that start earlier or later for it. `None` where files differ that all may be rendered from or judged
/// by.
pub fn concerned(before: Read<'_>, after: Read<'_>) -> Option<BTreeSet<AgentName>> {
    let changed = agents_of(before.tree.differing(after.tree))?;
    let mut concerned = changed.clone();
    for Read { workspace, .. } in [before, after] {
        for agent in &changed {
            concerned.extend(workspace.graph.dependents(agent).iter().cloned());
            let file = workspace.agents.get(agent).map(|agent| &agent.file);
            concerned.extend(file.into_iter().flat_map(AgentFile::agent_dependencies));
        }
    }
    let (earlier, later) = (&before.workspace.graph, &after.workspace.graph);
    let moved = after
        .workspace
        .agents
        .keys()
        .filter(|agent| earlier.wave(agent) != later.wave(agent));
    concerned.extend(moved.cloned());
    // files may be named after an agent that there is not
    let is_there = |side: Read<'_>, agent: &AgentName| side.workspace.agents.contains_key(agent);
    concerned.retain(|agent| is_there(before, agent) || is_there(after, agent));
    Some(concerned)
}
