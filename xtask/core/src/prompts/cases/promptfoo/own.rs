//! What an export says in the metadata of the suite that it was made of, and what an import takes back of that.
//!
//! A test carries its whole case: fields that promptfoo has no words for would be gone, and those that it says in several
//! assertions could not be told from assertions. What somebody changed in a test counts more than the case that it was.

use serde_json::{Map, Value, json};

use super::super::{Case, MOST_WEIGHT, Suite};
use super::export::{default_test, test};
use super::import::Outer;
use crate::yaml;

/// The key of the metadata.
pub(super) const KEY: &str = "lockstep";

/// A suite without its cases, for the metadata of the default test.
pub(super) fn head(suite: &Suite) -> Value {
    let mut head = json!(suite);
    head["cases"] = json!([]);
    head
}

/// Of which suite a default test is, where an export wrote it.
pub(super) fn head_of(default: &Map<String, Value>) -> Option<Suite> {
    serde_json::from_value(said(default)?.clone()).ok()
}

/// Of which case a test is, where an export wrote it.
pub(super) fn case_of(test: &Map<String, Value>) -> Option<Case> {
    let case: Case = serde_json::from_value(said(test)?.clone()).ok()?;
    (0.0..=MOST_WEIGHT).contains(&case.weight).then_some(case)
}

fn said(map: &Map<String, Value>) -> Option<&Value> {
    map.get("metadata")?.get(KEY)
}

/// Whether a default test still says what the suite does.
pub(super) fn is_head(default: &Map<String, Value>, suite: &Suite) -> bool {
    is_same(default, &default_test(suite))
}

/// Whether a test still says what its case does, with nothing around it that says more.
pub(super) fn is_case(own: &Map<String, Value>, suite: &Suite, case: &Case, outer: &Outer) -> bool {
    let is_alone = outer.vars.is_empty() && outer.assertions.is_empty() && outer.threshold.is_none();
    is_alone && is_same(own, &test(suite, case))
}

/// Whether what was read is what would be written: as a file has it, where 2.0 is 2.
fn is_same(read: &Map<String, Value>, written: &Value) -> bool {
    let again = yaml::read_value(&yaml::write(written)).ok();
    again.as_ref().and_then(Value::as_object) == Some(read)
}

/// A changed test as a case: what it says, and what it has no words for as the case had it.
pub(super) fn beside(case: Case, was: Case) -> Case {
    Case {
        name: match was.name.is_empty() && case.name == was.id {
            true => String::new(),
            false => case.name.clone(),
        },
        id: was.id,
        system_prompt_version: was.system_prompt_version,
        max_tokens_limit: was.max_tokens_limit,
        turns: was.turns,
        origin: was.origin,
        weight: was.weight,
        ..case
    }
}
