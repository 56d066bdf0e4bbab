//! Links among the cases, recordings and mock of an agent: what stands behind one is in no commit.

use lockstep::model::{Entry, FileTree, Finding};
use lockstep::workspace::{Agent, layout};

use crate::context::Context;
use crate::failure::Failure;

/// The links below these agents' folders; no file is read.
pub(super) fn links(context: &Context, agents: &[&Agent]) -> Result<Vec<Finding>, Failure> {
    let root = context.root()?;
    let mut findings = Vec::new();
    for agent in agents {
        let folder = layout::regression(&agent.name);
        if !context.files.is_folder(&root.join(&folder)) {
            continue;
        }
        let tree = context.files.tree_up_to(&root.join(&folder), &|_| true, 0)?;
        let links = tree.entries().filter(|(_, entry)| **entry == Entry::Link);
        let links = links.map(|(path, entry)| (format!("{folder}/{path}"), entry.clone()));
        findings.extend(FileTree::new(links.collect()).unread());
    }
    Ok(findings)
}
