//! The stages of a release one by one, and the floors of the machine.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use lockstep::model::{Digest, FileTree, Manifest};
use lockstep::render::{Engines, Unit};
use lockstep::workspace::{Workspace, layout};
use lockstep::yaml;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Map;

use crate::adapters::git::GitRepository;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{CommitSigning, NewCommit, Repository, Tip};

/// Seconds of each stage, on all threads.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Stages {
    /// Files into types.
    pub load: f64,
    /// Values merged, context and input digest of every unit.
    pub merge: f64,
    /// Templates to text.
    pub render: f64,
    /// Text to objects.
    pub parse: f64,
    /// Objects to canonical text: parsing and emitting, less parsing alone.
    pub emit: f64,
    /// SHA-256 of every file.
    pub digest: f64,
    /// Every file written to a folder, which a release does not do: only `render --into` does.
    pub write: f64,
    /// Blobs, trees, pack, index and reference.
    pub commit: f64,
}

/// Seconds that the machine needs at least.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Floors {
    /// Reading the input files.
    pub read_inputs: f64,
    /// SHA-256 of the output.
    pub sha256_output: f64,
    /// Writing the output as one file.
    pub write_output: f64,
}

/// What was measured.
pub struct Measured {
    pub stages: Stages,
    pub floors: Floors,
    pub units: usize,
    pub objects: usize,
    pub output_bytes: u64,
}

/// Measures the stages over a fleet; `scratch` is an empty folder.
pub fn measure(context: &Context, tree: &FileTree, scratch: &Path) -> Result<Measured, Failure> {
    let mut stages = Stages::default();
    let mut floors = Floors::default();
    let clock = &context.clock;
    let timed = |seconds: &mut f64, start: f64| *seconds = clock.monotonic() - start;
    for (path, entry) in tree.entries() {
        if let lockstep::model::Entry::File(bytes) = entry {
            context.files.write(&scratch.join("in").join(path), bytes)?;
        }
    }
    let start = clock.monotonic();
    black_box(context.files.tree(&scratch.join("in"), &layout::wanted)?);
    timed(&mut floors.read_inputs, start);

    let start = clock.monotonic();
    let (workspace, findings) = Workspace::load(tree);
    timed(&mut stages.load, start);
    let unusable =
        |reason: String| Failure::new(FailureKind::Usage, format!("the made-up fleet is not sound: {reason}"));
    let Some(workspace) = workspace.filter(|_| !findings.iter().any(lockstep::model::Finding::is_error)) else {
        return Err(unusable(format!("{findings:?}")));
    };

    let start = clock.monotonic();
    let work: Vec<_> = workspace
        .environments
        .iter()
        .flat_map(|environment| workspace.agents_in(environment).map(move |agent| (environment, agent)))
        .collect();
    let units: Result<Vec<Unit>, _> = work
        .par_iter()
        .map(|(environment, agent)| Unit::new(&workspace, environment, agent, &Map::new()))
        .collect();
    timed(&mut stages.merge, start);
    let units = units.map_err(|findings| unusable(format!("{findings:?}")))?;

    let (engines, _) = Engines::compile(&workspace);
    let start = clock.monotonic();
    let texts: Vec<Vec<String>> = units.par_iter().map(|unit| engines.texts(unit)).collect();
    timed(&mut stages.render, start);

    // dropped at once, as a release does: keeping all objects would measure the memory
    let start = clock.monotonic();
    let count: usize = texts.par_iter().map(|texts| black_box(parse(texts)).len()).sum();
    timed(&mut stages.parse, start);

    let start = clock.monotonic();
    let manifests: Vec<String> = texts
        .par_iter()
        .map(|texts| yaml::write_manifests(parse(texts).iter().map(|manifest| &manifest.object)))
        .collect();
    timed(&mut stages.emit, start);
    stages.emit -= stages.parse;
    drop(texts);

    let start = clock.monotonic();
    manifests.par_iter().for_each(|text| {
        black_box(Digest::of(text.as_bytes()));
    });
    timed(&mut stages.digest, start);
    floors.sha256_output = stages.digest;

    let files: BTreeMap<String, Arc<[u8]>> = units
        .iter()
        .zip(&manifests)
        .map(|(unit, text)| {
            (
                format!("{}/{}", unit.environment, layout::branch::manifest(unit.agent.as_str())),
                text.as_bytes().into(),
            )
        })
        .collect();
    let start = clock.monotonic();
    for (path, bytes) in &files {
        context.files.write(&scratch.join("out").join(path), bytes)?;
    }
    timed(&mut stages.write, start);
    let whole: Vec<u8> = manifests.concat().into_bytes();
    let start = clock.monotonic();
    context.files.write(&scratch.join("whole"), &whole)?;
    timed(&mut floors.write_output, start);

    let repository = GitRepository::init_bare(&scratch.join("repository.git"))?;
    let change = files.into_iter().map(|(path, bytes)| (path, Some(bytes))).collect();
    let start = clock.monotonic();
    repository.commit(&[NewCommit {
        branch: "bench".to_owned(),
        tip: Tip::Unborn,
        change,
        author: "Bench <bench@localhost>".to_owned(),
        seconds: 1_700_000_000,
        offset_minutes: 0,
        message: "Bench\n".to_owned(),
        signing: CommitSigning::Never,
    }])?;
    timed(&mut stages.commit, start);
    let output_bytes = whole.len() as u64;
    Ok(Measured {
        stages,
        floors,
        units: units.len(),
        objects: count,
        output_bytes,
    })
}

fn parse(texts: &[String]) -> Vec<Manifest> {
    let documents = texts
        .iter()
        .filter_map(|text| yaml::read_manifests(text).ok())
        .flat_map(|manifests| manifests.documents);
    documents
        .filter_map(|document| Manifest::new(document.value).ok())
        .collect()
}
