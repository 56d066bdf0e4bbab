//! Checks that a person sets aside for a release, which is recorded.

use std::collections::BTreeSet;

use lockstep::model::{EnvironmentName, Finding};
use lockstep::release::ledger::Override;
use lockstep::release::{EnvironmentPlan, STALE_SOURCE, Stray, UNPROMOTED_RELEASE};
use lockstep::workspace::WRONG_BRANCH;

use super::run::Branch;
use crate::commands::tries::Tries;

/// The checks of a release that may be set aside.
pub(super) const CHECKS: &[&str] = &[WRONG_BRANCH, STALE_SOURCE, UNPROMOTED_RELEASE];

/// The commits that units were released from and that nobody needs to have any more, where that is set aside: those that the
/// first try found, since nobody has looked at what others released after it.
pub(super) fn lost(checks: &[String], branches: &[Branch], tries: &mut Tries) -> BTreeSet<String> {
    if tries.is_first() && checks.iter().any(|check| check == STALE_SOURCE) {
        let strays = branches.iter().flat_map(|branch| &branch.strays);
        let may_be_lost = strays.filter(|(_, stray)| Stray::may_be_lost(**stray));
        tries.lost.extend(may_be_lost.map(|(commit, _)| commit.clone()));
    }
    tries.lost.clone()
}

/// Says in the commits which checks were set aside, and why: `overrides`, and what of the findings was.
pub(super) fn tell(plans: &mut [EnvironmentPlan], overrides: &[Override], findings: &[Finding], reason: Option<&str>) {
    for plan in plans {
        let overrides = [overrides, &set_aside_in(findings, &plan.environment)].concat();
        let commit = plan.commit.iter_mut();
        commit.for_each(|commit| commit.overridden(&overrides, reason.unwrap_or_default()));
    }
}

/// What was set aside about units of an environment.
fn set_aside_in(findings: &[Finding], environment: &EnvironmentName) -> Vec<Override> {
    let is_own = |finding: &&Finding| {
        let unit = finding.unit.as_deref().and_then(|unit| unit.split_once('/'));
        unit.is_some_and(|(name, _)| name == environment.as_str())
    };
    let record = |finding: &Finding| Override {
        check: finding.rule.to_string(),
        message: finding.message.clone(),
    };
    let aside = findings.iter().filter(|finding| finding.is_set_aside());
    aside.filter(is_own).map(record).collect()
}
