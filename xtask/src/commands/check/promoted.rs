//! Release files against the ledger: what `release` would refuse of a change is told while somebody reviews it.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, Finding, Severity, named};
use lockstep::policy::waivers::Waivers;
use lockstep::release::{PreviousUnit, unpromoted_severity};
use lockstep::workspace::layout::{self, Place};
use lockstep::workspace::{Environment, Workspace};
use rayon::prelude::*;

use super::base::Base;
use crate::commands::branches::delivery_repository;
use crate::commands::judging::UnitsArgs;
use crate::commands::ledger::{Believer, Ledger, New, View, unfinished_rollbacks};
use crate::commands::trust::Trusted;
use crate::commands::verify::Certificates;
use crate::context::{Context, Loaded};
use crate::failure::Failure;
use crate::ports::{GitId, Repository, Tip};

/// Of which units the ledger is asked: of a change those whose release file or hold it touches, else all of them.
pub(super) struct Asked<'a> {
    units: &'a UnitsArgs,
    touched: Option<BTreeSet<(String, String)>>,
}

/// What the ledger says against release files, and what it could not be asked.
#[derive(Default)]
pub(super) struct Told {
    pub(super) findings: Vec<Finding>,
    pub(super) unchecked: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(base: Option<&Base>, units: &'a UnitsArgs) -> Asked<'a> {
        Asked {
            units,
            touched: base.map(Base::pinned),
        }
    }

    fn has(&self, environment: &EnvironmentName, agent: &AgentName) -> bool {
        let is_among = |names: &[String], name: &str| names.is_empty() || names.iter().any(|one| one == name);
        let unit = || (environment.to_string(), agent.to_string());
        is_among(&self.units.environment, environment.as_str())
            && is_among(&self.units.agent, agent.as_str())
            && self.touched.as_ref().is_none_or(|touched| touched.contains(&unit()))
    }

    /// What is to be said of a fleet's release files; `before` is the fleet that a change began with. Without a repository
    /// nothing was released.
    pub(super) fn told(&self, context: &Context, loaded: &Loaded, before: Option<&Workspace>) -> Result<Told, Failure> {
        let mut told = Told::default();
        let is_nothing = self.touched.as_ref().is_some_and(BTreeSet::is_empty);
        let (Some(workspace), Ok(repository), false) = (&loaded.workspace, context.repository(), is_nothing) else {
            return Ok(told);
        };
        for environment in &workspace.environments {
            let files = environment.releases.iter();
            let files: Vec<New<'_>> = files.filter(|(agent, _)| self.has(&environment.name, agent)).collect();
            if files.is_empty() {
                continue;
            }
            let severity = unpromoted_severity(workspace, environment);
            let delivery = delivery_repository(context, &repository, workspace);
            let found = delivery.and_then(|delivery| {
                let scene = Scene {
                    context,
                    repository: &*repository,
                    delivery: &*delivery,
                    workspace,
                    environment,
                    before,
                };
                scene.told(&files)
            });
            match found {
                Ok(Ok(findings)) => told.findings.extend(findings),
                // below users it would be no more than a warning
                Ok(Err(_)) if severity != Some(Severity::Error) => {}
                Ok(Err(missing)) => told.unchecked.push(missing),
                // another build can
                Err(failure) if failure.lacks.is_some() => return Err(failure),
                Err(failure) => {
                    let hints: String = failure.hints.iter().map(|hint| format!("; {hint}")).collect();
                    let what = unasked(environment, &files);
                    told.unchecked.push(format!("{what}: {}{hints}", failure.message));
                }
            }
        }
        let (waivers, _) = Waivers::read(&loaded.tree);
        waivers.admit(&mut told.findings, context.clock.now());
        Ok(told)
    }
}

/// One environment of a fleet, and where its releases are recorded.
struct Scene<'a> {
    context: &'a Context,
    repository: &'a dyn Repository,
    delivery: &'a dyn Repository,
    workspace: &'a Workspace,
    environment: &'a Environment,
    before: Option<&'a Workspace>,
}

impl Scene<'_> {
    /// What the ledger says against these release files, or why it cannot be asked.
    fn told(&self, files: &[New<'_>]) -> Result<Result<Vec<Finding>, String>, Failure> {
        let (workspace, environment) = (self.workspace, self.environment);
        let remote = &workspace.fleet.delivery.remote;
        let branch = workspace.branch(&environment.name);
        let ledger = Ledger::new(self.context, self.delivery, workspace);
        let Tip::At { commit, .. } = self.delivery.tip(&branch, remote)? else {
            // a branch begins with what its release files say; a clone of a fork may not know that it began
            let moved = files.iter().copied().filter(|file| self.moves(file));
            let moved: Vec<New<'_>> = moved.collect();
            if moved.is_empty() || ledger.is_here()? {
                return Ok(Ok(Vec::new()));
            }
            let what = unasked(environment, &moved);
            let (ledger, folder) = (layout::ledger::BRANCH, "in this clone");
            return Ok(Err(format!("{what}: neither `{ledger}` nor `{branch}` is {folder}")));
        };
        let new = self.not_running(&commit, files)?;
        if !ledger.is_here()? {
            let missing = || {
                let (what, branch) = (unasked(environment, &new), layout::ledger::BRANCH);
                let fetch = format!("git fetch {remote} '{}'", Ledger::refspec(&workspace.fleet.delivery));
                format!("{what}: `{branch}` is not in this clone; fetch it: `{fetch}`")
            };
            return Ok(if new.is_empty() { Ok(Vec::new()) } else { Err(missing()) });
        }
        let trusted = Trusted::read(self.context, self.repository, self.workspace, None)?;
        if let Some(unvouched) = &trusted.unvouched {
            return Ok(Err(format!("{}: {}", unasked(environment, &new), unvouched.message)));
        }
        Ok(Ok(self.against(&trusted, &ledger.view()?, files, &new)?))
    }

    /// Whether a change gives a unit another tuple than it had.
    fn moves(&self, (agent, file): &New<'_>) -> bool {
        let before = self
            .before
            .and_then(|before| before.environment(self.environment.name.as_str()));
        let before = before.and_then(|environment| environment.releases.get(*agent));
        before.is_some_and(|before| before.id != file.id)
    }

    /// The release files that name another tuple than what runs.
    fn not_running<'f>(&self, commit: &GitId, files: &[New<'f>]) -> Result<Vec<New<'f>>, Failure> {
        let paths = files.iter().map(|(agent, _)| layout::branch::tuple(agent.as_str()));
        let tuples = self.delivery.read(commit, &paths.collect::<Vec<_>>())?;
        let runs = |tuple| {
            let unit = PreviousUnit {
                tuple,
                ..PreviousUnit::default()
            };
            unit.record().map(|record| record.id)
        };
        let found = files.into_par_iter().zip(tuples);
        let found = found.filter(|((_, file), tuple)| runs(tuple.clone()) != Some(file.id));
        Ok(found.map(|(file, _)| *file).collect())
    }

    fn against(
        &self,
        trusted: &Trusted,
        view: &View<'_>,
        files: &[New<'_>],
        new: &[New<'_>],
    ) -> Result<Vec<Finding>, Failure> {
        let environment = self.environment;
        let certificates = Certificates::new(self.context, None, trusted)?;
        let believer = Believer::new(self.context, (self.delivery, self.workspace), trusted, &certificates);
        let held = [
            view.held(&environment.name)?,
            view.held_still(&environment.name, &believer)?,
        ];
        let is_held = |agent: &AgentName| {
            environment.holds.contains_key(agent) || held.iter().any(|held| held.units.contains_key(agent))
        };
        let (held, free): (Vec<New<'_>>, Vec<New<'_>>) = new.iter().partition(|(agent, _)| is_held(agent));
        let mut findings = believer.unpromoted(view, environment, &held)?;
        // what is held goes nowhere yet
        findings
            .iter_mut()
            .for_each(|finding| finding.severity = Severity::Warning);
        findings.extend(believer.unpromoted(view, environment, &free)?);
        let agents = files.iter().map(|(agent, _)| *agent);
        findings.extend(unfinished_rollbacks(view, environment, agents, &is_held)?);
        Ok(findings)
    }
}

/// What is not known of these release files.
fn unasked(environment: &Environment, files: &[New<'_>]) -> String {
    let agents: Vec<&str> = files.iter().map(|(agent, _)| agent.as_str()).collect();
    format!(
        "whether promotions brought {} to `{}`",
        named(&agents, 3),
        environment.name
    )
}

impl Base {
    /// The units whose release file or hold the change touches.
    fn pinned(&self) -> BTreeSet<(String, String)> {
        let unit = |path: &String| match layout::place(path) {
            Place::Release(environment, agent) | Place::Hold(environment, agent) => {
                Some((environment.to_owned(), agent.to_owned()))
            }
            _ => None,
        };
        self.paths().filter_map(unit).collect()
    }
}
