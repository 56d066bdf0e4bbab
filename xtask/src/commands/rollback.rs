//! `rollback`: bring an earlier release back, all components at once, and hold it.

mod answer;
mod plan;
mod refused;
mod target;

use std::sync::Arc;

use lockstep::model::{Finding, Timestamp};
use lockstep::release::ledger::Sealed;
use lockstep::release::rollback::{Aim, hold_text};
use lockstep::workspace::layout;

pub(super) use self::answer::Answer;
pub(super) use self::plan::plan;
use self::plan::{Plan, Running, Step};
use super::checks;
use super::dry::{Target, unpushed};
use super::ledger::{Recorder, operator};
use super::reason;
use super::remote::{Made, sends};
use super::signing::{Outcome, Signing, SigningArgs};
use super::tries::Tries;
use super::unit::UnitOf;
use crate::context::Context;
use crate::failure::{EXIT_OUTSIDE, Failure};
use crate::ports::{GitId, NewCommit};
use crate::report::Report;

/// Bring an earlier release back, and hold it.
///
/// Code, prompts, model, tools and retrieval go back together: manifest and tuple of the earlier release come back byte
/// for byte as a new commit on the environment's branch, and the ledger holds the unit at once. Release file and hold
/// follow on the current branch. The same command again does what a run that was killed left undone, and nothing twice.
/// Without `--to`, it goes back to the last release that was verified here, or, where none
/// ever was, to the one before; and no further, while what came back is held and nobody has marked it as blocked.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    environment: String,
    /// The release to go back to, by label, tuple or environment commit.
    #[arg(long, value_name = "RELEASE", conflicts_with = "last_verified")]
    to: Option<String>,
    /// Go back to the last release that was verified here, and to no other.
    #[arg(long)]
    last_verified: bool,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    reason: String,
    /// Go back although the index was migrated since: it was restored.
    #[arg(long)]
    accept: bool,
    /// Set a check aside; what it found is recorded.
    #[arg(long = "override", value_name = "CHECK")]
    overrides: Vec<String>,
    /// Commit release file and hold to this branch instead of the current one.
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Sign with what this says, instead of what the trust file and this clone offer.
    #[command(flatten)]
    signing: SigningArgs,
    /// Show what would be written and stop.
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Look at the remote first, and push the environment's branch, the ledger and the notes.
    #[arg(long)]
    push: bool,
}

impl Args {
    /// What a drill asks for.
    pub(super) fn drill(agent: &str, environment: &str) -> Args {
        Args {
            agent: agent.to_owned(),
            environment: environment.to_owned(),
            to: None,
            last_verified: false,
            reason: "a drill".to_owned(),
            accept: false,
            overrides: Vec::new(),
            branch: None,
            signing: SigningArgs::default(),
            dry_run: true,
            push: false,
        }
    }

    fn aim(&self) -> Aim {
        match &self.to {
            Some(name) => Aim::Named(name.clone()),
            None if self.last_verified => Aim::LastVerified,
            None => Aim::Earlier,
        }
    }

    fn overrides(&self) -> Vec<String> {
        let accepted = self.accept.then(|| "unsafe-rollback".to_owned());
        self.overrides.iter().cloned().chain(accepted).collect()
    }
}

/// Rolls back.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    checks::known(&args.overrides)?;
    reason::fit_to_record(&args.reason)?;
    let begun = context.clock.monotonic();
    let repository = context.repository()?;
    let target = Target::new(&*repository, args.branch.as_deref())?;
    let unit = match UnitOf::read(context, repository, &target.base, &args.agent, &args.environment)? {
        Ok(unit) => unit,
        Err(report) => return Ok(*report),
    };
    let mut tries = Tries::default();
    let run = Run {
        context,
        args: &args,
        unit: &unit,
        target: &target,
        begun,
    };
    let mut asked = None;
    loop {
        match run.once(&mut tries, &mut asked) {
            Err(failure) if tries.again(context, &failure) => {}
            result => return result,
        }
    }
}

struct Run<'a> {
    context: &'a Context,
    args: &'a Args,
    unit: &'a UnitOf,
    target: &'a Target,
    begun: f64,
}

/// What was written.
struct Written {
    commit: GitId,
    events: Vec<Sealed>,
}

impl Run<'_> {
    /// `asked` is what ran at the first attempt: what others brought meanwhile, nobody has asked to roll back.
    fn once(&self, tries: &mut Tries, asked: &mut Option<Running>) -> Result<Report, Failure> {
        let remote = self.unit.remote(self.context);
        let ledger = self.unit.ledger(self.context);
        if self.args.push {
            remote.fetch()?;
            remote.settle(&ledger, &mut tries.unpushed)?;
        }
        let started = tries.started(ledger.now());
        let (mut plan, mut findings) =
            match plan(self.context, self.unit, &self.target.base, &self.args.aim(), self.args)? {
                Ok(found) => found,
                Err(findings) => return Ok(Report::default().with_findings(findings, Default::default())),
            };
        if matches!(plan.step, Step::Write(_)) {
            let asked = asked.get_or_insert_with(|| plan.running.clone());
            findings.extend(plan.overtaken(asked).map(|finding| self.unit.about(finding)));
        }
        if self.args.push && matches!(plan.step, Step::Write(_)) {
            findings.extend(unpushed(&*self.unit.repository, &GitId(plan.dry_sha.clone()))?);
        }
        if findings.iter().any(Finding::is_error) || self.args.dry_run {
            return Ok(self
                .report(&plan, None, None, false)
                .with_findings(findings, Default::default()));
        }
        findings.extend(self.sign(&mut plan)?.warnings);
        let written = self.write(&plan, started)?;
        let dry = self.follow(&plan);
        let pushed = self.args.push && {
            let made = matches!(plan.step, Step::Write(_)).then(|| Made {
                branch: plan.branch.clone(),
                before: plan.tip.clone(),
                commit: written.commit.clone(),
            });
            let pushed = remote.push(std::slice::from_ref(&plan.branch));
            pushed.inspect_err(|_| tries.refused(made, written.events.clone()))?
        };
        findings.extend(if self.args.push { remote.unpushed()? } else { None });
        Ok(self
            .report(&plan, Some(&written), Some(dry), pushed)
            .with_findings(findings, Default::default()))
    }

    /// Signs as a release does.
    fn sign(&self, plan: &mut Plan) -> Result<Outcome, Failure> {
        let (unit, environment) = (self.unit, self.unit.environment());
        let Step::Write(commit) = &mut plan.step else {
            return Ok(Outcome::default());
        };
        let signing = Signing {
            context: self.context,
            repository: &*unit.repository,
            workspace: unit.workspace(),
            trusted: &plan.trusted,
            args: &self.args.signing,
            push: self.args.push,
        };
        signing.sign_commit(environment, commit)
    }

    /// The environment's branch, the ledger, the notes: what counts first.
    fn write(&self, plan: &Plan, started: Timestamp) -> Result<Written, Failure> {
        let workspace = self.unit.workspace();
        let commit = match &plan.step {
            Step::Finish(commit) => commit.clone(),
            Step::Write(commit) => self
                .unit
                .delivery
                .commit(&[NewCommit {
                    branch: plan.branch.clone(),
                    tip: plan.tip.clone(),
                    change: commit.files.clone(),
                    author: workspace.fleet.delivery.author.clone(),
                    seconds: self.context.clock.now(),
                    offset_minutes: 0,
                    message: commit.message.clone(),
                    signing: plan.trusted.commits(self.unit.environment()),
                }])?
                .remove(0),
        };
        let recorder = Recorder {
            by: operator(&*self.unit.repository, workspace)?,
            started,
            own: [commit.clone()].into(),
        };
        let (trusted, args) = (&plan.trusted, &self.args.signing);
        let ledger = self.unit.signed_ledger(self.context, trusted, args)?;
        let environment = [self.unit.environment()];
        let events = ledger.append(&|view| ledger.missing(view, workspace, &environment, &recorder))?;
        let dry = GitId(plan.dry_sha.clone());
        self.unit.remote(self.context).note([(commit.clone(), dry)])?;
        Ok(Written { commit, events })
    }

    /// Release file and hold on the branch that people edit, as far as they are not there. They follow: the ledger holds
    /// the unit already.
    fn follow(&self, plan: &Plan) -> Result<Option<GitId>, Failure> {
        let (unit, environment) = (self.unit, self.unit.environment());
        let view = unit.ledger(self.context).view()?;
        let hold = view.unit(Some(environment), unit.agent.as_str())?.hold();
        let mut change = plan.dry.clone();
        let bytes = hold.map(|hold| Arc::from(hold_text(&hold).into_bytes()));
        let path = layout::hold(environment, &unit.agent);
        let base = &self.target.base.id;
        let there = unit.repository.read(base, std::slice::from_ref(&path))?.remove(0);
        if there.is_none() || matches!(plan.step, Step::Write(_)) {
            change.extend(bytes.map(|bytes| (path, Some(bytes))));
        }
        if change.is_empty() {
            return Ok(None);
        }
        let message = format!(
            "Roll back {} in {environment} to {}\n\n{}\n\nRollback-of: {}={}\n",
            unit.agent,
            plan.to.version,
            self.args.reason.trim(),
            unit.agent,
            plan.to.commit
        );
        let mut tries = Tries::default();
        loop {
            // somebody may have committed meanwhile: the files go on top of that
            let target = Target::new(&*unit.repository, Some(self.target.branch()))?;
            let made = target.commit(
                self.context,
                &*unit.repository,
                unit.workspace(),
                change.clone(),
                message.clone(),
            );
            match made {
                Err(failure) if tries.again(self.context, &failure) => {}
                result => return result.map(Some),
            }
        }
    }

    fn paths(&self, plan: &Plan) -> Vec<String> {
        let commit = match &plan.step {
            Step::Write(commit) => Some(&commit.files),
            Step::Finish(_) => None,
        };
        let written = commit.into_iter().flatten().chain(&plan.dry);
        let written = written.filter(|(_, bytes)| bytes.is_some());
        let hold = layout::hold(self.unit.environment(), &self.unit.agent);
        written.map(|(path, _)| path.clone()).chain([hold]).collect()
    }

    fn report(
        &self,
        plan: &Plan,
        written: Option<&Written>,
        dry: Option<Result<Option<GitId>, Failure>>,
        pushed: bool,
    ) -> Report {
        let seconds = self.context.clock.monotonic() - self.begun;
        let (unit, environment) = (self.unit, self.unit.environment());
        let style = self.context.style;
        let mut text = format!(
            "{} {environment}: {} → {}\n",
            style.strong(unit.agent.as_str()),
            plan.from.version,
            plan.to.version
        );
        for change in &plan.components {
            text.push_str(&format!("  {change}\n"));
        }
        if let Some(remark) = plan.remark() {
            text.push_str(&format!("  {remark}\n"));
        }
        match written {
            Some(written) => {
                let told = match &plan.step {
                    Step::Write(_) => "committed",
                    Step::Finish(_) => "it was rolled back by",
                };
                text.push_str(&format!(
                    "{told} {} on {}, and held, in {seconds:.2} s\n",
                    style.good(written.commit.0.get(..12).unwrap_or_default()),
                    plan.branch
                ));
            }
            None => self
                .paths(plan)
                .iter()
                .for_each(|path| text.push_str(&format!("would write {path}\n"))),
        }
        let failed = dry.as_ref().and_then(|dry| dry.as_ref().err());
        if let Some(failure) = failed {
            text.push_str(&format!("release file and hold were not written: {failure}\n"));
        }
        let answer = Answer {
            environment: environment.to_string(),
            agent: unit.agent.to_string(),
            from: plan.from.clone(),
            to: plan.to.clone(),
            components: plan.components.clone(),
            overrides: plan.overrides.clone(),
            files: self.paths(plan),
            commit: written.map(|written| written.commit.clone()),
            dry_commit: dry.as_ref().and_then(|dry| dry.as_ref().ok().cloned().flatten()),
            pushed,
            seconds,
        };
        let mut report = Report::new(answer, text);
        if failed.is_some() {
            report.exit = Some(EXIT_OUTSIDE);
            report
                .next
                .push("the same command again    # write what is missing".to_owned());
        }
        if written.is_some() && !pushed {
            let remote = &unit.workspace().fleet.delivery.remote;
            let what = format!("--atomic {} {}", plan.branch, layout::ledger::BRANCH);
            let sends = sends(&*unit.delivery, remote, &what, "Argo CD syncs it then");
            report.next.extend(sends);
        }
        if written.is_some() {
            let delivery = &unit.workspace().fleet.delivery;
            let sends = self.target.sends(&*unit.repository, delivery, "release file and hold");
            report.next.extend(sends);
            report.next.push(format!(
                "cargo xtask resume {} --environment {environment} --reason \"…\"    # when it may go on",
                unit.agent
            ));
        }
        report
    }
}
