//! Both sides of a change: what is the same on both is read once, and only as much as the change may reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use lockstep::model::{AgentName, Entry, FileTree};
use lockstep::workspace::{AgentTexts, Elsewhere, agents_of, layout, near};
use rayon::prelude::*;

use super::leaks;
use crate::commands::dry::{elsewhere, is_near, is_outline};
use crate::context::{Context, Loaded};
use crate::failure::Failure;
use crate::ports::{GitId, Wanted};

/// Reads a commit and the work tree, which differ at these paths, as far as that may reach; nothing where the paths are
/// about more than some agents, or change who depends on whom.
pub(super) fn part(context: &Context, base: &GitId, paths: &BTreeSet<String>) -> Result<Option<[Loaded; 2]>, Failure> {
    let Some(changed) = agents_of(paths.iter().map(String::as_str)) else {
        return Ok(None);
    };
    let repository = context.repository()?;
    let (texts, outline) = rayon::join(
        || texts(context, base, &changed),
        || context.repository()?.files(base, &is_outline).map(Loaded::of),
    );
    let [before, after] = texts?;
    let Some(near) = near(&before, &after, &changed) else {
        return Ok(None);
    };
    let outline = outline?;
    let Some(outline) = &outline.workspace else {
        return Ok(None);
    };
    let elsewhere = elsewhere(&*repository, base, outline, near.elsewhere)?;
    let wanted = |path: &str| layout::is_input(path) && is_near(&near.read, path);
    Ok(Some(read(context, base, paths, &wanted, &elsewhere)?))
}

/// The same of all files.
pub(super) fn whole(context: &Context, base: &GitId, paths: &BTreeSet<String>) -> Result<[Loaded; 2], Failure> {
    read(context, base, paths, &layout::is_input, &Elsewhere::default())
}

fn read(
    context: &Context,
    base: &GitId,
    paths: &BTreeSet<String>,
    wanted: Wanted<'_>,
    elsewhere: &Elsewhere,
) -> Result<[Loaded; 2], Failure> {
    let after = context.work_tree(wanted)?;
    let differs = |path: &str| match path.strip_suffix('/') {
        Some(_) => paths
            .range(path.to_owned()..)
            .next()
            .is_some_and(|next| next.starts_with(path)),
        None => paths.contains(path) && wanted(path),
    };
    let before = context.repository()?.files(base, &differs)?;
    let same = after.entries().filter(|(path, _)| !paths.contains(*path));
    // what git ignores no commit has: that it stands there is not the base's
    let same = same.filter(|(_, entry)| **entry != Entry::Ignored);
    let before = same
        .chain(before.entries())
        .map(|(path, entry)| (path.to_owned(), entry.clone()));
    let before = FileTree::new(before.collect());
    let (before, after) = rayon::join(
        || Loaded::of_part(before, elsewhere.clone()),
        || Loaded::of_part(after, elsewhere.clone()),
    );
    let mut sides = [before, after];
    leaks::join_both(context, &mut sides, base, paths)?;
    Ok(sides)
}

/// The files `agent.yaml` of a commit and of the work tree, between which only those of some agents may differ.
fn texts(context: &Context, base: &GitId, changed: &BTreeSet<AgentName>) -> Result<[AgentTexts; 2], Failure> {
    let (repository, root) = (context.repository()?, context.root()?);
    let path = |agent: &AgentName| layout::agent(agent.as_str());
    let folders = repository.folder(base, layout::AGENTS)?;
    let known = folders.keys().filter_map(|name| AgentName::new(name).ok());
    let agents: BTreeSet<AgentName> = known.chain(changed.iter().cloned()).collect();
    let after = agents.into_par_iter().map(|agent| {
        let bytes = context.files.read(&root.join(path(&agent)))?;
        Ok(bytes.map(|bytes| (agent, Arc::from(bytes))))
    });
    let after: Vec<Option<(AgentName, Arc<[u8]>)>> = after.collect::<Result<_, Failure>>()?;
    let after: AgentTexts = after.into_iter().flatten().collect();
    let mut before = after.clone();
    before.retain(|agent, _| !changed.contains(agent));
    let paths: Vec<String> = changed.iter().map(path).collect();
    let texts = changed.iter().zip(repository.read(base, &paths)?);
    before.extend(texts.filter_map(|(agent, bytes)| Some((agent.clone(), bytes?))));
    Ok([before, after])
}
