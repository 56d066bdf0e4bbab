//! A release and the ledger: what holds a unit, and what is recorded.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, Finding};
use lockstep::release::ledger::{Fact, Sealed};
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use lockstep::workspace::{Environment, Workspace};

use super::super::ledger::{Believer, Ledger, New, Recorder, operator, unfinished_rollbacks};
use super::super::signing::{EventSigning, SigningArgs};
use super::super::tries::Tries;
use super::super::trust::Trusted;
use super::memory::Memory;
use super::run::{Branch, Run};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::GitId;

/// What a release recorded.
pub(super) struct Kept {
    /// The events of its environments.
    pub(super) events: Vec<Sealed>,
    /// How many releases were recorded again, since the ledger had lost them.
    pub(super) recovered: usize,
}

impl Kept {
    /// What is to be known of releases that were recorded again.
    pub(super) fn note(&self) -> Option<String> {
        let what = match self.recovered {
            0 => return None,
            1 => "one release was".to_owned(),
            many => format!("{many} releases were"),
        };
        Some(format!(
            "the ledger had nothing of what ran: {what} recorded again, with the time and the name of this run, and marked as \
             recovered; verdicts, holds and promotions that were recorded before are not known"
        ))
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
    pub(super) fn begin(
        context: &'a Context,
        run: &Run<'a>,
        (trusted, args): (&Trusted, &SigningArgs),
        tries: &mut Tries,
    ) -> Result<Records<'a>, Failure> {
        let signing = EventSigning::new(context, run.repository, trusted, args)?;
        let ledger = Ledger::new(context, run.delivery, run.workspace).signed_by(signing);
        let started = tries.started(ledger.now());
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
    pub(super) fn hold(
        &self,
        believer: &Believer<'_>,
        workspace: &mut Workspace,
        environments: &[String],
    ) -> Result<Vec<Finding>, Failure> {
        let view = self.ledger.whole()?;
        let mut findings = Vec::new();
        let chosen = |environment: &&mut Environment| environments.iter().any(|name| name == environment.name.as_str());
        for environment in workspace.environments.iter_mut().filter(chosen) {
            let mut held = view.held(&environment.name)?;
            let still = view.held_still(&environment.name, believer)?;
            findings.extend(held.findings.drain(..).chain(still.findings));
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
            for (agent, hold) in held.units.into_iter().chain(still.units).chain(late) {
                environment.holds.entry(agent).or_insert(hold);
            }
            let is_held = |agent: &AgentName| environment.holds.contains_key(agent);
            let agents = environment.releases.keys();
            findings.extend(unfinished_rollbacks(&view, environment, agents, &is_held)?);
        }
        Ok(findings)
    }

    /// Release files that no promotion wrote, of units that this run may write: what runs, is held, or was known to be
    /// unchanged is asked nothing. A branch that is not there yet begins with what its environment has.
    pub(super) fn unpromoted(
        &self,
        believer: &Believer<'_>,
        environments: &[&Environment],
        (branches, memory, agents): (&[Branch], &Memory, &[String]),
    ) -> Result<Vec<Finding>, Failure> {
        let view = self.ledger.whole()?;
        let mut findings = Vec::new();
        for (environment, branch) in environments.iter().zip(branches) {
            let name = &environment.name;
            let is_asked = |unit: &str| agents.is_empty() || agents.iter().any(|agent| agent == unit);
            let is_new = |(agent, file): &New<'_>| {
                let unit = agent.as_str();
                let runs = || branch.state.units.get(unit)?.record().map(|record| record.id);
                let may_change = is_asked(unit) && !environment.holds.contains_key(*agent) && !memory.knows(name, unit);
                may_change && runs() != Some(file.id)
            };
            let files = environment.releases.iter().filter(|_| branch.tip.commit().is_some());
            let new: Vec<New<'_>> = files.filter(is_new).collect();
            findings.extend(believer.unpromoted(&view, environment, &new)?);
        }
        Ok(findings)
    }

    /// Records what the branches of these environments have and the ledger has not: the commits of this run, and those
    /// of a run before it that did not get so far, here or in other environments.
    pub(super) fn keep(&self, environments: &[&Environment], commits: &[Option<GitId>]) -> Result<Kept, Failure> {
        let names: Vec<&EnvironmentName> = environments.iter().map(|environment| &environment.name).collect();
        let recorder = Recorder {
            own: commits.iter().flatten().cloned().collect(),
            ..self.recorder.clone()
        };
        let others = self.ledger.catch_up(self.workspace, &recorder, &names)?;
        let events = self
            .ledger
            .append(&|view| self.ledger.missing(view, self.workspace, &names, &recorder))?;
        let is_release = |sealed: &&Sealed| {
            let fact = &sealed.event.fact;
            sealed.event.recovered
                && sealed.event.unit != ENVIRONMENT_UNIT
                && matches!(fact, Fact::Released(_) | Fact::RolledBack(_))
        };
        Ok(Kept {
            recovered: others.iter().chain(&events).filter(is_release).count(),
            events,
        })
    }
}
