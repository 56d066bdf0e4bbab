//! How long it takes to sign a fleet and to verify an environment of it.

use std::hint::black_box;
use std::sync::Arc;

use lockstep::artifact::{self, Proof, Trust, TrustedSigner, payload};
use lockstep::model::{Digest, FileTree, Problem};
use lockstep::report::Table;
use lockstep::workspace::layout;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Args, fleet, median, write};
use crate::adapters::git::GitRepository;
use crate::adapters::measure::{self, Scratch};
use crate::adapters::signer::LocalKey;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Repository, Signer};
use crate::report::Report;

/// Environments of the made-up fleet, each of which has a statement of every agent.
const ENVIRONMENTS: usize = 4;

/// What one size of fleet takes.
#[derive(Serialize, JsonSchema)]
struct Row {
    /// Agents of the fleet.
    agents: usize,
    /// Statements that were signed and checked.
    statements: usize,
    /// Signing them, seconds.
    sign_seconds: f64,
    /// Checking them, seconds.
    check_seconds: f64,
    /// Units of the branch that was verified.
    verified_units: usize,
    /// Verifying it, seconds.
    verify_seconds: f64,
    /// Its files.
    files: usize,
    /// The floor: SHA-256 of them, seconds.
    sha256_seconds: f64,
}

/// How long signatures take.
#[derive(Serialize, JsonSchema)]
pub(super) struct Signatures {
    /// Threads of the measurement.
    threads: usize,
    /// Runs, of which the median is told.
    runs: usize,
    /// A row for each size of fleet.
    signatures: Vec<Row>,
}

/// Measures with fleets of these sizes.
pub fn run(context: &Context, args: &Args, repository: &FileTree) -> Result<Report, Failure> {
    let rows = args.agents.iter().map(|agents| row(context, args, *agents, repository));
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let mut table = Table::new(&[
        "agents",
        "statements",
        "sign s",
        "check s",
        "verified units",
        "verify s",
        "files",
        "floor: sha256",
    ]);
    for row in &rows {
        table.row(vec![
            row.agents.to_string(),
            row.statements.to_string(),
            format!("{:.3}", row.sign_seconds),
            format!("{:.3}", row.check_seconds),
            row.verified_units.to_string(),
            format!("{:.3}", row.verify_seconds),
            row.files.to_string(),
            format!("{:.3}", row.sha256_seconds),
        ]);
    }
    let answer = Signatures {
        threads: rayon::current_num_threads(),
        runs: args.runs.max(1),
        signatures: rows,
    };
    Ok(Report::new(answer, table.text()))
}

/// Releases one environment, takes its statements once for each environment, and verifies its branch.
fn row(context: &Context, args: &Args, agents: usize, repository: &FileTree) -> Result<Row, Failure> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let folder = scratch.path();
    write(context, folder, &fleet::files(agents, repository))?;
    measure::make_repository(folder)?;
    measure::this_program(folder, &["release", "dev", "--quiet"])?;
    let git = GitRepository::discover(folder)?;
    let tip = git.resolve("environment/dev")?.id;
    let files = git.files(&tip, &|_| true)?;
    let files: Vec<&Arc<[u8]>> = files.entries().filter_map(|(path, _)| files.get(path)).collect();
    let units = git.folder(&tip, layout::branch::RECORDS)?;
    let paths: Vec<String> = units.keys().map(|unit| layout::branch::bundle(unit)).collect();
    let bundles = git.read(&tip, &paths)?.into_iter().flatten();
    let statements: Vec<Arc<[u8]>> = bundles.filter_map(|bundle| payload(&bundle).map(Arc::from)).collect();
    let statements = vec![statements; ENVIRONMENTS].concat();

    let key = LocalKey::from_pkcs8(&LocalKey::generate()?)?;
    let trust = trust(&key);
    let certificate = |_: &[u8]| Err(Problem::error("unknown-signer", "", "there are no certificates here"));
    let clock = &context.clock;
    let (mut sign, mut check, mut verify, mut sha256) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.runs.max(1) {
        let start = clock.monotonic();
        let bundles = key.sign(&statements)?;
        sign.push(clock.monotonic() - start);
        let start = clock.monotonic();
        let holds = bundles
            .par_iter()
            .all(|bundle| artifact::check(bundle, &trust, &certificate).is_ok());
        check.push(clock.monotonic() - start);
        if !holds {
            return Err(Failure::new(FailureKind::Outside, "what was signed does not hold"));
        }
        let start = clock.monotonic();
        files.par_iter().for_each(|bytes| {
            black_box(Digest::of(bytes));
        });
        sha256.push(clock.monotonic() - start);
        let verified = measure::this_program(folder, &["verify", "--environment", "dev", "--quiet"])?;
        verify.push(verified.seconds);
    }
    Ok(Row {
        agents,
        statements: statements.len(),
        sign_seconds: median(&mut sign),
        check_seconds: median(&mut check),
        verified_units: units.len(),
        verify_seconds: median(&mut verify),
        files: files.len(),
        sha256_seconds: median(&mut sha256),
    })
}

/// Believes this key.
fn trust(key: &LocalKey) -> Trust {
    Trust {
        signers: vec![TrustedSigner {
            name: "bench".to_owned(),
            proof: Proof::Key(key.public().clone()),
            environments: Vec::new(),
            agents: None,
            sequences: Default::default(),
            valid_from: None,
            valid_until: None,
            revoked: None,
        }],
        ..Trust::default()
    }
}
