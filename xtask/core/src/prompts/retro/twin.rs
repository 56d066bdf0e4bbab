//! Cases that ask what a sample asked, and what they do not demand of its answer.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::asked;
use super::placeholder::unnumbered;
use crate::model::PlainVersion;
use crate::prompts::cases::{Assertion, Case, DRAFT, ExpectedTool, Suite};

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
    let twin = |(suite, other): (&Suite, &Case)| Twin {
        id: other.id.clone(),
        lacks: lacks(suite, other, case),
    };
    twins.map(twin).collect()
}

/// What every answer to a case must not have: words in whatever case, and texts as they stand.
#[derive(Default)]
struct Forbidden {
    words: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Forbidden {
    /// By the case's keywords, and by assertions that mean the same.
    fn of(suite: &Suite, case: &Case) -> Forbidden {
        let mut forbidden = Forbidden::default();
        let words = case.forbidden_keywords.iter().map(|word| word.to_lowercase());
        forbidden.words.extend(words);
        // one that only reports forbids nothing
        let counts = |assertion: &&Assertion| assertion.weight != Some(0.0);
        for assertion in suite.assertions.iter().chain(&case.assertions).filter(counts) {
            let values = match (&assertion.value, assertion.kind.as_str()) {
                (Value::String(text), "not-contains" | "not-icontains") => vec![text.as_str()],
                (Value::Array(texts), "not-contains-any" | "not-icontains-any") => {
                    texts.iter().filter_map(Value::as_str).collect()
                }
                _ => continue,
            };
            if assertion.kind.starts_with("not-i") {
                forbidden.words.extend(values.iter().map(|text| text.to_lowercase()));
            } else {
                forbidden.texts.extend(values.into_iter().map(str::to_owned));
            }
        }
        forbidden
    }

    fn has(&self, word: &String) -> bool {
        self.words.contains(&word.to_lowercase()) || self.texts.contains(word)
    }
}

/// Whether a case demands arguments of a call that its twin does not.
fn lacks_arguments(twin: &Case, case: &Case) -> bool {
    let demands = |tool: &ExpectedTool, name: &str, arguments: &Map<String, Value>| match tool {
        ExpectedTool::Call {
            name: own,
            arguments: has,
        } => own == name && arguments.iter().all(|(key, value)| has.get(key) == Some(value)),
        ExpectedTool::Name(own) => own == name && arguments.is_empty(),
    };
    case.expected_tools.iter().flatten().any(|tool| match tool {
        ExpectedTool::Name(_) => false,
        ExpectedTool::Call { name, arguments } => {
            let mut own = twin.expected_tools.iter().flatten();
            !own.any(|tool| demands(tool, name, arguments))
        }
    })
}

/// What one case of a suite does not demand of what the other one does.
fn lacks(suite: &Suite, twin: &Case, case: &Case) -> Vec<String> {
    let tools = |case: &Case| {
        let names = case.expected_tools.as_ref()?.iter().map(ExpectedTool::name);
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        Some(names)
    };
    let forbidden = Forbidden::of(suite, twin);
    let behavior = unnumbered(case.expected_behavior.trim());
    let is_lacked = [
        (
            "expectedBehavior",
            !behavior.is_empty() && unnumbered(twin.expected_behavior.trim()) != behavior,
        ),
        (
            "expectedTools",
            tools(case).is_some() && (tools(twin) != tools(case) || lacks_arguments(twin, case)),
        ),
        (
            "forbiddenKeywords",
            !case.forbidden_keywords.iter().all(|word| forbidden.has(word)),
        ),
    ];
    let lacked = is_lacked.into_iter().filter(|(_, is_lacked)| *is_lacked);
    lacked.map(|(field, _)| field.to_owned()).collect()
}
