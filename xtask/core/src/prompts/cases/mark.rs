//! What a case is known by, so that another one in its place is noticed.

use serde_json::{Value, json};

use super::{Case, Suite};
use crate::model::Digest;
use crate::prompts::run::Mock;

/// Digits of a mark: enough that nobody finds two cases with the same one.
const DIGITS: usize = 32;

/// What stands before the part of a mark that is about mock tools.
const RETURNED: char = '+';

/// Whether a case is the one of an earlier mark; marks of earlier versions say nothing of what mock tools return.
pub fn is_same_case(mark: &str, earlier: &str) -> bool {
    let told = earlier.contains(RETURNED);
    let part = mark.split(RETURNED).next().unwrap_or_default();
    mark == earlier || (!told && part == earlier)
}

/// Marks the cases of one suite.
#[derive(Clone, Debug)]
pub struct Marker {
    shared: Digest,
    results: Vec<(String, Value)>,
}

impl Marker {
    /// Of a suite: what it asks and demands of all its cases counts for each of them, and so does what mock tools return.
    pub fn of(suite: &Suite, tools: Option<&Mock>) -> Marker {
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
            results: tools.map(Mock::results).unwrap_or_default(),
        }
    }

    /// The first digits of the SHA-256 over all that a case asks and demands; its name, its tags and its origin may change.
    /// After a `+`, where mock tools return something, those of one over what they return: of the tools that the case
    /// names, or of all where it names none.
    pub fn mark(&self, case: &Case) -> String {
        let named = |tool: &str| {
            case.expected_tools
                .iter()
                .flatten()
                .any(|expected| expected.name() == tool)
        };
        let names_none = case.expected_tools.iter().flatten().next().is_none();
        let results = self.results.iter().filter(|(tool, _)| names_none || named(tool));
        let results: Vec<&(String, Value)> = results.collect();
        let case = Case {
            name: String::new(),
            tags: Vec::new(),
            origin: None,
            ..case.clone()
        };
        let mut hex = Digest::of_canonical(&(self.shared, case)).hex();
        hex.truncate(DIGITS);
        if !results.is_empty() {
            let returned = Digest::of_canonical(&results).hex();
            hex = format!("{hex}{RETURNED}{}", &returned[..DIGITS / 2]);
        }
        hex
    }
}
