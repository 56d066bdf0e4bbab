//! Which generated files are not what would be written now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::CommandFactory;
use lockstep::model::{FileTree, Finding};
use lockstep::reference;
use lockstep::workspace::scaffold::{CiService, stale_pipelines};
use lockstep::workspace::{Workspace, layout};

use super::super::answers;
use super::{Answer, command_line, exit_codes};
use crate::cli::Cli;
use crate::context::Context;
use crate::failure::Failure;

/// Every generated file: path and text.
pub(super) fn files(workspace: &Workspace, tree: &FileTree) -> BTreeMap<String, String> {
    let mut files = reference::files(workspace, tree);
    files.insert(layout::reference("commands"), command_line::page(Cli::command()));
    files.extend(answers::schemas());
    files.insert(layout::reference("exit-codes"), exit_codes::page());
    files
}

/// What would be written and removed.
pub(super) fn compare(context: &Context, root: &Path, files: &BTreeMap<String, String>) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    for (path, text) in files {
        if context.files.read(&root.join(path))?.as_deref() == Some(text.as_bytes()) {
            answer.unchanged += 1;
        } else {
            answer.written.push(path.clone());
        }
    }
    let there = generated(context, root)?;
    answer.removed = there.into_iter().filter(|path| !files.contains_key(path)).collect();
    Ok(answer)
}

/// The files that stand where only generated ones stand: directly in the folders of schemas, of the reference and of
/// runbooks.
fn generated(context: &Context, root: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    let folders = [
        (layout::SCHEMAS, layout::SCHEMA_SUFFIX),
        (layout::REFERENCE, ".md"),
        (layout::RUNBOOKS, ".md"),
    ];
    for (folder, suffix) in folders {
        let place = root.join(folder);
        if !context.files.exists(&place) {
            continue;
        }
        let tree = context
            .files
            .tree(&place, &|path| !path.contains('/') && path.ends_with(suffix))?;
        found.extend(tree.entries().map(|(path, _)| format!("{folder}/{path}")));
    }
    Ok(found)
}

/// The pipelines here that are for other environments. They are nobody's but their owner's to write.
pub(super) fn pipelines(context: &Context, root: &Path, workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut tree = FileTree::default();
    for path in CiService::ALL.into_iter().flat_map(CiService::paths) {
        if let Some(bytes) = context.files.read(&root.join(&path))? {
            tree.insert(path, bytes);
        }
    }
    Ok(stale_pipelines(workspace, &tree))
}

/// A finding for each file that is to be written or removed.
pub(super) fn findings(answer: &Answer) -> Vec<Finding> {
    let finding = |path: &String, what: &str| {
        Finding::error("stale-generated-file", format!("`{path}` {what}"))
            .in_file(path)
            .help("write it again: `cargo xtask generate`")
    };
    let stale = answer
        .written
        .iter()
        .map(|path| finding(path, "is not what the code says"));
    let gone = answer
        .removed
        .iter()
        .map(|path| finding(path, "is no longer generated"));
    stale.chain(gone).collect()
}

/// What is stale here, for those who check a fleet. Where a fleet keeps none of a kind of generated files, none is missed
/// but those that were there until a change, where one is judged.
pub(in crate::commands) fn stale(
    context: &Context,
    workspace: &Workspace,
    tree: &FileTree,
    was_there: Option<&dyn Fn(&str) -> bool>,
) -> Result<Vec<Finding>, Failure> {
    let root = context.root()?;
    let kept: BTreeSet<String> = generated(context, &root)?.iter().map(|path| folder(path)).collect();
    let is_here = |path: &str| context.files.exists(&root.join(path));
    let mut found = Vec::new();
    // to write them all takes longer than to judge a small fleet
    if was_there.is_some() || !kept.is_empty() || FILES.into_iter().any(is_here) {
        let mut files = files(workspace, tree);
        let was_there = |path: &str| was_there.is_some_and(|was_there| was_there(path));
        files.retain(|path, _| kept.contains(&folder(path)) || was_there(path) || is_here(path));
        found = in_short(findings(&compare(context, &root, &files)?));
    }
    found.extend(pipelines(context, &root, workspace)?);
    Ok(found)
}

/// Several in one, at the first of them: one command mends all, and what else is wrong must not drown among them.
fn in_short(found: Vec<Finding>) -> Vec<Finding> {
    let count = found.len();
    let Some(first) = found.first().filter(|_| count > 2) else {
        return found;
    };
    let mut whole = first.clone();
    whole.message = format!("{}, and so are {} others", whole.message, count - 1);
    whole.help = Some("write them again: `cargo xtask generate`; `cargo xtask generate --check` names each".to_owned());
    vec![whole]
}

/// Where generated files stand, and the pipelines.
pub(in crate::commands) fn places() -> Vec<String> {
    let mut places: Vec<String> = FOLDERS.iter().chain(&FILES).map(|path| (*path).to_owned()).collect();
    places.extend(CiService::ALL.into_iter().flat_map(CiService::paths));
    places
}

/// Whether a change at a path may make a generated file stale whatever agents and environments say: one of these files, or
/// the code and the policies that they tell of.
pub(in crate::commands) fn may_be_stale(path: &str) -> bool {
    let sources = ["xtask", layout::POLICIES];
    FOLDERS.contains(&folder(path).as_str())
        || sources.contains(&path.split('/').next().unwrap_or_default())
        || places().iter().any(|place| place == path)
}

/// The folders in which they stand.
const FOLDERS: [&str; 4] = [layout::REFERENCE, layout::RUNBOOKS, layout::SCHEMAS, layout::WORKFLOWS];
/// Those that stand elsewhere.
const FILES: [&str; 2] = [layout::CODEOWNERS, layout::PULL_REQUEST_TEMPLATE];

fn folder(path: &str) -> String {
    path.rsplit_once('/')
        .map_or_else(String::new, |(folder, _)| folder.to_owned())
}
