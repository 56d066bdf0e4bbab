//! A release and the ledger: what holds a unit, what is recorded, and how often to begin again.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, Finding, Timestamp};
use lockstep::release::ledger::{Fact, Sealed};
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::{Environment, Workspace};

use super::super::ledger::{Ledger, Recorder, operator};
use super::run::Run;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;

/// How often a push is tried that the server refuses because somebody else was first.
const MOST_PUSHES: u32 = 5;
/// How often a run begins again because another process here was first.
const MOST_RACES: u32 = 30;

/// How often a run was too late.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    races: u32,
    pushes: u32,
    started: Option<Timestamp>,
}

impl Tries {
    /// The remote refused a push.
    pub(super) fn refused(&mut self) {
        self.pushes += 1;
    }

    /// Whether to begin again after a failure, on the branches as they are then.
    pub(super) fn again(&mut self, context: &Context, failure: &Failure) -> bool {
        self.races += 1;
        let again = failure.kind == FailureKind::Race && self.pushes < MOST_PUSHES && self.races < MOST_RACES;
        if again {
            context.clock.pause(self.races);
        }
        again
    }
}

/// The ledger as a release uses it.
pub(super) struct Records<'a> {
    ledger: Ledger<'a>,
    workspace: &'a Workspace,
    recorder: Recorder,
}

impl<'a> Records<'a> {
    /// The ledger of a run, which began when it was tried first.
    pub(super) fn begin(context: &'a Context, run: &Run<'a>, tries: &mut Tries) -> Result<Records<'a>, Failure> {
        let ledger = Ledger::new(context, run.delivery, run.workspace);
        let started = *tries.started.get_or_insert_with(|| ledger.now());
        Ok(Records {
            ledger,
            workspace: run.workspace,
            recorder: Recorder {
                by: operator(run.repository, run.workspace)?,
                started,
                own: BTreeSet::new(),
            },
        })
    }

    /// Holds in the workspace what the ledger holds, and what it would if an earlier run had got so far as to say so.
    pub(super) fn hold(&self, workspace: &mut Workspace, environments: &[String]) -> Result<Vec<Finding>, Failure> {
        let view = self.ledger.view()?;
        let mut findings = Vec::new();
        let chosen = |environment: &&mut Environment| environments.iter().any(|name| name == environment.name.as_str());
        for environment in workspace.environments.iter_mut().filter(chosen) {
            let mut held = view.held(&environment.name)?;
            findings.append(&mut held.findings);
            let missing = self
                .ledger
                .missing(&view, self.workspace, &[&environment.name], &self.recorder)?;
            let late = missing.into_iter().filter_map(|draft| match draft.fact {
                Fact::Held(held) => {
                    let hold = HoldFile {
                        reason: held.reason,
                        by: draft.by,
                        since: draft.time.to_string(),
                    };
                    Some((AgentName::new(&draft.unit).ok()?, hold))
                }
                _ => None,
            });
            for (agent, hold) in held.units.into_iter().chain(late) {
                environment.holds.entry(agent).or_insert(hold);
            }
        }
        Ok(findings)
    }

    /// Records what the branches of these environments have and the ledger has not: the commits of this run, and those
    /// of a run before it that did not get so far.
    pub(super) fn keep(
        &self,
        environments: &[&Environment],
        commits: &[Option<GitId>],
    ) -> Result<Vec<Sealed>, Failure> {
        let names: Vec<&EnvironmentName> = environments.iter().map(|environment| &environment.name).collect();
        let recorder = Recorder {
            own: commits.iter().flatten().cloned().collect(),
            ..self.recorder.clone()
        };
        self.ledger
            .append(&|view| self.ledger.missing(view, self.workspace, &names, &recorder))
    }

    /// Takes back what was recorded of commits that were dropped.
    pub(super) fn withdraw(&self, dropped: &BTreeSet<GitId>, recorded: &[Sealed]) -> Result<(), Failure> {
        let is_dropped = |commit: &str| dropped.contains(&GitId(commit.to_owned()));
        let paths: BTreeSet<String> = recorded
            .iter()
            .filter(|event| event.event.fact.commit().is_some_and(is_dropped))
            .map(|event| event.path.clone())
            .collect();
        if paths.is_empty() {
            return Ok(());
        }
        self.ledger.withdraw(&paths)
    }
}
