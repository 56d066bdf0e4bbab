//! Events that tell of releases and that nobody signed, held against the environment's branch: where the trust file asks for
//! signatures they count only as that tells the same.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, Digest, Finding};
use lockstep::release::ledger::{Event, Fact, ReleaseName, UnitHistory};
use lockstep::release::recorded;

use super::{Believer, on_branch};
use crate::commands::branches::units;
use crate::failure::Failure;
use crate::ports::GitId;

impl Believer<'_> {
    /// Takes out of a history what of these events the branch does not tell, and says so. Another telling of the same commit
    /// is none: it would make what ran once look as if it ran now, and nobody thought anything of it.
    pub(super) fn hold_to_branch(&self, history: &mut UnitHistory, unproved: &BTreeSet<Digest>) -> Result<(), Failure> {
        if unproved.is_empty() {
            return Ok(());
        }
        let mut told: BTreeMap<String, ReleaseName> = BTreeMap::new();
        let mut kept = Vec::new();
        for (digest, event) in std::mem::take(&mut history.events) {
            let release = release_of(&event.fact);
            let before = release.as_ref().and_then(|release| told.get(&release.commit));
            let counts = !unproved.contains(&digest) || before.is_none() && self.is_told(&event)?;
            // of the same twice nothing is said: two clones may have written it down
            if !counts && before != release.as_ref() {
                history.findings.push(event.unproved(digest));
            }
            if counts {
                told.extend(release.map(|release| (release.commit.clone(), release)));
                kept.push((digest, event));
            }
        }
        history.events = kept;
        Ok(())
    }

    /// Whether the commit, where it is on the environment's branch, has this release of the unit and brought it.
    fn is_told(&self, event: &Event) -> Result<bool, Failure> {
        let Some(release) = release_of(&event.fact) else {
            return Ok(true);
        };
        let (Some(environment), Ok(agent)) = (&event.environment, AgentName::new(&event.unit)) else {
            return Ok(false);
        };
        let id = GitId(release.commit.clone());
        let there = on_branch(
            (self.delivery, self.workspace),
            environment,
            [id.0.as_str()].into_iter(),
        )?;
        // what no branch tells of counts for nothing anyway, and without a branch there is nothing to go by
        if there.is_none_or(|there| there.is_empty()) {
            return Ok(true);
        }
        let commit = self.delivery.resolve(&id.0)?;
        let after = units(self.delivery, &id, &[agent.as_str()])?.remove(0);
        let is_it = recorded(environment, &agent, &after)
            .is_ok_and(|record| record.id == release.tuple && record.version == release.version);
        if let Fact::RolledBack(rollback) = &event.fact {
            let brought = format!("Rollback-of: {agent}={}", rollback.to.commit);
            return Ok(is_it && commit.message.lines().any(|line| line == brought));
        }
        let before = match commit.parents.first() {
            Some(parent) => units(self.delivery, parent, &[agent.as_str()])?.remove(0),
            None => Default::default(),
        };
        Ok(is_it && (before.manifest != after.manifest || before.tuple != after.tuple))
    }
}

/// The release that an event tells of, by the commit that brought it.
fn release_of(fact: &Fact) -> Option<ReleaseName> {
    match fact {
        Fact::Released(released) => Some(released.release.clone()),
        Fact::RolledBack(rollback) => Some(ReleaseName {
            commit: rollback.commit.clone(),
            ..rollback.to.clone()
        }),
        _ => None,
    }
}

/// The findings about events that count for nothing since nobody signed them.
pub(super) fn unsigned(history: &UnitHistory) -> impl Iterator<Item = Finding> {
    let findings = history.findings.iter();
    findings.filter(|finding| finding.rule == "unsigned-event").cloned()
}
