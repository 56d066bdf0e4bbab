//! What a promotion does not find on the source's branch, which may only wait to be merged into it.

use lockstep::model::{AgentName, Finding};

use super::super::branches::units;
use super::Promotion;
use crate::failure::{Failure, FailureKind};

impl Promotion<'_> {
    /// Why the source has no branch.
    pub(super) fn unreleased(&self) -> Result<Failure, Failure> {
        let name = &self.from.name;
        Ok(match self.proposed(None)? {
            Some(proposed) => {
                let active = self.workspace.active_branch(name);
                let message = format!("`{name}` is released to `{proposed}` alone, which was never merged");
                Failure::new(FailureKind::Usage, message).hint(merge(&proposed, &active))
            }
            None => Failure::new(FailureKind::Usage, format!("`{name}` was never released"))
                .hint(format!("cargo xtask release {name}")),
        })
    }

    /// What is wrong with an agent's record on the source's branch, as a finding about the target.
    pub(super) fn unmerged(&self, finding: Finding, agent: &AgentName) -> Result<Finding, Failure> {
        let finding = Finding {
            unit: Some(format!("{}/{agent}", self.to.name)),
            ..finding
        };
        if finding.rule != "unreleased-unit" {
            return Ok(finding);
        }
        let active = self.workspace.active_branch(&self.from.name);
        Ok(match self.proposed(Some(agent))? {
            Some(proposed) => finding.help(merge(&proposed, &active)),
            None => finding,
        })
    }

    /// The branch that proposes the source's releases, where it has some, or one of this agent.
    fn proposed(&self, agent: Option<&AgentName>) -> Result<Option<String>, Failure> {
        let proposed = self.workspace.branch(&self.from.name);
        let tip = self.delivery.tip(&proposed, &self.workspace.fleet.delivery.remote)?;
        let has_agent = match (tip.commit(), agent) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(commit), Some(agent)) => units(self.delivery, commit, &[agent.as_str()])?
                .iter()
                .any(|unit| unit.tuple.is_some()),
        };
        Ok(has_agent.then_some(proposed))
    }
}

fn merge(proposed: &str, active: &str) -> String {
    format!("merge `{proposed}` into `{active}`, for example by its pull request, and promote then")
}
