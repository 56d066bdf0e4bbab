//! How long it takes to ask a ledger in which much has happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::artifact::{Generator, SignedLedger, SignerEntry, TrustFile, events_statement};
use lockstep::model::{Digest, EnvironmentName, FileTree, PipelineStage, StageStatus, Timestamp, Version};
use lockstep::release::ledger::{
    Draft, Fact, Gated, Head, Mark, MarkedVerdict, ReleaseName, Released, StageResult, UnitKey, Verdict, seal_together,
};
use lockstep::report::Table;
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{self, ledger};
use lockstep::yaml;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Args, fleet, median, write};
use crate::adapters::git::GitRepository;
use crate::adapters::measure::{self, Scratch};
use crate::adapters::signer::LocalKey;
use crate::commands::ledger::Ledger;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{CommitSigning, NewCommit, Repository, Signer, TreeChange};
use crate::report::Report;

/// Events of every agent but the first.
const USUAL: usize = 10;

/// What one size of fleet takes.
#[derive(Serialize, JsonSchema)]
struct Row {
    /// Agents of the fleet.
    agents: usize,
    /// Events of one of them.
    events: usize,
    /// Events of all, five to a signature.
    all_events: usize,
    /// `history` of that one, seconds.
    history_seconds: f64,
    /// The same with all its events as JSON, seconds.
    history_json_seconds: f64,
    /// `status` of the fleet, seconds.
    status_seconds: f64,
    /// `verify` of the environment and of all those events, seconds.
    verify_seconds: f64,
}

/// How long a ledger takes.
#[derive(Serialize, JsonSchema)]
pub(super) struct LedgerTimes {
    /// Runs, of which the median is told.
    runs: usize,
    /// A row for each size of fleet.
    ledger: Vec<Row>,
}

/// Measures with fleets of these sizes.
pub fn run(context: &Context, args: &Args, repository: &FileTree, events: usize) -> Result<Report, Failure> {
    let rows = args.agents.iter();
    let rows = rows.map(|agents| row(context, args, (*agents, events), repository));
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let mut table = Table::new(&[
        "agents",
        "events",
        "of all",
        "history s",
        "as JSON s",
        "status s",
        "verify s",
    ]);
    for row in &rows {
        table.row(vec![
            row.agents.to_string(),
            row.events.to_string(),
            row.all_events.to_string(),
            format!("{:.3}", row.history_seconds),
            format!("{:.3}", row.history_json_seconds),
            format!("{:.3}", row.status_seconds),
            format!("{:.3}", row.verify_seconds),
        ]);
    }
    let answer = LedgerTimes {
        runs: args.runs.max(1),
        ledger: rows,
    };
    Ok(Report::new(answer, table.text()))
}

/// Releases one environment, lets much happen to its agents, and asks.
fn row(
    context: &Context,
    args: &Args,
    (agents, events): (usize, usize),
    repository: &FileTree,
) -> Result<Row, Failure> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let folder = scratch.path();
    let environment = EnvironmentName::new("dev").expect("`dev` is a name");
    let key = LocalKey::from_pkcs8(&LocalKey::generate()?)?;
    let mut tree = fleet::files(agents, repository);
    tree.insert(
        layout::TRUST,
        yaml::write_typed(&trust(&key, &environment)).into_bytes(),
    );
    write(context, folder, &tree)?;
    measure::make_repository(folder)?;
    measure::this_program(folder, &["release", "dev", "--quiet"])?;
    let git = GitRepository::discover(folder)?;
    let (workspace, _) = Workspace::load(&tree);
    let workspace = workspace.expect("what was released is a workspace");
    let units: Vec<UnitKey> = workspace
        .agents
        .keys()
        .map(|agent| (Some(environment.clone()), agent.to_string()))
        .collect();
    let view = Ledger::new(context, &git, &workspace).view()?;
    let heads = view.heads(&units)?;
    let heads: BTreeMap<UnitKey, Head> = units.iter().cloned().zip(heads).collect();
    let (change, all_events) = happened(&key, &environment, events, heads)?;
    git.commit(&[NewCommit {
        branch: ledger::BRANCH.to_owned(),
        tip: git.tip(ledger::BRANCH, &workspace.fleet.delivery.remote)?,
        change,
        author: workspace.fleet.delivery.author.clone(),
        seconds: context.clock.now(),
        offset_minutes: 0,
        message: "What happened\n".to_owned(),
        signing: CommitSigning::AsSet,
    }])?;
    let most = units.first().map_or("", |(_, unit)| unit);
    let time = |arguments: &[&str]| -> Result<f64, Failure> {
        let run = || Ok(measure::this_program(folder, arguments)?.seconds);
        // the first one warms the caches of the system
        run()?;
        let mut seconds: Vec<f64> = (0..args.runs.max(1)).map(|_| run()).collect::<Result<_, Failure>>()?;
        Ok(median(&mut seconds))
    };
    Ok(Row {
        agents,
        events,
        all_events,
        history_seconds: time(&["history", most, "--environment", "dev"])?,
        history_json_seconds: time(&["history", most, "--environment", "dev", "--format", "json"])?,
        status_seconds: time(&["status", "--environment", "dev"])?,
        verify_seconds: time(&["verify", "--environment", "dev", "--quiet"])?,
    })
}

/// The files of events of the first unit, of some of all others, and of their signatures; and how many events these are.
fn happened(
    key: &LocalKey,
    environment: &EnvironmentName,
    most: usize,
    mut heads: BTreeMap<UnitKey, Head>,
) -> Result<(TreeChange, usize), Failure> {
    let units: Vec<UnitKey> = heads.keys().cloned().collect();
    let mut change = TreeChange::new();
    let mut signatures = Vec::new();
    let mut statements: Vec<Arc<[u8]>> = Vec::new();
    let mut count = 0;
    for (index, (_, unit)) in units.iter().enumerate() {
        let wanted = if index == 0 { most } else { USUAL };
        for number in 0..wanted.div_ceil(USUAL / 2) {
            let drafts = of_one_release(environment, unit, number);
            let (name, events) = seal_together(drafts, &mut heads);
            let digests = events
                .iter()
                .map(|event| (event.path.clone(), Digest::of(&event.bytes)));
            let releases = BTreeMap::from([(environment.clone(), 1)]);
            let generator = Generator::lockstep(env!("CARGO_PKG_VERSION"));
            statements.push(events_statement(&digests.collect(), &releases, generator).into());
            signatures.push(ledger::signature(&name.hex()));
            count += events.len();
            change.extend(events.into_iter().map(|event| (event.path, Some(event.bytes.into()))));
        }
    }
    let bundles = key.sign(&statements)?.into_iter().map(Some);
    change.extend(signatures.into_iter().zip(bundles));
    Ok((change, count))
}

/// What happens around one release.
fn of_one_release(environment: &EnvironmentName, unit: &str, number: usize) -> Vec<Draft> {
    let digest = |what: &str| Digest::of(format!("{unit} {number} {what}").as_bytes());
    let release = ReleaseName {
        version: Version::parse(&format!("v1.{number}.0")).expect("a version"),
        tuple: digest("tuple"),
        commit: digest("commit").hex()[..40].to_owned(),
    };
    let moment = |minute: usize| Timestamp::utc(1_700_000_000 + 3600 * number as i64 + 60 * minute as i64);
    let stage = |stage: PipelineStage| {
        Fact::Stage(StageResult {
            stage,
            status: StageStatus::Passed,
            duration_seconds: Some(12.5),
            reason: None,
            tuple: release.tuple,
            details: Default::default(),
            artifacts: vec![format!("https://ci.example.com/{unit}/{number}")],
        })
    };
    let facts = [
        stage(PipelineStage::UnitTest),
        stage(PipelineStage::BuildImage),
        Fact::Released(Box::new(Released {
            release: release.clone(),
            input_digest: digest("input"),
            inventory: digest("inventory"),
            dry_commit: digest("dry").hex()[..40].to_owned(),
            image: format!("registry.example.com/agents/{unit}@{}", digest("image")),
            namespace: format!("agents-{environment}"),
            promoted_from: None,
            started: Some(moment(1)),
        })),
        Fact::Gated(Gated {
            release: release.clone(),
            started: moment(2),
            agent_group: "all".to_owned(),
            success_rate: 0.999,
            p95_latency_ms: 812.0,
            error_trace_ratio: 0.001,
            callback_fail_rate: 0.0,
            verdict: Verdict::Verified,
            action: "ready_to_promote".to_owned(),
        }),
        Fact::Marked(Mark {
            verdict: MarkedVerdict::Verified,
            release: release.clone(),
            reason: "answers as before".to_owned(),
        }),
    ];
    let draft = |(minute, fact)| Draft {
        environment: Some(environment.clone()),
        unit: unit.to_owned(),
        time: moment(minute),
        by: "Bench <bench@localhost>".to_owned(),
        recovered: false,
        fact,
    };
    (0..).zip(facts).map(draft).collect()
}

/// Believes this key, and asks for signed events.
fn trust(key: &LocalKey, environment: &EnvironmentName) -> TrustFile {
    TrustFile {
        signers: vec![SignerEntry {
            name: "bench".to_owned(),
            key: Some(key.public().to_pem()),
            environments: vec![environment.clone()],
            ..SignerEntry::default()
        }],
        ledger: BTreeMap::from([(environment.clone(), SignedLedger::default())]),
        ..TrustFile::default()
    }
}
