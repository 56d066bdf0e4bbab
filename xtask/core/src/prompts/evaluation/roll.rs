//! The roll of an evaluation: which cases it was about, what each is known by, and which of them held.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseOutcome, SuiteRun};
use crate::prompts::cases::is_same_case;
use crate::prompts::statistics::Paired;

/// The cases that counted, each with what it is known by: the first 32 digits of a SHA-256 over what it asks and demands,
/// and after a `+`, where mock tools return something, 16 of one over that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Roll {
    /// Those that hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, String>,
    /// Those that do not, or of which nobody knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unheld: BTreeMap<String, String>,
}

/// A roll beside an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollChange {
    /// Cases that are gone.
    pub gone: Vec<String>,
    /// Cases of the same name that ask or demand something else.
    pub changed: Vec<String>,
    /// The same cases: held before, and do not now.
    pub lost: Vec<String>,
    /// The same cases, as pairs.
    pub paired: Paired,
}

impl Roll {
    /// The roll of runs; a case for a later version does not count.
    pub fn of(runs: &[SuiteRun]) -> Roll {
        let mut roll = Roll::default();
        for case in runs.iter().flat_map(|run| &run.cases) {
            let cases = match case.outcome {
                CaseOutcome::Skipped => continue,
                CaseOutcome::Passed => &mut roll.held,
                CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::NotEvaluated => &mut roll.unheld,
            };
            cases.insert(case.id.clone(), case.mark.clone());
        }
        roll
    }

    /// Whether it names nothing: records of earlier versions have none.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.unheld.is_empty()
    }

    /// What became of the cases of an earlier roll.
    pub fn since(&self, before: &Roll) -> RollChange {
        let mut change = RollChange::default();
        let earlier = before.held.iter().map(|case| (case, true));
        let earlier = earlier.chain(before.unheld.iter().map(|case| (case, false)));
        for ((id, mark), held) in earlier {
            let (now, holds) = match (self.held.get(id), self.unheld.get(id)) {
                (Some(now), _) => (now, true),
                (None, Some(now)) => (now, false),
                (None, None) => {
                    change.gone.push(id.clone());
                    continue;
                }
            };
            if !is_same_case(now, mark) {
                change.changed.push(id.clone());
                continue;
            }
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
        for names in [&mut change.gone, &mut change.changed, &mut change.lost] {
            names.sort();
        }
        change
    }
}
