//! The events of the ledger: whether they are as they were written, and whom they can be believed of.

use std::collections::BTreeMap;

use lockstep::model::{EnvironmentName, Finding};
use lockstep::release::ledger::{Committed, Tally};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::ledger::{Believer, Ledger};
use crate::context::Context;
use crate::failure::Failure;

/// What came of the ledger.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LedgerAnswer {
    /// Whether nothing is wrong with it.
    holds: bool,
    /// Its events of these environments, and of agents wherever they run.
    #[serde(flatten)]
    tally: Tally,
}

/// What the ledger tells.
pub(super) struct Told {
    /// What came of it.
    pub(super) answer: LedgerAnswer,
    /// What is wrong with it.
    pub(super) findings: Vec<Finding>,
    /// How far it knows each environment's branch to be.
    pub(super) furthest: BTreeMap<EnvironmentName, Committed>,
    /// The releases that each environment's branch does not have.
    pub(super) lost: BTreeMap<EnvironmentName, Vec<Finding>>,
}

/// Looks at the events of environments and of agents wherever they run; nothing where this clone has no ledger.
pub(super) fn run(
    ledger: &Ledger<'_>,
    believer: &Believer<'_>,
    environments: &[&EnvironmentName],
) -> Result<Option<Told>, Failure> {
    if !ledger.is_here()? {
        return Ok(None);
    }
    let view = ledger.whole()?;
    let places = environments.iter().map(|name| Some(*name)).chain([None]);
    let mut tally = Tally::default();
    let mut findings = Vec::new();
    let (mut furthest, mut lost) = (BTreeMap::new(), BTreeMap::<_, Vec<Finding>>::new());
    for place in places {
        let names = view.names(place)?;
        let units: Vec<_> = names.iter().map(|name| (place, name.as_str())).collect();
        let histories = view.units(&units)?;
        let belief = believer.belief(&view, &histories)?;
        // a clone that is cut off cannot tell what its branches lost
        let there = believer.commits(place, &histories).unwrap_or_default();
        let verified: Vec<_> = histories.par_iter().map(|history| belief.verify(history)).collect();
        for ((name, history), (own, wrong)) in names.iter().zip(&histories).zip(verified) {
            tally += own;
            if let (Some(environment), ENVIRONMENT_UNIT, Some(commit)) = (place, name.as_str(), history.furthest()) {
                furthest.insert(environment.clone(), commit.clone());
            }
            let unit = |finding: Finding| match place {
                Some(environment) => finding.unit(environment.as_str(), name),
                None => finding,
            };
            findings.extend(history.findings.iter().cloned().chain(wrong).map(unit));
            if let (Some(environment), Some(there)) = (place, &there) {
                let own = history.lost(there).map(unit);
                lost.entry(environment.clone()).or_default().extend(own);
            }
        }
    }
    let holds = !findings.iter().any(Finding::is_error);
    Ok(Some(Told {
        answer: LedgerAnswer { holds, tally },
        findings,
        furthest,
        lost,
    }))
}

/// A line for people.
pub(super) fn shown(context: &Context, answer: &LedgerAnswer) -> String {
    let style = context.style;
    let what = match answer.holds {
        true => style.good("holds"),
        false => style.error("does not hold"),
    };
    let Tally {
        events,
        signed,
        unsigned,
        refused,
    } = answer.tally;
    let refused = match refused {
        0 => String::new(),
        refused => format!(", {refused} signed by nobody who may"),
    };
    format!(
        "{}: {what}, {events} events, {signed} signed{refused}, {unsigned} unsigned\n",
        style.strong("ledger")
    )
}
