//! An evaluation as evidence: an event of the ledger, bound to tuple and overrides.

use lockstep::model::Finding;
use lockstep::prompts::evaluation::{Bar, Evaluation};
use lockstep::release::ledger::{Draft, Evaluated, Fact};
use lockstep::workspace::{Agent, Workspace, layout};

use crate::commands::branches::delivery_repository;
use crate::commands::committed::refuse_uncommitted;
use crate::commands::ledger::{PushArgs, Recording};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Whether and how to record.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Record what came of it in the ledger, where promotion looks for it. Only recorded and live answers count, no mock, and
    /// what the agents are judged by must be committed.
    #[arg(long, conflicts_with_all = ["tag", "case", "import", "export", "draft"])]
    pub(super) evidence: bool,
    /// With `--evidence`: look at the remote first, and push the ledger.
    #[arg(long, requires = "evidence")]
    push: bool,
}

impl Args {
    /// Fails where what the agents are judged by is not committed: cases and answers that nobody has afterwards are no
    /// evidence. Answers that a live endpoint gives in this very run are not among them yet.
    pub(super) fn refuse_uncommitted(&self, context: &Context, agents: &[&Agent]) -> Result<(), Failure> {
        if !self.evidence {
            return Ok(());
        }
        let folder = |agent: &&Agent| format!("{}/{}", layout::AGENTS, agent.name);
        let folders: Vec<String> = agents.iter().map(folder).collect();
        let roots: Vec<&str> = folders
            .iter()
            .map(String::as_str)
            .chain([layout::ENVIRONMENTS])
            .collect();
        refuse_uncommitted(&*context.repository()?, &roots, "evidence is about a commit")
    }

    /// Fails where what would be recorded proves less than what a promotion asks for; `margin` is how far that lets the
    /// share of cases fall.
    pub(super) fn admit(&self, bar: &Bar, margin: f64) -> Result<(), Failure> {
        let demanded = Bar::default().pass_rate;
        let is_enough = bar.pass_rate >= demanded;
        if self.evidence && !is_enough {
            let message = format!("a pass rate of {} is no evidence", bar.pass_rate);
            return Err(Failure::new(FailureKind::Usage, message)
                .hint(format!("ask for {demanded} or more, or leave `--pass-rate` out")));
        }
        let is_within = bar.margin <= margin;
        if self.evidence && !is_within {
            let message = format!("a margin of {} is no evidence", bar.margin);
            let hint =
                format!("leave `--margin` out, or ask for {margin} or less: `margin:` under `promotion:` says it");
            return Err(Failure::new(FailureKind::Usage, message).hint(hint));
        }
        Ok(())
    }

    /// Records evaluations, and returns what to say of it and what is found. What the agent's own files contradict is not
    /// recorded.
    pub(super) fn record(
        &self,
        context: &Context,
        workspace: &Workspace,
        evaluations: &[Evaluation],
        broken: &[Finding],
    ) -> Result<(String, Vec<Finding>), Failure> {
        let is_sound = |evaluation: &&Evaluation| {
            let folder = format!("{}/{}/", layout::AGENTS, evaluation.agent);
            let mut places = broken
                .iter()
                .filter(|one| one.is_error())
                .filter_map(|one| one.location.as_ref());
            !places.any(|place| place.file.starts_with(&folder))
        };
        let sound: Vec<&Evaluation> = evaluations.iter().filter(is_sound).collect();
        if !self.evidence || sound.is_empty() {
            return Ok(Default::default());
        }
        let repository = context.repository()?;
        let delivery = delivery_repository(context, &repository, workspace)?;
        let with = PushArgs { push: self.push };
        let recording = Recording::begin(context, &*repository, &*delivery, workspace, with)?;
        let draft = |evaluation: &&Evaluation| {
            let fact = Fact::Evaluated(Evaluated::of(evaluation));
            recording.draft(None, evaluation.agent.as_str(), fact)
        };
        let drafts: Vec<Draft> = sound.iter().map(draft).collect();
        recording.record(&|_| Ok(drafts.clone()))?;
        let line = |evaluation: &&Evaluation| {
            let word = evaluation.verdict.outcome.word();
            format!("recorded: {} {word} on {}\n", evaluation.agent, evaluation.tuple_id)
        };
        Ok((sound.iter().map(line).collect(), recording.unpushed()?))
    }
}
