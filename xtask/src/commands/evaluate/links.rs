//! Links among the cases, recordings and mock of an agent: what stands behind one is in no commit.

use lockstep::model::{Entry, FileTree, Finding};
use lockstep::workspace::{Agent, layout};

use crate::context::Context;
use crate::failure::Failure;

/// The links among them, and in the place of their folders; no file is read.
pub(super) fn links(context: &Context, agents: &[&Agent]) -> Result<Vec<Finding>, Failure> {
    let root = context.root()?;
    let mut findings = Vec::new();
    for agent in agents {
        let own = layout::regression(&agent.name);
        let inside = format!("{own}/");
        let leads_there = |path: &str| path.ends_with('/') && inside.starts_with(path);
        let wanted = |path: &str| path == own || path.starts_with(&inside) || leads_there(path);
        let tree = context.files.tree_up_to(&root, &wanted, 0)?;
        let links = tree.entries().filter(|(_, entry)| **entry == Entry::Link);
        let links = links.map(|(path, entry)| (path.to_owned(), entry.clone()));
        findings.extend(FileTree::new(links.collect()).unread());
    }
    Ok(findings)
}
