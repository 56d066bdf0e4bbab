//! What a sample demands in words that were taken out of it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::placeholder::{all_marks, unmarked, with_texts};
use super::taken::Taken;
use super::{Trace, clean, clean_value};
use crate::prompts::cases::ExpectedTool;

/// A demand of a sample that its case cannot have: what it names was taken out, and is nowhere in the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dropped {
    /// Where it stood in the sample, for example `forbiddenKeywords[0]`.
    pub place: String,
    /// What is left of it.
    pub text: String,
}

/// The demands that a case can have, still marked, and the others.
pub(super) struct Demanded<'a> {
    /// Each word as the sample has it, and as the case does.
    pub forbidden: Vec<(&'a String, String)>,
    pub tools: Option<Vec<ExpectedTool>>,
    pub dropped: Vec<Dropped>,
}

/// What a sample demands, of a case with these texts in its question. An answer can have a placeholder only where the
/// question has it: there it stands for the same in both, and elsewhere it would demand nothing, or what nobody can do.
pub(super) fn demanded<'a>(trace: &'a Trace, taken: &Taken, question: &str) -> Demanded<'a> {
    let asked: BTreeSet<&str> = all_marks(question).collect();
    let is_asked = |text: &str| all_marks(text).all(|mark| asked.contains(taken.plain(mark)) || asked.contains(mark));
    let mut dropped = Vec::new();
    let mut forbidden = Vec::new();
    for (index, word) in trace.forbidden_keywords.iter().enumerate() {
        let text = taken.out_of(&clean(word));
        if text == *word || (all_marks(&text).next().is_some() && is_asked(&text)) {
            forbidden.push((word, text));
        } else {
            dropped.push(Dropped {
                place: format!("forbiddenKeywords[{index}]"),
                text: unmarked(&text),
            });
        }
    }
    let tools = trace.expected_tools.as_ref().map(|tools| {
        let each = tools.iter().enumerate();
        each.map(|(index, tool)| match tool {
            ExpectedTool::Name(name) => ExpectedTool::Name(name.clone()),
            ExpectedTool::Call { name, arguments } => {
                let clean = arguments_without(arguments, taken);
                let (kept, gone): (Map<_, _>, Map<_, _>) =
                    clean.into_iter().partition(|(_, value)| is_asked(&value.to_string()));
                dropped.extend(gone.iter().map(|(argument, value)| Dropped {
                    place: format!("expectedTools[{index}].arguments.{argument}"),
                    text: unmarked(&value.to_string()),
                }));
                ExpectedTool::Call {
                    name: name.clone(),
                    arguments: kept,
                }
            }
        })
        .collect()
    });
    Demanded {
        forbidden,
        tools,
        dropped,
    }
}

/// Arguments of a call without what is taken out of them.
pub(super) fn arguments_without(arguments: &Map<String, Value>, taken: &Taken) -> Map<String, Value> {
    let clean = clean_value(&Value::Object(arguments.clone()), "");
    let clean = with_texts(&clean, &|text| taken.out_of(text));
    clean.as_object().cloned().unwrap_or_default()
}
