//! `bench`: how long a release takes, against what the machine needs at least.

mod checks;
mod fleet;
mod ledger;
mod signatures;
mod stages;

use std::path::Path;

use lockstep::model::{Entry, FileTree};
use lockstep::report::Table;
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;

use super::answers::{Shape, shape};
use crate::adapters::measure::{self, Scratch};
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// Measure releases of made-up fleets against the floors of this machine.
///
/// Makes a fleet of N agents in four environments from this repository's templates, and releases it with this very
/// program, as a process of its own: cold (nothing on the branches, no cache), and again after one value of one agent
/// changed. The stages are measured one by one on all threads; the floors are reading the inputs, SHA-256 of the
/// output, and writing the output.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Numbers of agents.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = super::count::count, default_values_t = [10, 100, 1000])]
    agents: Vec<usize>,
    /// Runs of each measurement; the median is shown.
    #[arg(long, default_value_t = 3, value_name = "N")]
    runs: usize,
    /// Measure instead how long it takes to sign the statements of all environments and to verify one environment.
    #[arg(long)]
    signatures: bool,
    /// Measure instead how long schemas and 20 policies take for every object, beside a walk over the same objects.
    #[arg(long, conflicts_with = "signatures")]
    checks: bool,
    /// Measure instead how long `history`, `status` and `verify` take where this many events happened to one agent, and ten
    /// to each of the others.
    #[arg(long, value_name = "N", conflicts_with_all = ["signatures", "checks"])]
    events: Option<usize>,
    /// Where the made-up fleets are written; the system's folder for temporary files by default.
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<std::path::PathBuf>,
}

/// What one size of fleet takes.
#[derive(Serialize, JsonSchema)]
struct Row {
    /// Agents of the fleet.
    agents: usize,
    /// Units, in all environments.
    units: usize,
    /// Rendered objects.
    objects: usize,
    /// Bytes of all branches.
    output_bytes: u64,
    /// The first release, seconds.
    cold_seconds: f64,
    /// The release after one value changed, seconds.
    incremental_seconds: f64,
    /// The release of what is released already, seconds.
    unchanged_seconds: f64,
    /// `check` of one changed value against the commit before, seconds.
    check_seconds: f64,
    /// The same of a value that asks something else of the other units of its environment, seconds.
    check_between_seconds: f64,
    /// The most memory that the first release had, where the machine tells.
    peak_memory_bytes: Option<u64>,
    /// The first release by unit, microseconds.
    cold_microseconds_per_unit: f64,
    /// Its stages one by one.
    stages: stages::Stages,
    /// What the machine needs at least.
    floors: stages::Floors,
    /// Both against each other.
    ratios: Ratios,
}

/// What was measured against what it cannot be faster than.
#[derive(Serialize, JsonSchema)]
struct Ratios {
    /// The first release against the sum of the floors.
    cold_to_floor: f64,
    /// The release of one change against the first one.
    incremental_to_cold: f64,
}

/// How long releases take.
#[derive(Serialize, JsonSchema)]
struct Answer {
    /// Threads of the measurement.
    threads: usize,
    /// Runs, of which the median is told.
    runs: usize,
    /// A row for each size of fleet.
    rows: Vec<Row>,
    /// The last row.
    #[serde(flatten)]
    last: Option<LastRow>,
}

/// The figures of the last row once more, for scripts that measure one size.
#[derive(Serialize, JsonSchema)]
struct LastRow {
    /// The first release, seconds.
    cold_seconds: f64,
    /// The release after one value changed, seconds.
    incremental_seconds: f64,
    /// Its stages one by one.
    stages: stages::Stages,
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[
    shape::<Answer>(),
    shape::<signatures::Signatures>(),
    shape::<checks::Checks>(),
    shape::<ledger::LedgerTimes>(),
];

/// Measures.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let repository = context.files_of(&Source::WorkTree, &layout::is_input)?;
    if args.signatures {
        return signatures::run(context, &args, &repository);
    }
    if args.checks {
        return checks::run(context, &args, &repository);
    }
    if let Some(events) = args.events {
        return ledger::run(context, &args, &repository, events);
    }
    let mut rows = Vec::new();
    for agents in &args.agents {
        let progress = context.spinner("measuring");
        rows.push(row(context, &args, *agents, &repository)?);
        progress.finish_and_clear();
    }
    let last = rows.last().map(|row| LastRow {
        cold_seconds: row.cold_seconds,
        incremental_seconds: row.incremental_seconds,
        stages: row.stages,
    });
    let text = table(&rows);
    Ok(Report::new(
        Answer {
            threads: rayon::current_num_threads(),
            runs: args.runs.max(1),
            rows,
            last,
        },
        text,
    ))
}

fn row(context: &Context, args: &Args, agents: usize, repository: &FileTree) -> Result<Row, Failure> {
    let tree = fleet::files(agents, repository);
    let runs = args.runs.max(1);
    let mut cold = Vec::new();
    let mut incremental = Vec::new();
    let mut unchanged = Vec::new();
    let mut check = Vec::new();
    let mut check_between = Vec::new();
    let mut peak = None;
    let release = ["release", "dev", "staging", "canary", "production", "--quiet"];
    for _ in 0..runs {
        let scratch = Scratch::new(args.scratch.as_deref())?;
        let folder = scratch.path();
        write(context, folder, &tree)?;
        measure::make_repository(folder)?;
        let first = measure::this_program(folder, &release)?;
        cold.push(first.seconds);
        peak = peak.max(first.peak_bytes);
        // the first run after a cold one fills the caches that every later one finds
        unchanged.push(measure::this_program(folder, &release)?.seconds);
        for round in 0..3 {
            for (text, check) in [
                (fleet::changed_text(2 + round, round), &mut check_between),
                (fleet::changed_text(2 + round, 1 + round), &mut check),
            ] {
                context
                    .files
                    .write(&folder.join(fleet::changed_file()), text.as_bytes())?;
                measure::commit_all(folder, "One value")?;
                incremental.push(measure::this_program(folder, &release)?.seconds);
                check.push(measure::this_program(folder, &["check", "--base", "HEAD~1", "--quiet"])?.seconds);
            }
        }
    }
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let measured = stages::measure(context, &tree, scratch.path())?;
    let (cold, incremental, unchanged) = (median(&mut cold), median(&mut incremental), median(&mut unchanged));
    let floor = measured.floors.read_inputs + measured.floors.sha256_output + measured.floors.write_output;
    Ok(Row {
        agents,
        units: measured.units,
        objects: measured.objects,
        output_bytes: measured.output_bytes,
        cold_seconds: cold,
        incremental_seconds: incremental,
        unchanged_seconds: unchanged,
        check_seconds: median(&mut check),
        check_between_seconds: median(&mut check_between),
        peak_memory_bytes: peak,
        cold_microseconds_per_unit: cold * 1e6 / measured.units as f64,
        stages: measured.stages,
        floors: measured.floors,
        ratios: Ratios {
            cold_to_floor: cold / floor,
            incremental_to_cold: incremental / cold,
        },
    })
}

fn write(context: &Context, folder: &Path, tree: &FileTree) -> Result<(), Failure> {
    for (path, entry) in tree.entries() {
        if let Entry::File(bytes) = entry {
            context.files.write(&folder.join(path), bytes)?;
        }
    }
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new(&[
        "agents",
        "units",
        "objects",
        "MB",
        "cold s",
        "one value s",
        "nothing s",
        "check s",
        "between s",
        "peak MB",
        "µs/unit",
        "cold/floor",
    ]);
    for row in rows {
        table.row(vec![
            row.agents.to_string(),
            row.units.to_string(),
            row.objects.to_string(),
            format!("{:.1}", row.output_bytes as f64 / 1e6),
            format!("{:.3}", row.cold_seconds),
            format!("{:.3}", row.incremental_seconds),
            format!("{:.3}", row.unchanged_seconds),
            format!("{:.3}", row.check_seconds),
            format!("{:.3}", row.check_between_seconds),
            row.peak_memory_bytes
                .map_or_else(String::new, |bytes| format!("{:.0}", bytes as f64 / 1e6)),
            format!("{:.0}", row.cold_microseconds_per_unit),
            format!("{:.1}", row.ratios.cold_to_floor),
        ]);
    }
    let mut stages = Table::new(&[
        "agents",
        "load",
        "merge",
        "render",
        "parse",
        "emit",
        "digest",
        "write",
        "commit",
        "| floors: read",
        "sha256",
        "write",
    ]);
    for row in rows {
        let (s, f) = (&row.stages, &row.floors);
        let seconds = [
            s.load,
            s.merge,
            s.render,
            s.parse,
            s.emit,
            s.digest,
            s.write,
            s.commit,
            f.read_inputs,
            f.sha256_output,
            f.write_output,
        ];
        let mut cells = vec![row.agents.to_string()];
        cells.extend(seconds.iter().map(|seconds| format!("{:.3}", seconds)));
        stages.row(cells);
    }
    format!("{}\nstages, seconds on all threads\n{}", table.text(), stages.text())
}
