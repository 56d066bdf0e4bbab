//! Cases that ask what a sample asked, and what they do not demand of its answer.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::asked;
use super::placeholder::unnumbered;
use crate::model::PlainVersion;
use crate::prompts::cases::{Case, DRAFT, ExpectedTool, Suite};

/// A case that asks the same of the same prompt.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Twin {
    /// Its id.
    pub id: String,
    /// What of the sample it does not demand, by the names of fields.
    pub lacks: Vec<String>,
}

/// A suite as the prompt of a version is asked it: what is for a later one counts as little as a draft.
pub fn as_asked(mut suite: Suite, version: Option<PlainVersion>) -> Suite {
    for case in &mut suite.cases {
        if !case.is_asked_of(version) && !case.is_draft() {
            case.tags.push(DRAFT.to_owned());
        }
    }
    suite
}

/// The twins of a sample's case in these suites.
pub fn twins<'a>(case: &Case, of: &Suite, suites: impl IntoIterator<Item = &'a Suite>) -> Vec<Twin> {
    let digest = asked(case, of);
    let same_prompt = suites.into_iter().filter(|suite| suite.prompt == of.prompt);
    let each = same_prompt.flat_map(|suite| suite.cases.iter().map(move |other| (suite, other)));
    // a draft asks nothing yet
    let twins = each.filter(|(suite, other)| !other.is_draft() && asked(other, suite) == digest);
    let twin = |(_, other): (&Suite, &Case)| Twin {
        id: other.id.clone(),
        lacks: lacks(other, case),
    };
    twins.map(twin).collect()
}

/// What one case does not demand of what the other one does.
fn lacks(twin: &Case, case: &Case) -> Vec<String> {
    let tools = |case: &Case| {
        let names = case.expected_tools.as_ref()?.iter().map(ExpectedTool::name);
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        Some(names)
    };
    let words =
        |case: &Case| -> BTreeSet<String> { case.forbidden_keywords.iter().map(|word| word.to_lowercase()).collect() };
    let behavior = unnumbered(case.expected_behavior.trim());
    let is_lacked = [
        (
            "expectedBehavior",
            !behavior.is_empty() && unnumbered(twin.expected_behavior.trim()) != behavior,
        ),
        ("expectedTools", tools(case).is_some() && tools(twin) != tools(case)),
        ("forbiddenKeywords", !words(case).is_subset(&words(twin))),
    ];
    let lacked = is_lacked.into_iter().filter(|(_, is_lacked)| *is_lacked);
    lacked.map(|(field, _)| field.to_owned()).collect()
}
