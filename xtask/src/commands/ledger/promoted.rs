//! Release files against the ledger: what no promotion wrote, and rollbacks that they contradict.

use lockstep::model::{AgentName, Finding, Severity};
use lockstep::release::ledger::UnitHistory;
use lockstep::release::{unfinished, unfinished_rollback, unpromoted};
use lockstep::workspace::Environment;
use lockstep::workspace::files::ReleaseFile;

use super::unproved::unsigned;
use super::{Believer, View};
use crate::failure::Failure;

/// A unit whose release file names what does not run.
pub(in super::super) type New<'w> = (&'w AgentName, &'w ReleaseFile);

impl Believer<'_> {
    /// Which of these release files no promotion wrote.
    pub(in super::super) fn unpromoted(
        &self,
        view: &View<'_>,
        environment: &Environment,
        new: &[New<'_>],
    ) -> Result<Vec<Finding>, Failure> {
        let name = &environment.name;
        let asked: Vec<_> = new.iter().map(|(agent, _)| (Some(name), agent.as_str())).collect();
        let mut histories = self.believed(view, view.units(&asked)?, name)?;
        if let Some(there) = self.commits(Some(name), &histories)? {
            histories.iter_mut().for_each(|history| drop(history.only_of(&there)));
        }
        let found = new.iter().zip(&histories).flat_map(|((agent, file), history)| {
            // which says it in its own words
            let is_told = unfinished(history, Some(file)).is_some();
            let finding = (!is_told).then(|| unpromoted(self.workspace, environment, agent, file, history));
            let finding = finding.flatten();
            let why = unsigned(history).filter(|_| finding.is_some());
            let why: Vec<Finding> = why.map(|why| why.unit(name.as_str(), agent.as_str())).collect();
            finding.into_iter().chain(why)
        });
        Ok(found.collect())
    }
}

/// Rollbacks of these agents that did not get as far as the release file: while one is held, nothing brings back what was
/// rolled back, so that it is a warning.
pub(in super::super) fn unfinished_rollbacks<'w>(
    view: &View<'_>,
    environment: &Environment,
    agents: impl Iterator<Item = &'w AgentName>,
    is_held: &dyn Fn(&AgentName) -> bool,
) -> Result<Vec<Finding>, Failure> {
    let name = &environment.name;
    let finding = |(agent, history): (&AgentName, UnitHistory)| {
        let rollback = unfinished(&history, environment.releases.get(agent))?;
        let severity = match is_held(agent) {
            true => Severity::Warning,
            false => Severity::Error,
        };
        Some(unfinished_rollback(name, agent, &rollback, severity))
    };
    let back = view.rolled_back(name, agents)?;
    Ok(back.into_iter().filter_map(finding).collect())
}
