//! `render --into`: the folder that gets the manifests, and what differs in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lockstep::model::{Entry, FileTree, Finding, shell_word};
use lockstep::render::{RenderedUnit, Selection};
use lockstep::workspace::layout::branch;
use lockstep::yaml;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Answer, Args};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// What happened in a folder.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FolderAnswer {
    /// Files that were written, or are to be.
    written: Vec<String>,
    /// Files that were removed, or are to be.
    removed: Vec<String>,
    /// How many stayed as they are.
    unchanged: usize,
}

/// Writes what was rendered to a folder, or says what differs there.
pub(super) fn to_folder(
    context: &Context,
    args: &Args,
    selection: &Selection<'_>,
    (folder, units): (&Path, &[RenderedUnit]),
) -> Result<Report, Failure> {
    let folder = context.folder.join(folder);
    let files = files(units);
    let there = there(context, selection, units, (&folder, &files))?;
    let differs = |path: &str, text: &str| there.get(path).map(|bytes| &bytes[..]) != Some(text.as_bytes());
    let mut answer = FolderAnswer::default();
    for (path, text) in &files {
        if !differs(path, text) {
            answer.unchanged += 1;
            continue;
        }
        if !args.check {
            context.files.write(&folder.join(path), text.as_bytes())?;
        }
        answer.written.push(path.clone());
    }
    for (path, _) in there.entries().filter(|(path, _)| !files.contains_key(*path)) {
        if !args.check {
            context.files.remove(&folder, &folder.join(path))?;
        }
        answer.removed.push(path.to_owned());
    }
    Ok(match args.check {
        true => checked(args, &folder, answer),
        false => written(&folder, answer),
    })
}

/// What the folder has of the units that were rendered, and, where no agents were named, of units that are not rendered any
/// more. Nothing is written through a link: who put it there could lead a run anywhere.
fn there(
    context: &Context,
    selection: &Selection<'_>,
    units: &[RenderedUnit],
    (folder, files): (&Path, &BTreeMap<String, String>),
) -> Result<FileTree, Failure> {
    if !context.files.exists(folder) {
        return Ok(FileTree::default());
    }
    let rendered: BTreeSet<(&str, &str)> = units
        .iter()
        .map(|unit| (unit.environment.as_str(), unit.unit.as_str()))
        .collect();
    let folders: BTreeSet<&str> = files.keys().flat_map(|path| above(path)).collect();
    let is_rendered = |name: &str| selection.environments.iter().any(|found| found.name.as_str() == name);
    // with agents named, what other agents have in the folder is none of this run's business
    let is_whole = selection.agents.is_none();
    let is_ours = |path: &str| match path.split('/').collect::<Vec<_>>()[..] {
        [environment, branch::APPS, unit, .., file] if rendered.contains(&(environment, unit)) => is_manifest(file),
        [environment, branch::APPS, _, "manifest.yaml"] => is_whole && is_rendered(environment),
        [environment, branch::ARGOCD, file] => is_whole && is_rendered(environment) && file.ends_with(".yaml"),
        _ => false,
    };
    let wanted =
        |path: &str| path.ends_with('/') || files.contains_key(path) || folders.contains(path) || is_ours(path);
    let mut there = context.files.tree(folder, &wanted)?;
    for path in folders {
        if there
            .entries()
            .any(|(name, entry)| name == path && *entry == Entry::Link)
        {
            return Err(linked(folder, path));
        }
        there.remove(path);
    }
    Ok(there)
}

/// The folders that a path leads through.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Whether Argo CD would apply a file of this name.
fn is_manifest(file: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| file.ends_with(ending))
}

fn linked(folder: &Path, path: &str) -> Failure {
    let message = format!(
        "`{}` is a link, through which manifests would be written elsewhere",
        folder.join(path).display()
    );
    Failure::new(FailureKind::Disk, message).hint("remove the link, or put a folder in its place")
}

fn files(units: &[RenderedUnit]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for unit in units {
        let text = yaml::write_manifests(unit.rendered.objects.iter().map(|manifest| &manifest.object));
        files.insert(format!("{}/{}", unit.environment, branch::manifest(&unit.unit)), text);
        for (name, objects) in &unit.rendered.argocd {
            let text = yaml::write_manifests(objects.iter().map(|manifest| &manifest.object));
            files.insert(format!("{}/{}", unit.environment, branch::argocd(name)), text);
        }
    }
    files
}

fn checked(args: &Args, folder: &Path, answer: FolderAnswer) -> Report {
    let shown = folder.display();
    let help = format!("render it again: `{}`", command(args, folder));
    let finding = |path: &String, what: &str| {
        Finding::error("stale-render", format!("`{shown}/{path}` {what}")).help(help.clone())
    };
    let written = answer.written.iter();
    let written = written.map(|path| finding(path, "differs from what the files render to"));
    let removed = answer.removed.iter();
    let removed = removed.map(|path| finding(path, "is nothing that the files render to"));
    let findings: Vec<Finding> = written.chain(removed).collect();
    let text = match findings.is_empty() {
        true => format!("{} files are up to date\n", answer.unchanged),
        false => String::new(),
    };
    report(answer, text).with_findings(findings, FileTree::default())
}

/// The command line that renders the same to the folder.
fn command(args: &Args, folder: &Path) -> String {
    let options = [
        ("--environment", &args.environment),
        ("--agent", &args.agent),
        ("--set", &args.set),
    ];
    let options = options
        .iter()
        .flat_map(|(name, given)| given.iter().map(move |given| (*name, given)));
    let options = options.chain(args.revision.iter().map(|revision| ("--revision", revision)));
    let mut command = format!(
        "cargo xtask render --into {}",
        shell_word(&folder.display().to_string())
    );
    for (name, given) in options {
        command.push_str(&format!(" {name} {}", shell_word(given)));
    }
    command
}

fn written(folder: &Path, answer: FolderAnswer) -> Report {
    let text = format!(
        "{}: {} written, {} removed, {} unchanged\n",
        folder.display(),
        answer.written.len(),
        answer.removed.len(),
        answer.unchanged
    );
    report(answer, text)
}

fn report(answer: FolderAnswer, text: String) -> Report {
    let answer = Answer {
        units: Vec::new(),
        folder: Some(answer),
    };
    Report::new(answer, text)
}
