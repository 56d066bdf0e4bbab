//! The roll of an evaluation: which cases it was about, what each is known by and demands, and which of them held.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseOutcome, SuiteRun};
use crate::prompts::cases::{Standard, is_same_case};
use crate::prompts::statistics::Paired;

/// The cases that counted, each with what it is known by: the first 32 digits of a SHA-256 over what it asks and demands,
/// and after a `+`, where mock tools return something, 16 of one over that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Roll {
    /// Those that hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, String>,
    /// Those that do not, or of which nobody knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unheld: BTreeMap<String, String>,
    /// Those that do not count, since they need a tool that the environment does not enable.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub withheld: BTreeMap<String, String>,
    /// What each of them asks and demands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub standards: BTreeMap<String, Standard>,
}

/// A roll beside an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollChange {
    /// Cases that are gone.
    pub gone: Vec<String>,
    /// Cases of the same name that ask something else, no longer demand all that they did, or count for less beside the
    /// others.
    pub loosened: Vec<String>,
    /// Cases of the same name that are changed in any other way, or of which nobody wrote down what they demanded.
    pub changed: Vec<String>,
    /// Cases that counted and do not now, for want of a tool.
    pub withheld: Vec<String>,
    /// The same cases: held before, and do not now.
    pub lost: Vec<String>,
    /// The same cases, as pairs.
    pub paired: Paired,
}

impl Roll {
    /// The rolls of all runs as one; they keep none.
    pub fn taken(runs: &mut [SuiteRun]) -> Roll {
        let mut all = Roll::default();
        for roll in runs.iter_mut().map(|run| &mut run.roll) {
            all.held.append(&mut roll.held);
            all.unheld.append(&mut roll.unheld);
            all.withheld.append(&mut roll.withheld);
            all.standards.append(&mut roll.standards);
        }
        all
    }

    /// Adds a case; a draft, or one for a later version, does not count.
    pub(super) fn add(&mut self, id: &str, outcome: CaseOutcome, mark: String, standard: Standard) {
        let cases = match outcome {
            CaseOutcome::Skipped => return,
            CaseOutcome::Passed => &mut self.held,
            CaseOutcome::Withheld => &mut self.withheld,
            CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::NotEvaluated => &mut self.unheld,
        };
        cases.insert(id.to_owned(), mark);
        self.standards.insert(id.to_owned(), standard);
    }

    /// Whether it names nothing: records of earlier versions have none.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.unheld.is_empty() && self.withheld.is_empty()
    }

    /// The cases, and whether they hold; nothing of those that do not count.
    fn each(&self) -> [(&BTreeMap<String, String>, Option<bool>); 3] {
        [
            (&self.held, Some(true)),
            (&self.unheld, Some(false)),
            (&self.withheld, None),
        ]
    }

    /// What became of the cases of an earlier roll.
    pub fn since(&self, before: &Roll) -> RollChange {
        RollChange::of(&[self], before)
    }
}

impl RollChange {
    /// What became of the cases of an earlier roll, in several of today.
    pub fn of(today: &[&Roll], before: &Roll) -> RollChange {
        let mut change = RollChange::default();
        let outweighed = outweighed(today, before);
        let earlier = before.each().into_iter();
        let earlier = earlier.flat_map(|(cases, held)| cases.iter().map(move |case| (case, held)));
        for ((id, mark), held) in earlier {
            let found = today.iter().find_map(|roll| {
                let mut each = roll.each().into_iter();
                each.find_map(|(cases, held)| Some((roll, cases.get(id)?, held)))
            });
            let Some((roll, now, holds)) = found else {
                change.gone.push(id.clone());
                continue;
            };
            let standards = roll.standards.get(id).zip(before.standards.get(id));
            // a case is the same without its tags, and a tag may be why it must hold
            let lost_veto = standards.is_some_and(|(now, then)| now.lost_veto(then));
            if !is_same_case(now, mark) || lost_veto {
                let is_loosened = standards.is_some_and(|(now, then)| !now.covers(then));
                let names = if is_loosened || outweighed.contains(id.as_str()) {
                    &mut change.loosened
                } else {
                    &mut change.changed
                };
                names.push(id.clone());
                continue;
            }
            if outweighed.contains(id.as_str()) {
                change.loosened.push(id.clone());
            }
            let (held, holds) = match (held, holds) {
                (Some(held), Some(holds)) => (held, holds),
                (Some(_), None) => {
                    change.withheld.push(id.clone());
                    continue;
                }
                (None, _) => continue,
            };
            change.paired.cases += 1;
            match (held, holds) {
                (true, false) => {
                    change.paired.lost += 1;
                    change.lost.push(id.clone());
                }
                (false, true) => change.paired.gained += 1,
                _ => {}
            }
        }
        for names in [
            &mut change.gone,
            &mut change.loosened,
            &mut change.changed,
            &mut change.withheld,
            &mut change.lost,
        ] {
            names.sort();
        }
        change
    }
}

/// The cases of an earlier roll that count for a smaller share now: others weigh more beside them, or a new one weighs more
/// than each of them.
fn outweighed<'a>(today: &[&Roll], before: &'a Roll) -> BTreeSet<&'a str> {
    let now: BTreeMap<&str, f64> = today
        .iter()
        .flat_map(|roll| &roll.standards)
        .map(|(id, standard)| (id.as_str(), standard.weight()))
        .collect();
    let both: Vec<(&str, f64, f64)> = before
        .standards
        .iter()
        .filter_map(|(id, then)| Some((id.as_str(), then.weight(), *now.get(id.as_str())?)))
        .collect();
    let heaviest = both.iter().map(|(_, _, now)| *now).fold(0.0, f64::max);
    let new = now.iter().filter(|(id, _)| !before.standards.contains_key(**id));
    let excess: f64 = new.map(|(_, weight)| (weight - heaviest).max(0.0)).sum();
    let then_all: f64 = both.iter().map(|(_, then, _)| then).sum();
    let now_all = excess + both.iter().map(|(_, _, now)| now).sum::<f64>();
    // multiplied out, since a sum may be zero; so much is lost to rounding
    let is_less = |then: f64, now: f64| now * then_all < then * now_all * (1.0 - 1e-9);
    both.into_iter()
        .filter(|(_, then, now)| is_less(*then, *now))
        .map(|(id, _, _)| id)
        .collect()
}
