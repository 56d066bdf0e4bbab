//! Writes a promotion: the commit, then the ledger.

use lockstep::model::AgentName;
use lockstep::release::ledger::{Draft, Fact, Promoted};
use lockstep::release::promotion;

use super::Promotion;
use super::plan::Plan;
use crate::commands::ledger::operator;
use crate::failure::Failure;
use crate::ports::GitId;

impl Promotion<'_> {
    /// Commits what changes, then records it: an event names the commit. What a run before did not get to record is recorded
    /// now.
    pub(super) fn write(&self, plan: &Plan) -> Result<Option<GitId>, Failure> {
        if plan.promoted.is_empty() {
            return Ok(None);
        }
        let commit = match plan.change.is_empty() {
            true => None,
            false => Some(self.commit(plan)?),
        };
        let by = operator(self.repository, self.workspace)?;
        let time = self.ledger.now();
        let recorded = self.ledger.append(&|_| {
            let draft = |(agent, promoted): &(AgentName, Promoted)| {
                let mut promoted = promoted.clone();
                if let (Some(commit), true) = (&commit, promoted.dry_commit.is_empty()) {
                    promoted.dry_commit = commit.0.clone();
                }
                Draft {
                    environment: Some(self.to.name.clone()),
                    unit: agent.to_string(),
                    time,
                    by: by.clone(),
                    recovered: false,
                    fact: Fact::Promoted(promoted),
                }
            };
            Ok(plan.promoted.iter().map(draft).collect())
        });
        match (recorded, &commit) {
            (Err(failure), Some(commit)) => {
                let commit = commit.0.get(..12).unwrap_or(&commit.0);
                Err(failure.hint(format!(
                    "the commit {commit} is made on `{}`: the same command again records it in the ledger",
                    self.target.branch()
                )))
            }
            (recorded, _) => recorded.map(|_| commit),
        }
    }

    fn commit(&self, plan: &Plan) -> Result<GitId, Failure> {
        let (from, to) = (&self.from.name, &self.to.name);
        let message = promotion::message(
            (from, to),
            &promotion::skipped(self.workspace, from, to).unwrap_or_default(),
            plan.kind(),
            self.args.reason.as_deref(),
            &plan.told,
        );
        self.target.commit(
            self.context,
            self.repository,
            self.workspace,
            plan.change.clone(),
            message,
        )
    }
}
