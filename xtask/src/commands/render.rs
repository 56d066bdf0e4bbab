//! `render`: manifests without a commit.

mod folder;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lockstep::model::Finding;
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::layer_findings;
use lockstep::yaml::{self, Segment};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use self::folder::{FolderAnswer, to_folder};
use super::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Render manifests to standard output or to a folder.
///
/// Without `--revision` the files are read as they are on disk. Earlier ConfigMap generations, which a release keeps
/// from the environment branch, are left out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to render; all by default.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Agents to render; all, and what the environments have of their own, by default.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Render this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Write `<folder>/<environment>/apps/<agent>/manifest.yaml` and `…/argocd/*.yaml` instead of standard output.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Write nothing; exit with 1 when the folder differs from what would be written.
    #[arg(long, requires = "into")]
    check: bool,
    /// Set a value, for example `replicas=5`; the value is read as YAML.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// What was rendered; empty where it went to a folder.
    units: Vec<UnitAnswer>,
    /// What happened in the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<FolderAnswer>,
}

/// A unit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UnitAnswer {
    /// The environment.
    environment: String,
    /// The agent, or `_environment`.
    unit: String,
    /// The digest of what it was rendered from.
    input_digest: String,
    /// Its objects.
    objects: Vec<Value>,
}

/// Renders.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let source = args.revision.clone().map_or(Source::WorkTree, Source::Revision);
    let progress = context.spinner("rendering");
    let report = rendered(context, &args, &source);
    progress.finish_and_clear();
    report
}

/// Renders what a source has.
fn rendered(context: &Context, args: &Args, source: &Source) -> Result<Report, Failure> {
    let loaded = context.load(source)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    if selection::unreadable(workspace, &args.environment) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let environments = selection::environments(workspace, &args.environment)?;
    let agents = selection::agents(workspace, &args.agent, &BTreeSet::new())?;
    let gone = BTreeSet::new();
    selection::refuse_absent(workspace, &environments, agents.as_ref(), &gone, &loaded.findings)?;
    let (set, wrong) = set_values(&args.set)?;
    if !wrong.is_empty() {
        return Ok(Report::of_findings(wrong, loaded.tree));
    }
    let (engines, mut findings) = Engines::compile(workspace);
    let selection = Selection {
        environments,
        agents,
        set,
    };
    let (units, mut more) = render_all(workspace, &engines, &selection);
    findings.append(&mut more);
    findings.extend(loaded.findings);
    findings.sort();
    findings.dedup();
    if findings.iter().any(Finding::is_error) {
        return Ok(Report::of_findings(findings, loaded.tree));
    }
    let report = match &args.into {
        Some(folder) => to_folder(context, args, &selection, (folder, &units))?,
        None => to_output(context, &units),
    };
    findings.extend(report.findings.iter().cloned());
    Ok(report.with_findings(findings, loaded.tree))
}

/// An assignment as it was typed, its value, and the keys that lead there.
struct Assignment<'a> {
    text: &'a str,
    keys: Vec<&'a str>,
    value: Value,
}

/// The layer of values that assignments make, and what is wrong with it.
fn set_values(assignments: &[String]) -> Result<(Map<String, Value>, Vec<Finding>), Failure> {
    let mut set = Map::new();
    let mut typed: Vec<Assignment<'_>> = Vec::new();
    for assignment in assignments {
        let usage = || {
            Failure::new(FailureKind::Usage, format!("`{assignment}` is no assignment"))
                .hint("write `--set path.to.value=5`")
        };
        let (path, text) = assignment.split_once('=').ok_or_else(usage)?;
        let keys: Vec<&str> = path.split('.').collect();
        if keys.contains(&"") {
            return Err(usage());
        }
        let value = yaml::read_value(text).map_err(|error| usage().hint(error.message))?;
        let layer = keys.iter().rfold(value.clone(), |value, key| {
            Value::Object(Map::from_iter([((*key).to_owned(), value)]))
        });
        if let Value::Object(layer) = layer {
            pile(&mut set, layer);
        }
        typed.push(Assignment {
            text: assignment,
            keys,
            value,
        });
    }
    let findings = layer_findings(&Value::Object(set.clone()), &|path| place(&typed, path));
    Ok((set, findings))
}

/// The last assignment that says something at a path or below it, as it was typed.
fn place(typed: &[Assignment<'_>], path: &[Segment]) -> String {
    let keys = path.iter().map(|segment| match segment {
        Segment::Key(key) => key.as_str(),
        Segment::Index(_) => "",
    });
    let concerns = |assignment: &&Assignment<'_>| {
        let inside = path.get(assignment.keys.len()..).unwrap_or_default();
        let is_on_the_way = keys.clone().zip(&assignment.keys).all(|(key, set)| key == *set);
        is_on_the_way && assignment.value.pointer(&yaml::pointer(inside)).is_some()
    };
    let found = typed.iter().rev().find(concerns);
    found.map_or_else(|| "--set".to_owned(), |assignment| format!("--set {}", assignment.text))
}

/// Puts one assignment upon those before it; a `null` stays, for it is to delete what the files say.
fn pile(set: &mut Map<String, Value>, layer: Map<String, Value>) {
    for (key, value) in layer {
        match (set.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => pile(below, above),
            (_, value) => {
                set.insert(key, value);
            }
        }
    }
}

fn to_output(context: &Context, units: &[RenderedUnit]) -> Report {
    let answers = units
        .iter()
        .map(|unit| UnitAnswer {
            environment: unit.environment.to_string(),
            unit: unit.unit.clone(),
            input_digest: unit.input_digest.to_string(),
            objects: unit.all_objects().map(|manifest| manifest.object.clone()).collect(),
        })
        .collect();
    let text = match context.format {
        crate::context::Format::Json => String::new(),
        _ => yaml::write_manifests(
            units
                .iter()
                .flat_map(RenderedUnit::all_objects)
                .map(|manifest| &manifest.object),
        ),
    };
    Report::new(
        Answer {
            units: answers,
            folder: None,
        },
        text,
    )
}
