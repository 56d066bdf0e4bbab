//! `release`: render, check and commit environments.

pub(super) mod answer;
mod aside;
mod asked;
mod memory;
mod recording;
mod run;
mod unsigned;

use indicatif::ProgressBar;
use lockstep::model::{FileTree, Finding};
use lockstep::policy::{By, Judge};
use lockstep::release::EnvironmentPlan;
use lockstep::workspace::layout;
use lockstep::workspace::{Environment, SentOn, Workspace};
use rayon::prelude::*;

use self::answer::{answer, for_good, held, next, plan_text};
use self::asked::{Asked, Judged};
use self::memory::{Between, Memory};
use self::recording::{Kept, Records};
use self::run::{Branch, Run, made, refuse_dirty};
use self::unsigned::Unsigned;
use super::abandoned;
use super::branches::delivery_repository;
use super::checks;
use super::dry::{is_outline, unpushed};
use super::ledger::{Believer, Ledger};
use super::selection;
use super::signing::{Signing, SigningArgs};
use super::tries::Tries;
use super::trust::Trusted;
use super::verify::Certificates;
use crate::context::{Context, until_the_end};
use crate::failure::{EXIT_FINDINGS, EXIT_HOLD, Failure};
use crate::outputs::OutputArgs;
use crate::ports::GitId;
use crate::report::Report;

/// Render, check and commit environments.
///
/// Everything is judged before any branch moves. The commits go to `environment/<name>` in this repository; add
/// `--push` to send them on. Nothing is committed where nothing changed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to release, for example `dev`.
    #[arg(required = true, value_name = "ENVIRONMENT")]
    environments: Vec<String>,
    /// Release only these agents.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Release what has no findings, and exit with 1.
    #[arg(long)]
    keep_going: bool,
    /// Remove up to this many agents from an environment, instead of the fleet's deletion budget.
    #[arg(long, value_name = "N")]
    allow_removals: Option<usize>,
    /// Show the plan and stop.
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Push the branches and their notes, all or none.
    #[arg(long)]
    push: bool,
    /// Set `wrong-branch`, `stale-source` or `unpromoted-release` aside; that is recorded.
    #[arg(long = "override", value_name = "CHECK", requires = "reason")]
    overrides: Vec<String>,
    /// Why, for the commits and the ledger.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Sign with what this says, instead of what the trust file and this clone offer.
    #[command(flatten)]
    signing: SigningArgs,
    /// Give every unit of the run a new statement and signature, though its files stay the same.
    #[arg(long)]
    resign: bool,
    /// Read and render everything anew, whatever earlier runs have made sure of; the answer is the same.
    #[arg(long)]
    no_cache: bool,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

/// Releases.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    checks::among(&args.overrides, aside::CHECKS)?;
    let repository = context.repository()?;
    context.refuse_bare(&*repository)?;
    let head = repository.head()?;
    let progress = context.spinner("reading the fleet");
    let (clean, loaded) = rayon::join(
        || refuse_dirty(&*repository),
        || context.load_commit(&*repository, &head, &is_outline),
    );
    clean?;
    let loaded = loaded?;
    let Some(fleet) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    if selection::unreadable(fleet, &args.environments) {
        let whole = context.load_commit(&*repository, &head, &layout::wanted)?;
        return Ok(Report::of_findings(whole.findings, whole.tree));
    }
    let environments = selection::environments(fleet, &args.environments)?;
    let delivery = delivery_repository(context, &repository, fleet)?;
    let run = Run {
        repository: &*repository,
        delivery: &*delivery,
        workspace: fleet,
        head: &head,
    };
    let mut tries = Tries::default();
    let report = loop {
        match once(context, &args, &run, &environments, &mut tries, &progress) {
            Err(failure) if tries.again(context, &failure) => {}
            result => break result,
        }
    };
    progress.finish_and_clear();
    report
}

/// One run on the branches as they are now; what comes of it after a lost race is `tries`' to say.
fn once(
    context: &Context,
    args: &Args,
    run: &Run<'_>,
    environments: &[&Environment],
    tries: &mut Tries,
    progress: &ProgressBar,
) -> Result<Report, Failure> {
    if args.push {
        let remote = run.remote();
        remote.fetch()?;
        remote.settle(&Ledger::new(context, run.delivery, run.workspace), &mut tries.unpushed)?;
    }
    let trusted = Trusted::read(context, run.repository, run.workspace, args.signing.trust.as_deref())?;
    let memory = if args.no_cache || args.resign {
        Memory::default()
    } else {
        let signed = signing(context, args, run, &trusted).signed(environments)?;
        Memory::recall(context, run, environments, &signed)?
    };
    let mut attempted = attempt(context, args, run, &trusted, memory, tries, progress)?;
    loop {
        match attempted {
            Attempt::Done(report) => return Ok(*report),
            Attempt::InDoubt(memory) => {
                attempted = attempt(context, args, run, &trusted, memory.of_whole(), tries, progress)?
            }
        }
    }
}

/// How a run ended.
enum Attempt {
    Done(Box<Report>),
    /// It left out what is known to be unchanged, and that turned out to be in doubt.
    InDoubt(Box<Memory>),
}

/// Judges and applies, leaving out what is known to be unchanged.
fn attempt(
    context: &Context,
    args: &Args,
    outline: &Run<'_>,
    trusted: &Trusted,
    memory: Memory,
    tries: &mut Tries,
    progress: &ProgressBar,
) -> Result<Attempt, Failure> {
    let (tree, elsewhere) = memory.files(outline)?;
    let (workspace, mut findings) = Workspace::load_part(&tree, elsewhere);
    let Some(mut workspace) = workspace else {
        return Ok(Attempt::Done(Box::new(Report::of_findings(findings, tree))));
    };
    let records = Records::begin(context, outline, (trusted, &args.signing), tries)?;
    let certificates = Certificates::new(context, None, trusted)?;
    let believer = Believer::new(context, (outline.delivery, outline.workspace), trusted, &certificates);
    findings.extend(records.hold(&believer, &mut workspace, &args.environments)?);
    findings.extend(trusted.findings.iter().cloned());
    let workspace = &workspace;
    let run = Run { workspace, ..*outline };
    let environments = selection::environments(workspace, &args.environments)?;
    let ledger = Ledger::new(context, run.delivery, workspace);
    let branches: Vec<Branch> = environments
        .par_iter()
        .map(|environment| run.branch(environment, &memory, &ledger))
        .collect::<Result<_, _>>()?;
    let mut unpromoted = records.unpromoted(&believer, &environments, (&branches, &memory, &args.agent))?;
    checks::set_aside(&mut unpromoted, &args.overrides);
    findings.extend(unpromoted);
    let signed = signing(context, args, &run, trusted).signed(&environments)?;
    let (judge, more) = memory
        .judges()
        .then(|| Judge::read(&tree, By::Everything, context.clock.now()))
        .unzip();
    let judge: Option<&Judge> = judge.map(|judge| &*until_the_end(judge));
    findings.extend(more.into_iter().flatten());
    let asked = Asked {
        args,
        run: &run,
        tree: &tree,
        environments: &environments,
        branches: &branches,
        progress,
        lost: aside::lost(&args.overrides, &branches, tries),
    };
    let judged = asked.judged(judge, &memory, signed, findings)?;
    let between = Between {
        context,
        run: &run,
        judge,
        plans: &judged.plans,
        branches: &branches,
    };
    if memory.is_in_doubt(&between, &judged.findings)? {
        return Ok(Attempt::InDoubt(Box::new(memory)));
    }
    let step = Step {
        context,
        args,
        run: &run,
        environments: &environments,
        branches: &branches,
        records: &records,
        trusted,
    };
    let report = step.conclude(judged, memory, tree, tries)?;
    Ok(Attempt::Done(Box::new(report)))
}

/// The last step of a run, when everything is judged.
struct Step<'a> {
    context: &'a Context,
    args: &'a Args,
    run: &'a Run<'a>,
    environments: &'a [&'a Environment],
    branches: &'a [Branch],
    records: &'a Records<'a>,
    trusted: &'a Trusted,
}

impl Step<'_> {
    /// Says what was judged or, where nothing stands in the way, does it.
    fn conclude(&self, judged: Judged, memory: Memory, tree: FileTree, tries: &mut Tries) -> Result<Report, Failure> {
        let Step { context, args, run, .. } = *self;
        let Judged {
            mut plans,
            findings: judged,
            stops,
        } = judged;
        let sent_on = if args.push { SentOn::Away } else { SentOn::Here };
        let mut wrong = run.wrong_branch(context, &tree, self.environments, sent_on)?;
        let overrides = checks::set_aside(&mut wrong, &args.overrides);
        let stops = stops || wrong.iter().any(Finding::is_error);
        if args.push {
            wrong.extend(unpushed(run.repository, &run.head.id)?);
        }
        let mut unsigned = Unsigned::find(context, run, &plans, self.branches)?;
        wrong.append(&mut unsigned.findings);
        wrong.extend(abandoned::findings(run.repository, run.delivery, run.workspace, &tree)?);
        let mut findings = [wrong, judged.clone()].concat();
        if stops {
            let report = Report::new(answer(run.head, &plans, &[], false, false), "");
            return Ok(report.with_findings(findings, tree));
        }
        run.only_changes(&mut plans, self.branches)?;
        let held = held(&plans, &args.agent);
        if args.dry_run {
            let text = plan_text(context, &plans, &[], true);
            let report = Report::new(answer(run.head, &plans, &[], false, false), text).with_findings(findings, tree);
            return Ok(exit(report.next(for_good(args)), held));
        }
        aside::tell(&mut plans, &overrides, &judged, args.reason.as_deref());
        let signing = signing(context, args, run, self.trusted);
        let signed = signing.sign(&mut plans, &run.head.id)?;
        let (commits, kept, pushed) = self.write(&plans, tries)?;
        // what cannot be remembered costs the next run its time; this one is done
        let between = Between {
            context,
            run,
            judge: None,
            plans: &plans,
            branches: self.branches,
        };
        let _ = memory.keep(&between, &judged);
        let _ = unsigned.keep(context, run, &plans, &commits);
        let text = plan_text(context, &plans, &commits, false) + &signed.notes;
        findings.extend(signed.warnings);
        findings.extend(if args.push { run.remote().unpushed()? } else { None });
        findings.extend(signing.believed_here_alone(self.environments));
        let mut report =
            Report::new(answer(run.head, &plans, &commits, true, pushed), text).with_findings(findings, tree);
        let remote = run.workspace.fleet.delivery.remote.as_str();
        let is_there = run.delivery.remote_url(remote)?.is_some();
        report.notes.extend(kept.note());
        report.next = next(&plans, Some(remote).filter(|_| is_there && !args.push), args);
        Ok(exit(report, held))
    }

    /// Writes the branches, then the ledger, then the notes, and pushes all of it where that is asked for.
    fn write(&self, plans: &[EnvironmentPlan], tries: &mut Tries) -> Result<(Vec<Option<GitId>>, Kept, bool), Failure> {
        let commits = self.run.apply(plans, self.branches, self.trusted)?;
        let kept = self.records.keep(self.environments, &commits)?;
        self.run.note(self.branches, &commits)?;
        let pushed = self.args.push && {
            let names: Vec<String> = plans.iter().map(|plan| plan.branch.clone()).collect();
            let pushed = self.run.remote().push(&names);
            pushed.inspect_err(|_| tries.refused(made(plans, self.branches, &commits), kept.events.clone()))?
        };
        Ok((commits, kept, pushed))
    }
}

/// How a run signs.
fn signing<'a>(context: &'a Context, args: &'a Args, run: &Run<'a>, trusted: &'a Trusted) -> Signing<'a> {
    Signing {
        context,
        repository: run.repository,
        workspace: run.workspace,
        trusted,
        args: &args.signing,
        push: args.push,
    }
}

fn exit(mut report: Report, held: bool) -> Report {
    if held && report.exit_code() != EXIT_FINDINGS {
        report.exit = Some(EXIT_HOLD);
    }
    report
}
