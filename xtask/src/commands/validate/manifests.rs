//! `validate --path`: manifests from anywhere, each finding at its own line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lockstep::model::{Entry, FileTree, Finding, Problem};
use lockstep::policy::Judge;
use lockstep::schema::{Streamed, objects};
use lockstep::workspace::layout;
use lockstep::yaml::{self, Positions, path_of_pointer};
use rayon::prelude::*;
use serde_json::Value;

use super::report;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// What is wrong with one object.
type Judging<'a> = &'a (dyn Fn(&Value) -> Vec<Problem> + Sync);

pub(super) fn run(context: &Context, paths: &[PathBuf], kubernetes: Option<&str>) -> Result<Report, Failure> {
    let (judge, mut findings) = Judge::read(&context.files_of(&Source::WorkTree, &layout::judges)?);
    let version = version(&judge, kubernetes)?;
    let tree = files(context, paths)?;
    findings.extend(tree.findings());
    let (objects, more) = judged(&tree, &|object| judge.object(&version, object));
    findings.extend(more);
    if objects == 0 && findings.is_empty() {
        let message = "there is no object in these files, so nothing was checked";
        let help = "name files, or folders with files, that end in `.yaml`, `.yml` or `.json`";
        findings.push(Finding::error("no-objects", message).help(help));
    }
    findings.sort();
    findings.dedup();
    let count = tree.entries().count();
    Ok(report(objects, count, "files", &findings).with_findings(findings, tree))
}

/// What a judge says of the objects of files, each finding at its line; and how many objects there are.
pub(in crate::commands) fn judged(tree: &FileTree, judge: Judging<'_>) -> (usize, Vec<Finding>) {
    let files: Vec<(&str, &[u8])> = tree
        .entries()
        .filter_map(|(path, entry)| match entry {
            Entry::File(bytes) => Some((path, &bytes[..])),
            Entry::Link | Entry::Oversized(_) => None,
        })
        .collect();
    let judged: Vec<(usize, Vec<Finding>)> = files.par_iter().map(|(path, bytes)| file(judge, path, bytes)).collect();
    let objects = judged.iter().map(|(objects, _)| objects).sum();
    (objects, judged.into_iter().flat_map(|(_, findings)| findings).collect())
}

/// The version that was asked for, or the newest that there are schemas of.
fn version(judge: &Judge, asked: Option<&str>) -> Result<String, Failure> {
    let known: Vec<&str> = judge.versions().collect();
    match asked {
        Some(version) if known.contains(&version) => Ok(version.to_owned()),
        Some(version) => {
            let message = format!("there are no schemas of Kubernetes {version}");
            Err(Failure::new(FailureKind::Usage, message).hint(format!("there is {}", known.join(", "))))
        }
        // without any, each object is a finding that says so
        None => Ok(known.last().copied().unwrap_or_default().to_owned()),
    }
}

/// The manifests at and below the paths, as the user typed them.
pub(in crate::commands) fn files(context: &Context, paths: &[PathBuf]) -> Result<FileTree, Failure> {
    let is_manifest =
        |path: &str| path.ends_with('/') || [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let mut entries = BTreeMap::new();
    for path in paths {
        let place = context.folder.join(path);
        let shown = path.to_string_lossy().trim_end_matches('/').to_owned();
        if let Some(bytes) = context.files.read(&place).ok().flatten() {
            entries.insert(shown, Entry::File(bytes.into()));
        } else if context.files.exists(&place) {
            for (name, entry) in context.files.tree(&place, &is_manifest)?.entries() {
                entries.insert(format!("{shown}/{name}"), entry.clone());
            }
        } else {
            let message = format!("there is no file or folder `{shown}`");
            return Err(Failure::new(FailureKind::Usage, message));
        }
    }
    Ok(FileTree::new(entries))
}

/// How many objects a file has, and what is wrong with it.
fn file(judge: Judging<'_>, path: &str, bytes: &[u8]) -> (usize, Vec<Finding>) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let finding = Finding::error("not-utf8", "the file is not UTF-8 text").in_file(path);
        return (0, vec![finding.help("save it as UTF-8")]);
    };
    let manifests = match yaml::read_manifests(text) {
        Ok(manifests) => manifests,
        Err(error) => return (0, vec![error.finding(path)]),
    };
    let mut findings: Vec<Finding> = manifests
        .ambiguous
        .iter()
        .map(|scalar| {
            let message = format!("`{}` means different things to different YAML readers", scalar.text);
            Finding::error("ambiguous-scalar", message)
                .at(path, scalar.line, scalar.column)
                .help("put quotes around it, or write it as Kubernetes reads it")
        })
        .collect();
    let values: Vec<_> = manifests.documents.into_iter().map(|document| document.value).collect();
    let positions = Positions::of_stream(text).unwrap_or_default();
    let at = |document: usize, problem: Problem| {
        let place = positions.get(document).map(|positions| {
            let path = path_of_pointer(&values[document], &problem.pointer).unwrap_or_default();
            let key = problem.on_key.then(|| positions.key(&path)).flatten();
            key.unwrap_or_else(|| positions.nearest(&path))
        });
        let (line, column) = place.unwrap_or_default();
        problem.finding().at(path, line, column)
    };
    let (objects, problems) = objects(&values);
    findings.extend(problems.into_iter().map(|(document, problem)| at(document, problem)));
    for Streamed {
        object,
        document,
        pointer,
    } in &objects
    {
        for mut problem in judge(object) {
            problem.pointer = format!("{pointer}{}", problem.pointer);
            findings.push(at(*document, problem));
        }
    }
    (objects.len(), findings)
}
