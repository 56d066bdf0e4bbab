//! `evaluate`: an agent's cases asked and judged.

mod again;
mod answer;
mod baseline;
mod beside;
mod evidence;
pub(super) mod exchange;
mod gathered;
mod grid;
mod idle;
mod live;
mod progress;
mod run;
mod running;
mod sources;
mod strange;
mod suite;
mod suites;
mod unused;
mod versus;
mod withheld;
pub(super) mod written;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args as _, FromArgMatches};
use indicatif::ProgressBar;
use lockstep::model::{AgentName, Finding};
use lockstep::prompts::cases::Case;
use lockstep::prompts::evaluation::{Bar, Evaluation, Grid, Kept, VerdictOutcome};
use lockstep::workspace::{Agent, Workspace, layout, retired};
use schemars::JsonSchema;
use serde::Serialize;

use super::answers::{Shape, shape};
use super::selection;
use crate::context::{Context, Format, Loaded, Source};
use crate::failure::{EXIT_OUTSIDE, Failure, FailureKind};
use crate::outputs::OutputArgs;
use crate::report::Report;
pub(super) use gathered::failed_case;
use progress::Progress;
use run::Runner;
use running::Running;
use written::suites as written_suites;

/// Judge agents by their cases, without a network by default.
///
/// Cases stand in `agents/<agent>/regression/cases/*.yaml`. Answers come from the cassettes beside them, then from
/// `mock.yaml` where the agent has one; `--live` asks a real endpoint. What nothing answers is `not evaluated`.
/// `--evidence` records the result, whichever it is, for the promotion of the tuple.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Agents to judge; all that have cases by default.
    #[arg(value_name = "AGENT")]
    agents: Vec<String>,
    /// Judge what this environment runs instead of the candidate.
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
    /// Judge it as this environment would run it: with its overrides.
    #[arg(long = "for", value_name = "ENVIRONMENT")]
    place: Option<String>,
    /// Judge it beside what this environment runs: it must not do worse, and no case may be gone. Without a name beside what
    /// the last environment runs that has it; where none has, it is judged alone.
    #[arg(long, value_name = "ENVIRONMENT", num_args = 0..=1, default_missing_value = "")]
    against: Option<String>,
    /// Judge it beside a variant: `<prompt>@<version>`, `model=<provider>/<name>`, or both with a comma. May be repeated.
    #[arg(long, value_name = "VARIANT")]
    versus: Vec<String>,
    /// Judge it beside every `--versus` prompt with every `--versus` model, too.
    #[arg(long, requires = "versus")]
    cross: bool,
    /// How often to ask each case.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Only cases with one of these tags.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only these cases.
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    /// Cases in and out.
    #[command(flatten)]
    exchange: exchange::Args,
    /// Where answers come from.
    #[command(flatten)]
    sources: sources::Args,
    /// What must be reached.
    #[command(flatten)]
    bar: BarArgs,
    /// Evidence for promotion.
    #[command(flatten)]
    evidence: evidence::Args,
    /// Refuse cases that were not evaluated, or that demand less than they did, as promotion does.
    #[arg(long)]
    strict: bool,
    /// Drop recordings that no case asks for any more: neither of the candidate nor of what runs anywhere.
    #[arg(long, conflicts_with_all = ["tag", "case", "live", "import", "export", "draft"])]
    prune: bool,
    /// Write the evaluation of a single agent as JSON to this file.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

/// What must be reached.
#[derive(Debug, clap::Args)]
struct BarArgs {
    /// The share of cases that must hold: more than this.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = rate)]
    pass_rate: f64,
    /// Whether that share must be proved with 95 % confidence, and not only seen.
    #[arg(long)]
    proved: bool,
    /// The least number of cases.
    #[arg(long, value_name = "N", default_value_t = 1)]
    least_cases: usize,
    /// How far the share may fall against another version.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    margin: f64,
}

/// A share of which there can be more.
fn rate(text: &str) -> Result<f64, String> {
    let rate = share(text).ok().filter(|rate| *rate < 1.0);
    rate.ok_or_else(|| "it is no number from 0 to less than 1, of which there can be more".to_owned())
}

/// A share, from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it is no number from 0 to 1".to_owned())
}

impl Args {
    /// Of which cases more is kept than numbers: memory stays flat in their number where nobody reads details.
    fn kept(&self, context: &Context) -> Kept {
        let is_read = matches!(context.format, Format::Json | Format::Junit);
        if is_read || self.into.is_some() || self.output.has_files() {
            return Kept::Everything;
        }
        match self.evidence.evidence || self.against.is_some() {
            true => Kept::Roll,
            false => Kept::Failures,
        }
    }

    /// Whether it is not everything of a suite that is asked for.
    fn is_part(&self) -> bool {
        !self.tag.is_empty() || !self.case.is_empty()
    }

    /// Whether a case is asked for.
    fn is_wanted(&self, case: &Case) -> bool {
        (self.tag.is_empty() || case.tags.iter().any(|tag| self.tag.contains(tag)))
            && (self.case.is_empty() || self.case.contains(&case.id))
    }

    /// These agents, and nothing else said on the command line.
    pub(super) fn of(agents: &[String]) -> Args {
        let command = Args::augment_args(clap::Command::new("evaluate").no_binary_name(true));
        let matches = command.get_matches_from(agents);
        Args::from_arg_matches(&matches).expect("names of agents are no options")
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// One for each agent that could be judged.
    evaluations: Vec<Evaluation>,
    /// Cases by variants, of the agents that were judged beside something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grids: Vec<Grid>,
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[
    shape::<Answer>(),
    shape::<exchange::Drafted>(),
    shape::<exchange::Imported>(),
    shape::<exchange::Exported>(),
];

/// Judges.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let progress = context.spinner("reading the fleet");
    let report = match context.load(&Source::WorkTree) {
        Ok(loaded) => of_loaded(context, args, &loaded, &progress),
        Err(failure) => Err(failure),
    };
    progress.finish_and_clear();
    report
}

/// Judges the agents of a tree that was read; shows how far it is.
pub(super) fn of_loaded(
    context: &Context,
    mut args: Args,
    loaded: &Loaded,
    progress: &ProgressBar,
) -> Result<Report, Failure> {
    args.strict |= args.evidence.evidence;
    args.sources.no_mock |= args.evidence.evidence;
    let unreadable = || Report::of_findings(loaded.findings.clone(), loaded.tree.clone());
    let Some(workspace) = &loaded.workspace else {
        return Ok(unreadable());
    };
    let names: Vec<String> = [&args.environment, &args.place, &args.against]
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .cloned()
        .collect();
    // without the prices, every limit of cost would be wrong
    let is_unpriced = workspace.models.is_none() && loaded.tree.get(layout::MODELS).is_some();
    if is_unpriced || selection::unreadable(workspace, &names) {
        return Ok(unreadable());
    }
    selection::environments(workspace, &names)?;
    let chosen = chosen(context, workspace, &args)?;
    if args.into.is_some() && chosen.len() > 1 {
        let message = format!(
            "`--into` takes one evaluation, and this is about {} agents",
            chosen.len()
        );
        return Err(Failure::new(FailureKind::Usage, message).hint("name one agent, or write all with `--format json`"));
    }
    let mut agents: Vec<&Agent> = chosen.iter().filter_map(|name| workspace.agents.get(name)).collect();
    // the last environment that runs an agent may be one that cannot be read
    let is_dark = |agent: &&Agent| workspace.last_release(&agent.name).is_err();
    if args.against.as_ref().is_some_and(String::is_empty) && agents.iter().any(is_dark) {
        return Ok(unreadable());
    }
    let strange = strange::strange(context, &agents)?;
    // an agent whose cases may be anything is not judged; the others are
    agents.retain(|agent| !strange.contains_key(&agent.name));
    let strange: Vec<Finding> = strange.into_values().flatten().collect();
    if !strange.is_empty() && (agents.is_empty() || args.exchange.asked()) {
        return Ok(Report::of_findings(strange, loaded.tree.clone()));
    }
    known_cases(context, &agents, &args)?;
    if args.exchange.asked() {
        return exchange::run(context, workspace, &agents, &args.exchange);
    }
    let unbuilt = suites::unbuilt(context, &agents)?;
    if !unbuilt.findings.is_empty() {
        return Ok(unbuilt);
    }
    let bar = Bar {
        pass_rate: args.bar.pass_rate,
        proved: args.bar.proved,
        cases: args.bar.least_cases,
        margin: args.bar.margin,
    };
    let place = args.place.as_deref().and_then(|place| workspace.environment(place));
    let demands = place.and_then(|place| workspace.fleet.promotion.get(&place.name));
    let margin = demands.and_then(|demands| demands.margin);
    args.evidence.admit(&bar, margin.unwrap_or(Bar::default().margin))?;
    args.evidence.refuse_uncommitted(context, &agents)?;
    let _turns = args.turns(context, &agents)?;
    let running = Running::read(context, workspace, &agents)?;
    let progress = Progress::new(progress, context, workspace, (&args, &running), &agents)?;
    let runner = Runner::new(context, workspace, (&args, running), bar, progress)?;
    let (mut evaluations, mut grids) = (Vec::new(), Vec::new());
    let (mut findings, mut text) = (strange, String::new());
    let mut sources = loaded.tree.clone();
    for agent in agents {
        runner.progress.begin(agent);
        let done = runner.agent(agent, &mut findings, &mut sources)?;
        runner.progress.end(agent);
        if let Some(done) = done {
            text += &answer::text(context, &done.evaluation, done.grid.as_ref());
            findings.extend(answer::findings(&args, &done, runner.short().as_ref()));
            evaluations.push(done.evaluation);
            grids.extend(done.grid);
        }
    }
    if let (Some(file), [evaluation]) = (&args.into, &evaluations[..]) {
        let json = serde_json::to_string_pretty(evaluation).expect("evaluations have string keys");
        context
            .files
            .write(&context.folder.join(file), format!("{json}\n").as_bytes())?;
    }
    let failed = evaluations
        .iter()
        .any(|one| one.verdict.outcome == VerdictOutcome::Failed);
    let broken = concerning(&loaded.findings, &chosen);
    let unasked: Vec<String> = runner
        .outages()
        .into_iter()
        .chain(runner.short().map(|short| short.told()))
        .collect();
    // an endpoint that is away says nothing of a tuple, and neither does a budget that is used up
    if unasked.is_empty() {
        let (recorded, unpushed) = args.evidence.record(context, workspace, &evaluations, &broken)?;
        text += &recorded;
        findings.extend(unpushed);
    }
    findings.extend(broken);
    let past = retired(workspace, &loaded.tree, &context.today());
    findings.extend(concerning(&past, &chosen));
    findings.extend(past.into_iter().filter(|finding| is_of(finding, &chosen)));
    findings.sort();
    findings.dedup();
    let tables = answer::tables(&evaluations, &grids);
    let unrecorded = answer::unrecorded(&evaluations);
    let tested = evaluations.iter().flat_map(answer::tested).collect();
    let next = answer::next(&args, &evaluations);
    let mut report = Report::new(Answer { evaluations, grids }, text).with_findings(findings, sources);
    report.tables = tables;
    report.tested = tested;
    report.notes.extend(unrecorded);
    report.notes.extend(runner.notes());
    if !unasked.is_empty() {
        report.unchecked.extend(unasked);
        report.exit = (!failed).then_some(EXIT_OUTSIDE);
    }
    report.next.extend(next);
    Ok(report)
}

/// Refuses cases and tags that no suite has. Where a suite cannot be read, they may stand in there.
fn known_cases(context: &Context, agents: &[&Agent], args: &Args) -> Result<(), Failure> {
    if args.case.is_empty() && args.tag.is_empty() {
        return Ok(());
    }
    let (mut ids, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for agent in agents {
        for (_, suite) in written_suites(context, &agent.name)? {
            if suite.prompt.is_empty() {
                return Ok(());
            }
            for case in suite.cases {
                ids.insert(case.id);
                tags.extend(case.tags);
            }
        }
    }
    for (word, wanted, known) in [("case", &args.case, &ids), ("tag", &args.tag, &tags)] {
        if let Some(name) = wanted.iter().find(|name| !known.contains(*name)) {
            return Err(selection::unknown_of_many(word, name, known.iter().map(String::as_str)));
        }
    }
    Ok(())
}

/// Findings of the files of these agents: of one that cannot be read they are the whole answer.
fn concerning(findings: &[Finding], agents: &BTreeSet<AgentName>) -> Vec<Finding> {
    let folders: Vec<String> = agents
        .iter()
        .map(|agent| format!("{}/{agent}", layout::AGENTS))
        .collect();
    let is_in = |file: &str, folder: &String| {
        let rest = file.strip_prefix(folder.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let concerned = |finding: &&Finding| {
        let place = finding.location.as_ref();
        place.is_some_and(|place| folders.iter().any(|folder| is_in(&place.file, folder)))
    };
    findings.iter().filter(concerned).cloned().collect()
}

/// Whether a finding is about one of these agents where it runs.
fn is_of(finding: &Finding, agents: &BTreeSet<AgentName>) -> bool {
    let unit = finding.unit.as_deref().and_then(|unit| unit.split_once('/'));
    unit.is_some_and(|(_, name)| agents.iter().any(|agent| agent.as_str() == name))
}

/// The agents that were named, or all that have cases; those that cannot be read are among them.
fn chosen(context: &Context, workspace: &Workspace, args: &Args) -> Result<BTreeSet<AgentName>, Failure> {
    if !args.agents.is_empty() {
        let named = selection::agents(workspace, &args.agents, &BTreeSet::new())?;
        return Ok(named.unwrap_or_default());
    }
    let root = context.root()?;
    let has_cases = |agent: &&AgentName| context.files.exists(&root.join(layout::cases(agent)));
    let known = workspace.agents.keys().chain(&workspace.unreadable);
    let found: BTreeSet<AgentName> = known.filter(has_cases).cloned().collect();
    if found.is_empty() {
        let failure = Failure::new(FailureKind::Usage, "no agent has cases");
        return Err(failure.hint("write `agents/<agent>/regression/cases/<suite>.yaml`"));
    }
    Ok(found)
}
