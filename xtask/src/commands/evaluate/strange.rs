//! What stands where cases, recordings and mock of an agent do and is no file: behind a link is something that no commit
//! has, and a pipe is waited for without end.

use std::collections::BTreeMap;

use lockstep::model::{AgentName, Entry, FileTree, Finding};
use lockstep::workspace::{Agent, layout};

use crate::context::Context;
use crate::failure::Failure;

/// All of it by agent, and links in the place of their folders; no file is read.
pub(super) fn strange(context: &Context, agents: &[&Agent]) -> Result<BTreeMap<AgentName, Vec<Finding>>, Failure> {
    let root = context.root()?;
    let mut all = BTreeMap::new();
    for agent in agents {
        let own = layout::regression(&agent.name);
        let inside = format!("{own}/");
        let leads_there = |path: &str| path.ends_with('/') && inside.starts_with(path);
        let wanted = |path: &str| path == own || path.starts_with(&inside) || leads_there(path);
        let tree = context.files.tree_up_to(&root, &wanted, 0)?;
        let links = tree.entries().filter(|(_, entry)| **entry == Entry::Link);
        let links = links.map(|(path, entry)| (path.to_owned(), entry.clone()));
        let mut findings = FileTree::new(links.collect()).unread();
        let others = context.files.strange(&root, &wanted)?;
        findings.extend(others.into_iter().map(|(path, what)| {
            Finding::error(
                "stray-file",
                format!("`{path}` is {what}, and no file: nothing is read from it"),
            )
            .in_file(path)
            .help("remove it, or put a file in its place")
        }));
        if !findings.is_empty() {
            all.insert(agent.name.clone(), findings);
        }
    }
    Ok(all)
}
