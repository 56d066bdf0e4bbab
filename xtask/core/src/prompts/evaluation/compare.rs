//! Two runs of the same cases beside each other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseOutcome, SuiteRun};
use crate::model::Digest;
use crate::prompts::statistics::{Paired, ratio};

/// A run beside another one of the same cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What it is compared with: an environment, a prompt or a model.
    pub with: String,
    /// The tuple of the other one, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuple_id: Option<Digest>,
    /// Cases that both were asked.
    pub cases: usize,
    /// Share of them that held there.
    pub pass_rate_there: f64,
    /// Share of them that hold here.
    pub pass_rate_here: f64,
    /// Held there, and do not here.
    pub lost: Vec<String>,
    /// Hold here, and did not there.
    pub gained: Vec<String>,
    /// Cases that could not be judged there, so that nothing can be said of them.
    pub missing: Vec<String>,
    /// Whether a record in the ledger names the cases that spoke for it.
    #[serde(default)]
    pub recorded: bool,
    /// Cases that its record in the ledger names, and that are gone here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Cases that ask something else than they did by that record, or no longer demand all that they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosened: Vec<String>,
    /// Cases that are changed in any other way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// How much the pass rate fell; negative where it rose.
    pub drop: f64,
    /// The drop that these cases prove: exact, with 95 % confidence.
    pub drop_bound: f64,
    /// How likely so many losses would be if neither were worse (McNemar, exact).
    pub p_value: f64,
}

/// Compares what holds here with what holds there.
pub fn compare(here: &[SuiteRun], there: &[SuiteRun], with: String, tuple_id: Option<Digest>) -> Comparison {
    let before = outcomes(there);
    let (mut lost, mut gained, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let (mut cases, mut held_here, mut held_there) = (0, 0, 0);
    for (id, now) in outcomes(here) {
        let then = before.get(id).copied().unwrap_or(CaseOutcome::NotEvaluated);
        match then {
            _ if matches!(now, CaseOutcome::Skipped | CaseOutcome::Withheld) => continue,
            // written for a version that the other one has not reached, or for a tool that it does not have
            CaseOutcome::Skipped | CaseOutcome::Withheld => continue,
            CaseOutcome::Error | CaseOutcome::NotEvaluated => {
                missing.push(id.to_owned());
                continue;
            }
            CaseOutcome::Passed | CaseOutcome::Failed => {}
        }
        cases += 1;
        let (holds, held) = (now == CaseOutcome::Passed, then == CaseOutcome::Passed);
        held_here += usize::from(holds);
        held_there += usize::from(held);
        match (held, holds) {
            (true, false) => lost.push(id.to_owned()),
            (false, true) => gained.push(id.to_owned()),
            _ => {}
        }
    }
    let paired = Paired {
        cases,
        lost: lost.len(),
        gained: gained.len(),
    };
    Comparison {
        with,
        tuple_id,
        cases,
        pass_rate_there: ratio(held_there, cases),
        pass_rate_here: ratio(held_here, cases),
        lost,
        gained,
        missing,
        recorded: false,
        gone: Vec::new(),
        loosened: Vec::new(),
        changed: Vec::new(),
        drop: paired.drop(),
        drop_bound: paired.drop_bound(),
        p_value: paired.p_value(),
    }
}

/// How each case ended, by its id.
fn outcomes(runs: &[SuiteRun]) -> BTreeMap<&str, CaseOutcome> {
    let cases = runs.iter().flat_map(|run| &run.cases);
    cases.map(|case| (&*case.id, case.outcome)).collect()
}
