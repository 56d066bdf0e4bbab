//! How long schemas and policies take for every object of a made-up fleet, beside a walk over the same objects.

use std::hint::black_box;

use lockstep::model::{Entry, FileTree};
use lockstep::policy::Namespaces;
use lockstep::policy::admission::{Policies, Request, Resources};
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::report::Table;
use lockstep::schema::Catalogue;
use lockstep::workspace::{Environment, Workspace, layout};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Args, fleet, median};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// How many policies are measured.
const POLICIES: usize = 20;

/// What one size of fleet takes.
#[derive(Serialize, JsonSchema)]
struct Row {
    /// Agents of the fleet.
    agents: usize,
    /// Objects that were judged.
    objects: usize,
    /// Policies by which.
    policies: usize,
    /// The floor: looking at every value, seconds.
    walk_seconds: f64,
    /// Judging by the schemas, seconds.
    schemas_seconds: f64,
    /// Judging by the policies, seconds.
    policies_seconds: f64,
    /// Schemas against the floor.
    schemas_to_walk: f64,
    /// Policies against the floor.
    policies_to_walk: f64,
}

/// How long the checks of objects take.
#[derive(Serialize, JsonSchema)]
pub(super) struct Checks {
    /// Threads of the measurement.
    threads: usize,
    /// Runs, of which the median is told.
    runs: usize,
    /// A row for each size of fleet.
    rows: Vec<Row>,
}

/// Measures the checks of parsed objects, on all threads.
pub fn run(context: &Context, args: &Args, repository: &FileTree) -> Result<Report, Failure> {
    let rows: Result<Vec<Row>, Failure> = args
        .agents
        .iter()
        .map(|agents| row(context, args.runs.max(1), *agents, repository))
        .collect();
    let rows = rows?;
    let mut table = Table::new(&[
        "agents",
        "objects",
        "policies",
        "walk s",
        "schemas s",
        "policies s",
        "schemas/walk",
        "policies/walk",
    ]);
    for row in &rows {
        table.row(vec![
            row.agents.to_string(),
            row.objects.to_string(),
            row.policies.to_string(),
            format!("{:.4}", row.walk_seconds),
            format!("{:.4}", row.schemas_seconds),
            format!("{:.4}", row.policies_seconds),
            format!("{:.1}", row.schemas_to_walk),
            format!("{:.1}", row.policies_to_walk),
        ]);
    }
    let answer = Checks {
        threads: rayon::current_num_threads(),
        runs: args.runs.max(1),
        rows,
    };
    Ok(Report::new(answer, table.text()))
}

fn row(context: &Context, runs: usize, agents: usize, repository: &FileTree) -> Result<Row, Failure> {
    let tree = fleet::files(agents, repository);
    let unusable = || Failure::new(FailureKind::Usage, "the made-up fleet is not sound");
    let workspace = Workspace::load(&tree).0.ok_or_else(unusable)?;
    let (engines, _) = Engines::compile(&workspace);
    let (units, _) = render_all(&workspace, &engines, &Selection::everything(&workspace));
    let namespaces = Namespaces::of(&workspace, &units);
    let objects = objects(&workspace, &units);
    let (catalogue, _) = Catalogue::read(&tree);
    let (policies, _) = Policies::read(&some_policies(&tree), Resources::of_tree(&tree));
    let tally = policies.tally();
    let schemas = |(environment, object): &(&Environment, &Value)| {
        catalogue.check(&environment.file.cluster.version, object).len()
    };
    let admitted = |(environment, object): &(&Environment, &Value)| {
        let request = Request {
            object,
            old: None,
            namespace: namespaces.get(environment, object),
        };
        policies.judge(&request, &tally).len()
    };
    // what is compiled when the first object comes is no part of a pass
    black_box(objects.par_iter().map(schemas).sum::<usize>());
    let seconds = |pass: &dyn Fn() -> usize| {
        let mut measured: Vec<f64> = (0..runs)
            .map(|_| {
                let start = context.clock.monotonic();
                black_box(pass());
                context.clock.monotonic() - start
            })
            .collect();
        median(&mut measured)
    };
    let walk_seconds = seconds(&|| objects.par_iter().map(|(_, object)| walk(object)).sum());
    let schemas_seconds = seconds(&|| objects.par_iter().map(schemas).sum());
    let policies_seconds = seconds(&|| objects.par_iter().map(admitted).sum());
    Ok(Row {
        agents,
        objects: objects.len(),
        policies: policies.iter().count(),
        walk_seconds,
        schemas_seconds,
        policies_seconds,
        schemas_to_walk: schemas_seconds / walk_seconds,
        policies_to_walk: policies_seconds / walk_seconds,
    })
}

/// Every object, with the environment that it is for.
fn objects<'a>(workspace: &'a Workspace, units: &'a [RenderedUnit]) -> Vec<(&'a Environment, &'a Value)> {
    let of = |unit: &'a RenderedUnit| {
        let environment = workspace.environment(unit.environment.as_str())?;
        Some(unit.all_objects().map(move |manifest| (environment, &manifest.object)))
    };
    units.iter().filter_map(of).flatten().collect()
}

/// The first policies of a tree; a file whose name begins with `_` has none.
fn some_policies(tree: &FileTree) -> FileTree {
    let mut some = FileTree::default();
    let prefix = format!("{}/", layout::ADMISSION);
    let files = tree.entries().filter_map(|(path, entry)| match entry {
        Entry::File(bytes) => Some((path, path.strip_prefix(&prefix)?, bytes)),
        Entry::Link | Entry::Submodule | Entry::Ignored | Entry::Oversized { .. } => None,
    });
    for (path, _, bytes) in files.filter(|(_, name, _)| !name.starts_with('_')).take(POLICIES) {
        some.insert(path, bytes.to_vec());
    }
    some
}

/// The least that a check can do: to look at every value once.
fn walk(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(walk).sum::<usize>(),
        Value::Object(map) => 1 + map.iter().map(|(key, value)| key.len() + walk(value)).sum::<usize>(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}
