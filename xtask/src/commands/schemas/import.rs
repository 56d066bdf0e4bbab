//! `schemas import`: CustomResourceDefinitions become schemas under `schemas/crds/`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lockstep::model::{FileTree, Finding};
use lockstep::schema::Catalogue;
use lockstep::schema::import::{Imported, Source};
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Import CustomResourceDefinitions: objects of their kinds are checked from then on.
///
/// Each kind and version becomes one file under `schemas/crds/`, without descriptions, that records where it came from
/// and the SHA-256 of what was read; commit them. The files of versions that a definition does not serve any more are
/// removed. Objects that are no definitions are passed over. Nothing is written when a definition has an error, or when
/// two define a kind in different ways.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// YAML or JSON files, or folders of them, for example what `kubectl get crd -o yaml` prints.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where the definitions come from, for the record; the path of the file by default.
    #[arg(long, value_name = "TEXT")]
    origin: Option<String>,
    /// Their licence, as SPDX names it.
    #[arg(long, value_name = "LICENCE")]
    licence: Option<String>,
    /// Show what would be written and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Answer {
    /// Whether the files were written.
    applied: bool,
    /// Files that were written, or would be.
    written: Vec<String>,
    /// Files that were the same already.
    unchanged: Vec<String>,
    /// Files of versions that their definitions do not serve any more, which were removed, or would be.
    removed: Vec<String>,
}

/// Imports.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let root = context.root()?;
    let schemas = context.files.tree(&root, &layout::is_object_schema)?;
    let (catalogue, mut findings) = Catalogue::read(&schemas);
    let (sources, more) = sources(context, &args.paths)?;
    findings.extend(more);
    let mut imported = Imported::default();
    for (path, _) in sources.entries() {
        imported.join(import(&catalogue, &sources, path, &args));
    }
    findings.extend(imported.findings);
    if findings.iter().any(Finding::is_error) {
        return Ok(Report::of_findings(findings, sources));
    }
    let mut answer = Answer {
        applied: !args.dry_run,
        ..Answer::default()
    };
    for (path, text) in &imported.files {
        let is_there = schemas.get(path).is_some_and(|bytes| **bytes == *text.as_bytes());
        if is_there {
            answer.unchanged.push(path.clone());
            continue;
        }
        if !args.dry_run {
            context.files.write(&root.join(path), text.as_bytes())?;
        }
        answer.written.push(path.clone());
    }
    for path in imported.outdated {
        if !args.dry_run {
            context.files.remove(&root, &root.join(&path))?;
        }
        answer.removed.push(path);
    }
    let text = shown(&answer);
    Ok(Report::new(answer, text).with_findings(findings, sources))
}

/// The files that the paths name, each under the name that findings show, and what is wrong with them as files.
fn sources(context: &Context, paths: &[PathBuf]) -> Result<(FileTree, Vec<Finding>), Failure> {
    let mut sources = FileTree::default();
    let mut findings = Vec::new();
    for path in paths {
        let place = context.folder.join(path);
        let name = path.to_string_lossy().into_owned();
        if is_manifest(&name) {
            let bytes = context.files.read_named(&place)?.ok_or_else(|| absent(path))?;
            sources.insert(name, bytes);
            continue;
        }
        if !context.files.exists(&place) {
            return Err(absent(path));
        }
        let folder = context
            .files
            .tree(&place, &|path| path.ends_with('/') || is_manifest(path))?;
        findings.extend(folder.findings());
        for (file, _) in folder.entries() {
            if let Some(bytes) = folder.get(file) {
                sources.insert(format!("{}/{file}", name.trim_end_matches('/')), Arc::clone(bytes));
            }
        }
    }
    Ok((sources, findings))
}

fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|suffix| path.ends_with(suffix))
}

fn absent(path: &Path) -> Failure {
    Failure::new(FailureKind::Usage, format!("there is no `{}`", path.display()))
        .hint("name YAML or JSON files, or folders of them")
}

fn import(catalogue: &Catalogue, sources: &FileTree, path: &str, args: &Args) -> Imported {
    let bytes = sources
        .get(path)
        .map(|bytes| String::from_utf8_lossy(bytes))
        .unwrap_or_default();
    catalogue.import(Source {
        path,
        text: &bytes,
        origin: args.origin.as_deref().unwrap_or(path),
        licence: args.licence.as_deref(),
    })
}

fn shown(answer: &Answer) -> String {
    let (wrote, written, removed, gone) = match answer.applied {
        true => ("wrote", "written", "removed", "removed"),
        false => ("would write", "to write", "would remove", "to remove"),
    };
    let lines = |verb: &str, paths: &[String]| -> String {
        let lines = paths.iter().map(|path| format!("{verb} {path}\n"));
        lines.collect()
    };
    let mut text = lines(wrote, &answer.written) + &lines(removed, &answer.removed);
    text += &format!(
        "{} {written}, {} unchanged",
        answer.written.len(),
        answer.unchanged.len()
    );
    if !answer.removed.is_empty() {
        text += &format!(", {} {gone}", answer.removed.len());
    }
    text + "\n"
}
