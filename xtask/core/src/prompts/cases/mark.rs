//! What a case is known by, so that another one in its place is noticed.

use serde_json::json;

use super::{Case, Suite};
use crate::model::Digest;

/// Digits of a mark: enough that nobody finds two cases with the same one.
const DIGITS: usize = 32;

/// Marks the cases of one suite.
#[derive(Clone, Copy, Debug)]
pub struct Marker {
    shared: Digest,
}

impl Marker {
    /// Of a suite: what it asks and demands of all its cases counts for each of them.
    pub fn of(suite: &Suite) -> Marker {
        let shared = json!({
            "assert": suite.assertions,
            "contract": suite.contract,
            "judge": suite.judge,
            "prompt": suite.prompt,
            "userVariable": suite.user_variable,
            "vars": suite.vars,
        });
        Marker {
            shared: Digest::of_canonical(&shared),
        }
    }

    /// The first digits of the SHA-256 over all that a case asks and demands; its name, its tags and its origin may change.
    pub fn mark(&self, case: &Case) -> String {
        let case = Case {
            name: String::new(),
            tags: Vec::new(),
            origin: None,
            ..case.clone()
        };
        let mut hex = Digest::of_canonical(&(self.shared, case)).hex();
        hex.truncate(DIGITS);
        hex
    }
}
