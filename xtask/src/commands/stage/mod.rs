//! `stage record` and `stage summary`: how stages of the pipeline ended, in the ledger.

mod known;
mod summary;

use std::sync::Arc;

use lockstep::model::{AgentName, Digest, FileTree, Finding, PipelineStage, StageStatus};
use lockstep::release::ledger::{Fact, StageResult};
use lockstep::workspace::{Workspace, layout};
use serde_json::{Map, Value};

use self::summary::SummaryArgs;
use super::dry::{Part, is_outline};
use super::ledger::{PushArgs, Recording};
use super::{branches, selection};
use crate::context::{Context, Loaded};
use crate::failure::{Failure, FailureKind};
use crate::ports::{Commit, Repository};
use crate::report::Report;

/// Record how a stage of the pipeline ended, or show how far a tuple came.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Record(RecordArgs),
    Summary(SummaryArgs),
}

/// Record how a stage of the pipeline ended on an agent's tuple.
///
/// Without `--tuple` and `--environment` it is the candidate of the checked-out commit. A stage that fleet.yaml demands
/// counts only where the last record of it says `passed`.
#[derive(Debug, clap::Args)]
struct RecordArgs {
    /// The stage, for example `unit_test`.
    #[arg(value_name = "STAGE")]
    stage: String,
    /// How it ended.
    #[arg(value_enum, value_name = "STATUS")]
    status: Status,
    #[command(flatten)]
    of: TupleArgs,
    /// How long it took, seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    duration: Option<f64>,
    /// Why it ended so: why it was skipped, or what it found.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    reason: Option<String>,
    /// Something that it has to say: `<key>=<value>`.
    #[arg(long, value_name = "KEY=VALUE")]
    detail: Vec<String>,
    /// Where something that it made is kept.
    #[arg(long, value_name = "PLACE")]
    artifact: Vec<String>,
    #[command(flatten)]
    push: PushArgs,
}

/// Which tuple.
#[derive(Debug, clap::Args)]
struct TupleArgs {
    /// The agent.
    #[arg(long, short, value_name = "NAME")]
    agent: String,
    /// The tuple's id.
    #[arg(long, value_name = "DIGEST", conflicts_with = "environment")]
    tuple: Option<String>,
    /// The tuple that this environment runs.
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Status {
    /// It found nothing wrong.
    Passed,
    /// It found something wrong, or broke.
    Failed,
    /// It did not run.
    Skipped,
}

/// Records.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Record(args) => record(context, args),
        What::Summary(args) => summary::run(context, args),
    }
}

fn record(context: &Context, args: RecordArgs) -> Result<Report, Failure> {
    let stage = PipelineStage::parse(&args.stage).ok_or_else(|| {
        let known = PipelineStage::ALL.iter().map(|stage| stage.as_str());
        selection::unknown("stage", &args.stage, known)
    })?;
    let Tuple {
        repository,
        loaded,
        agent,
        id,
    } = match args.of.tuple(context)? {
        Ok(found) => found,
        Err(report) => return Ok(*report),
    };
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = branches::delivery_repository(context, &repository, workspace)?;
    let recording = Recording::begin(context, &*repository, &*delivery, workspace, args.push)?;
    let result = StageResult {
        stage,
        status: match args.status {
            Status::Passed => StageStatus::Passed,
            Status::Failed => StageStatus::Failed,
            Status::Skipped => StageStatus::Skipped,
        },
        duration_seconds: args.duration,
        reason: args.reason,
        tuple: id,
        details: details(&args.detail)?,
        artifacts: args.artifact,
    };
    let mut findings = Vec::new();
    if args.of.tuple.is_some() {
        let view = recording.ledger.view()?;
        findings.extend(known::unknown(&view, &*delivery, workspace, &agent, id)?);
    }
    let draft = recording.draft(None, agent.as_str(), Fact::Stage(result.clone()));
    recording.record(&|_| Ok(vec![draft.clone()]))?;
    findings.extend(recording.unpushed()?);
    let text = format!("`{stage}` {} on `{}` {id}\n", result.status.word(), args.of.agent);
    Ok(Report::new(result, text).with_findings(findings, FileTree::default()))
}

/// The longest that a stage may have taken, in seconds: a year.
const LONGEST: f64 = 366.0 * 86_400.0;

/// Reads the value of `--duration`.
fn seconds(text: &str) -> Result<f64, &'static str> {
    let seconds: f64 = text.parse().map_err(|_| "this is no number of seconds")?;
    match (0.0..=LONGEST).contains(&seconds) {
        true => Ok(seconds),
        false => Err("a stage takes some seconds, neither less than none nor more than a year has"),
    }
}

/// The tuple that is meant, and where the fleet was read from.
struct Tuple {
    repository: Arc<dyn Repository>,
    loaded: Loaded,
    agent: AgentName,
    id: Digest,
}

impl TupleArgs {
    /// The tuple, or what is wrong with the files that would say it.
    fn tuple(&self, context: &Context) -> Result<Result<Tuple, Box<Report>>, Failure> {
        let repository = context.repository()?;
        let head = repository.head()?;
        let loaded = context.load_commit(&*repository, &head, &is_outline)?;
        let Some(workspace) = &loaded.workspace else {
            return Ok(Err(Box::new(Report::of_findings(loaded.findings, loaded.tree))));
        };
        let agent = agent(&*repository, &head, &self.agent)?;
        let found = match (&self.tuple, &self.environment) {
            (Some(text), _) => Ok(Digest::parse(text).ok_or_else(|| {
                Failure::new(FailureKind::Usage, format!("`{text}` is no tuple id"))
                    .hint("write it like `sha256:<64 hexadecimal digits>`")
            })?),
            (None, Some(environment)) => self.running(context, &repository, workspace, environment)?,
            (None, None) => candidate(&*repository, &head, workspace, &agent)?,
        };
        Ok(found.map(|id| Tuple {
            repository,
            loaded,
            agent,
            id,
        }))
    }

    /// The tuple that an environment's branch has of the agent.
    fn running(
        &self,
        context: &Context,
        repository: &Arc<dyn Repository>,
        workspace: &Workspace,
        environment: &str,
    ) -> Result<Result<Digest, Box<Report>>, Failure> {
        let environment = selection::listed(workspace, &[environment.to_owned()])?[0];
        let delivery = branches::delivery_repository(context, repository, workspace)?;
        let tip = delivery.tip(&workspace.branch(environment), &workspace.fleet.delivery.remote)?;
        let units = tip.commit().map(|tip| branches::units(&*delivery, tip, &[&self.agent]));
        let record = units.transpose()?.and_then(|units| units.first()?.record());
        Ok(record.map(|record| record.id).ok_or_else(|| {
            let message = format!("`{}` is not in `{environment}`", self.agent);
            let finding = Finding::error("unreleased-unit", message).unit(environment.as_str(), &self.agent);
            let finding = finding.help(format!("cargo xtask release {environment}"));
            Box::new(Report::of_findings(vec![finding], FileTree::default()))
        }))
    }
}

fn details(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    let pair = |pair: &String| {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::new(FailureKind::Usage, format!("`{pair}` is no detail")).hint("write it like `tests=312`")
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        Ok((key.to_owned(), value))
    };
    let mut details = Map::new();
    for (key, value) in pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()? {
        // one of the two would be lost without a word
        if details.contains_key(&key) {
            return Err(
                Failure::new(FailureKind::Usage, format!("the detail `{key}` is given twice"))
                    .hint("give each its own name, or one list: `tests=[1, 2]`"),
            );
        }
        details.insert(key, value);
    }
    Ok(details)
}

/// The agent of this name in the commit.
fn agent(repository: &dyn Repository, head: &Commit, name: &str) -> Result<AgentName, Failure> {
    let known = repository.folder(&head.id, layout::AGENTS)?;
    let agent = AgentName::new(name).ok().filter(|_| known.contains_key(name));
    agent.ok_or_else(|| selection::unknown("agent", name, known.keys().map(String::as_str)))
}

/// The id of an agent's candidate, or what is wrong with it.
fn candidate(
    repository: &dyn Repository,
    head: &Commit,
    outline: &Workspace,
    name: &AgentName,
) -> Result<Result<Digest, Box<Report>>, Failure> {
    let part = Part::read(repository, &head.id, outline, &[name.clone()].into())?;
    let (workspace, mut findings) = Workspace::load_part(&part.tree, part.elsewhere);
    if let Some(workspace) = &workspace
        && let Some(agent) = workspace.agents.get(name)
    {
        let (tuple, more) = agent.candidate(workspace);
        if let Some(tuple) = tuple {
            return Ok(Ok(tuple.id()));
        }
        findings = more;
    }
    Ok(Err(Box::new(Report::of_findings(findings, part.tree))))
}
