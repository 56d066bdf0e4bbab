//! How much of something an assertion asks for, where that is a number: from where on it holds.

use crate::prompts::cases::{Assertion, MOST_WEIGHT};

/// A bound of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// It holds from here on upwards.
    Least(f64),
    /// It holds up to here.
    Most(f64),
}

/// The bound of an assertion: the one that it names, or that of its type. Nothing for a type that has none, and where one
/// must be named and is not.
pub fn limit(assertion: &Assertion) -> Option<Limit> {
    let (kind, turned) = assertion.plain_kind();
    let named = assertion.threshold;
    let usual = match kind {
        "bleu" | "gleu" | "meteor" => Limit::Least(named.unwrap_or(0.5)),
        "rouge-n" => Limit::Least(named.unwrap_or(0.75)),
        "llm-rubric" | "trajectory:goal-success" => Limit::Least(named.unwrap_or(0.7)),
        "tool-call-f1" => Limit::Least(named.unwrap_or(1.0)),
        "levenshtein" => Limit::Most(named.unwrap_or(5.0)),
        "cost" | "latency" => Limit::Most(named?),
        _ => return None,
    };
    Some(match usual {
        Limit::Least(bound) if turned => Limit::Most(bound),
        Limit::Most(bound) if turned => Limit::Least(bound),
        usual => usual,
    })
}

/// The number of the bound, whichever side it is on, of a type that has one of its own.
pub(super) fn bound(assertion: &Assertion) -> f64 {
    match limit(assertion).expect("the type has a bound of its own") {
        Limit::Least(bound) | Limit::Most(bound) => bound,
    }
}

/// Why the weight or the threshold of an assertion can be added up or compared with nothing.
pub(super) fn numbers(assertion: &Assertion) -> Result<(), String> {
    // a weight that is no number is in no range
    if assertion
        .weight
        .is_some_and(|weight| !(0.0..=MOST_WEIGHT).contains(&weight))
    {
        return Err(format!("a weight is from 0 to {MOST_WEIGHT}"));
    }
    match assertion.threshold.is_some_and(|threshold| !threshold.is_finite()) {
        true => Err("a threshold is a finite number".to_owned()),
        false => Ok(()),
    }
}
