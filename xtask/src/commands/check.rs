//! `check`: everything that a pull request must hold, in one run.

mod base;
mod cases;
mod failing;
mod leaks;
mod policies;
mod promoted;
mod sides;
mod unjudged;

use std::collections::BTreeSet;

use indicatif::ProgressBar;
use lockstep::model::{AgentName, Entry, FileTree, Finding};
use lockstep::policy::By;
use lockstep::prompts::evaluation::Evaluation;
use lockstep::reference::pages;
use lockstep::workspace::{layout, retired};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use self::base::Base;
use self::promoted::Asked;
use super::abandoned;
use super::evaluate;
use super::generate::stale;
use super::judging::{self, Amount, Judgement, UnitsArgs, Watch};
use crate::adapters::signals;
use crate::context::{Context, Source, count};
use crate::failure::Failure;
use crate::outputs::OutputArgs;
use crate::ports::GitId;
use crate::report::Report;

/// Judge everything that a pull request must hold.
///
/// The files and what their parts say of each other, what they render to, by schemas, rules and policies, and the agents
/// by their recorded cases. With `--base` only what is new since then is told: findings that the base has too are
/// counted, agents that did not change are not evaluated, and summaries begin with what changes for whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    units: UnitsArgs,
    /// The git revision that the change is to go on top of, for example `origin/main`: compared with where both parted.
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
    /// Begin nothing more after this time, and say what was not checked. SIGTERM and Ctrl-C do the same at once; a second
    /// one ends the run without an answer.
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u32>,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(flatten)]
    amount: Amount,
    /// Findings that a waiver admits.
    waived: usize,
    /// The commit that the tree was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<GitId>,
    /// What `evaluate` says of the agents; null where none was evaluated.
    #[schemars(with = "Option<Vec<Evaluation>>")]
    evaluations: Value,
}

/// In how many rounds agents are evaluated, between which the time is looked at.
const ROUNDS: usize = 10;

/// Checks.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let progress = context.spinner("checking");
    let report = check(context, &args, &progress);
    progress.finish_and_clear();
    report
}

fn check(context: &Context, args: &Args, progress: &ProgressBar) -> Result<Report, Failure> {
    let begun = context.clock.now();
    let is_stopped = signals::heed();
    let is_late = || {
        let limit = args.time_limit.map(i64::from);
        is_stopped() || limit.is_some_and(|limit| context.clock.now() - begun >= limit)
    };
    let why = || match is_stopped() {
        true => "a signal asked to stop",
        false => "the time was over",
    };
    let watch = Watch {
        progress: progress.clone(),
        is_late: &is_late,
        why: &why,
    };
    let base = args.base.as_deref().map(|name| Base::find(context, name)).transpose()?;
    let (mut judged, mut earlier) = match &base {
        None => {
            let mut loaded = context.load_with_judges(&Source::WorkTree)?;
            leaks::join(context, &mut loaded)?;
            (
                judging::whole(context, loaded, &args.units, By::Everything, &watch)?,
                None,
            )
        }
        Some(base) => base.judged(context, &args.units, &watch)?,
    };
    let stale = generated(context, args, base.as_ref(), &judged, earlier.as_ref())?;
    judged.findings.extend(stale);
    // a change that leaves the list of environments alone abandons none of their branches
    if args.units.is_everything()
        && base
            .as_ref()
            .is_none_or(|base| base.touches(|path| path == layout::FLEET))
    {
        for side in [Some(&mut judged), earlier.as_mut()].into_iter().flatten() {
            let found = abandoned::of_loaded(context, &side.loaded)?;
            side.findings.extend(found);
        }
    }
    let asked = Asked::of(base.as_ref(), &args.units);
    let before = earlier.as_ref().and_then(|earlier| earlier.loaded.workspace.as_ref());
    let told = asked.told(context, &judged.loaded, before)?;
    judged.findings.extend(told.findings);
    judged.unchecked.extend(told.unchecked);
    if let Some(earlier) = &mut earlier {
        let told = asked.told(context, &earlier.loaded, None)?;
        earlier.findings.extend(told.findings);
    }
    let (mut known, mut change) = (Vec::new(), None);
    if let Some(earlier) = &earlier {
        change = base::change(earlier, &judged, &args.units)?;
        known = base::forget_known(&mut judged, earlier);
    } else if let Some(base) = &base {
        judged
            .unchecked
            .push(format!("what differs from `{}`: {}", base.name, why()));
    }
    let touched = match (&base, &change, &judged.loaded.workspace) {
        (Some(base), Some(change), Some(workspace)) => base.touched(change, workspace),
        (_, _, Some(workspace)) => workspace.agents.keys().cloned().collect(),
        (_, _, None) => BTreeSet::new(),
    };
    if let Some(base) = &base {
        let more = unjudged::unjudged(base, &judged, &known, &args.units);
        judged.unchecked.extend(more);
    }
    if let (Some(base), Some(workspace)) = (&base, &judged.loaded.workspace) {
        judged.findings.extend(cases::gone(context, base, workspace)?);
    }
    if let (Some(base), Some(earlier)) = (&base, &earlier) {
        let weakened = policies::weakened(base, earlier, &judged);
        judged.findings.extend(weakened);
    }
    let agents = with_cases(context, args, touched)?;
    // not one by one: each round looks at the whole fleet once more
    let each = agents.len().div_ceil(ROUNDS).max(1);
    let mut evaluated = Evaluated::default();
    count(progress, "evaluating", agents.len());
    for (round, some) in agents.chunks(each).enumerate() {
        if is_late() {
            let left = agents[round * each..].join(", ");
            judged.unchecked.push(format!("the cases of {left}: {}", why()));
            break;
        }
        let args = evaluate::Args::of(some);
        evaluated.add(evaluate::of_loaded(
            context,
            args,
            &judged.loaded,
            &ProgressBar::hidden(),
        )?);
        progress.inc(some.len() as u64);
    }
    if let Some(workspace) = &judged.loaded.workspace {
        // told, waived or known by now
        let past = retired(workspace, &judged.loaded.tree, &context.today());
        evaluated.findings.retain(|finding| !past.contains(finding));
    }
    if let (Some(base), Some(earlier)) = (&base, &earlier)
        && !is_late()
    {
        known.extend(failing::forget_known(context, base, &earlier.loaded, &mut evaluated)?);
    }
    // told where everything is judged, and by the change that takes the last one away
    let is_asked = args.units.is_everything() && earlier.is_none_or(|earlier| earlier.amount.policies > 0);
    if is_asked && !evaluated.findings.iter().any(Finding::is_error) {
        judged.findings.extend(judged.unguarded());
    }
    let compared = base
        .as_ref()
        .map(|base| (base.name.clone(), base.commit.0.chars().take(12).collect()));
    let notes = base.as_ref().and_then(|base| base.note.clone());
    let mut report = whole(judged, evaluated, base);
    report.known = known.len();
    report.base = compared;
    report.notes.extend(notes);
    report.change = change;
    Ok(report)
}

/// The generated files that are stale, which only a whole fleet without errors can tell. Of a change that no page of the
/// fleet tells of, and that touches none of these files, nothing is compared.
fn generated(
    context: &Context,
    args: &Args,
    base: Option<&Base>,
    judged: &Judgement,
    earlier: Option<&Judgement>,
) -> Result<Vec<Finding>, Failure> {
    let Some(workspace) = judged.loaded.whole().filter(|_| args.units.is_everything()) else {
        return Ok(Vec::new());
    };
    let before = earlier.and_then(|earlier| earlier.loaded.workspace.as_ref());
    let concerns = |base: &Base| {
        base.touches(stale::may_be_stale) || before.is_none_or(|before| pages(before) != pages(workspace))
    };
    if !base.is_none_or(concerns) {
        return Ok(Vec::new());
    }
    let touches = base.map(|base| move |path: &str| base.touches(|touched| touched == path));
    let was_there = touches.as_ref().map(|touches| touches as &dyn Fn(&str) -> bool);
    if judged.part.is_none() {
        return stale::stale(context, workspace, &judged.loaded.tree, was_there);
    }
    let loaded = context.load_with_judges(&Source::WorkTree)?;
    loaded.whole().map_or(Ok(Vec::new()), |whole| {
        stale::stale(context, whole, &loaded.tree, was_there)
    })
}

/// What `evaluate` says of the agents, one after the other.
#[derive(Default)]
struct Evaluated {
    evaluations: Vec<Value>,
    text: String,
    findings: Vec<Finding>,
    sources: FileTree,
    unchecked: Vec<String>,
}

impl Evaluated {
    fn add(&mut self, report: Report) {
        let evaluations = report.result.get("evaluations").and_then(Value::as_array);
        self.evaluations.extend(evaluations.into_iter().flatten().cloned());
        self.text += &report.text;
        self.findings.extend(report.findings);
        self.unchecked.extend(report.unchecked);
        for (path, entry) in report.sources.entries() {
            if let Entry::File(bytes) = entry {
                self.sources.insert(path.to_owned(), bytes.clone());
            }
        }
    }
}

/// One report of both.
fn whole(judged: Judgement, evaluated: Evaluated, base: Option<Base>) -> Report {
    let amount = judged.amount;
    // what reading the files found is told, waived or known by now
    let read: BTreeSet<Finding> = judged.loaded.findings.iter().cloned().collect();
    let judged = judged.report();
    let mut sources = judged.sources;
    for (path, entry) in evaluated.sources.entries() {
        if let Entry::File(bytes) = entry {
            sources.insert(path.to_owned(), bytes.clone());
        }
    }
    let mut findings = judged.findings;
    findings.extend(evaluated.findings.into_iter().filter(|finding| !read.contains(finding)));
    findings.sort();
    findings.dedup();
    let answer = Answer {
        amount,
        waived: findings.iter().filter(|finding| finding.waiver.is_some()).count(),
        base: base.map(|base| base.commit),
        evaluations: match evaluated.evaluations.is_empty() {
            true => Value::Null,
            false => evaluated.evaluations.into(),
        },
    };
    let text = judged.text + &in_short(&answer.evaluations).unwrap_or(evaluated.text);
    let mut report = Report::new(answer, text).with_findings(findings, sources);
    report.unchecked = judged.unchecked;
    report.unchecked.extend(evaluated.unchecked);
    report
}

/// Evaluations in one line, where all of them passed; the cases that do not hold are findings.
fn in_short(evaluations: &Value) -> Option<String> {
    let evaluations = evaluations.as_array()?;
    let passed = |evaluation: &Value| {
        evaluation
            .pointer("/verdict/outcome")
            .is_some_and(|word| word == "passed")
    };
    if evaluations.is_empty() || !evaluations.iter().all(passed) {
        return None;
    }
    let sum = |pointer: &str| -> u64 {
        let counts = evaluations.iter().filter_map(|one| one.pointer(pointer)?.as_u64());
        counts.sum()
    };
    let (cases, held) = (sum("/summary/total"), sum("/summary/passed"));
    let outcome = match cases == held {
        true => "all passed".to_owned(),
        false => format!("{held} of them hold, and every agent is above its bar"),
    };
    Some(format!(
        "evaluated {} agents by {cases} cases: {outcome}\n",
        evaluations.len()
    ))
}

/// The agents to evaluate: those that were asked for and have cases.
fn with_cases(context: &Context, args: &Args, touched: BTreeSet<AgentName>) -> Result<Vec<String>, Failure> {
    let named = &args.units.agent;
    let asked = touched
        .iter()
        .filter(|agent| named.is_empty() || named.iter().any(|name| name == agent.as_str()));
    let root = context.root()?;
    let has_cases = |agent: &&AgentName| context.files.is_folder(&root.join(layout::cases(agent)));
    Ok(asked.filter(has_cases).map(AgentName::to_string).collect())
}
