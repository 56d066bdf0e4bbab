//! The same cases asked of several variants, beside each other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bar, CaseOutcome, Comparison, SuiteRun, Summary, Tokens, cost, sum_up};
use crate::model::{AgentName, PlainVersion};
use crate::prompts::run::Subject;

/// The same cases asked of several variants: a column a variant, a row a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Grid {
    /// The agent.
    pub agent: AgentName,
    /// The variants; what is judged comes first.
    pub columns: Vec<GridColumn>,
    /// Every case, in the order of its suite.
    pub rows: Vec<GridRow>,
}

/// A variant, and what all cases came to with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GridColumn {
    /// What it is called: an environment, or the variant as it was written.
    pub label: String,
    /// Who was asked, as `<provider>/<model>`.
    pub model: String,
    /// The prompts with their versions.
    pub prompts: BTreeMap<String, PlainVersion>,
    /// All cases together.
    pub summary: Summary,
    /// Tokens of all answers.
    pub tokens: Tokens,
    /// What they cost by list price, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The first column beside this one; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// A case, and how it ended with each variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GridRow {
    /// The suite.
    pub suite: String,
    /// The case.
    pub case_id: String,
    /// One for each column.
    pub cells: Vec<GridCell>,
}

/// How a case ended with a variant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GridCell {
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Its score, from 0 to 1.
    pub score: f64,
    /// How often it held.
    pub held: u32,
}

/// A variant and its runs, suite by suite.
#[derive(Clone, Debug)]
pub struct Variant<'a> {
    /// What it is called.
    pub label: String,
    /// What was asked.
    pub subject: &'a Subject,
    /// What each suite came to.
    pub runs: &'a [SuiteRun],
    /// What is judged beside it; nothing for what is judged itself.
    pub comparison: Option<Comparison>,
}

impl Grid {
    /// The grid of variants that were asked the same suites, in this order.
    pub fn new(agent: AgentName, suites: &[&str], variants: Vec<Variant<'_>>, repeats: u32, bar: &Bar) -> Grid {
        let mut rows: Vec<GridRow> = Vec::new();
        for (at, variant) in variants.iter().enumerate() {
            let runs = suites.iter().zip(variant.runs);
            let cases = runs.flat_map(|(suite, run)| run.cases.iter().map(move |case| (suite, case)));
            for (index, (suite, case)) in cases.enumerate() {
                if at == 0 {
                    rows.push(GridRow {
                        suite: (*suite).to_owned(),
                        case_id: case.id.to_string(),
                        cells: Vec::with_capacity(variants.len()),
                    });
                }
                rows[index].cells.push(GridCell {
                    outcome: case.outcome,
                    score: case.score,
                    held: case.held,
                });
            }
        }
        let columns = variants.into_iter().map(|variant| column(variant, repeats, bar));
        Grid {
            agent,
            columns: columns.collect(),
            rows,
        }
    }
}

fn column(variant: Variant<'_>, repeats: u32, bar: &Bar) -> GridColumn {
    let model = &variant.subject.model.model;
    let prompts = variant.subject.prompts.iter();
    let runs = variant.runs;
    GridColumn {
        label: variant.label,
        model: format!("{}/{}", model.provider, model.name),
        prompts: prompts.map(|(name, (version, _))| (name.clone(), *version)).collect(),
        summary: sum_up(runs, repeats, bar),
        tokens: Tokens::of(runs),
        cost: cost(runs),
        comparison: variant.comparison,
    }
}
