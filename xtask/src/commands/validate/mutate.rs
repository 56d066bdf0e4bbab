//! `validate --mutate`: whether anything notices when what is rendered is broken.

use std::collections::BTreeMap;

use lockstep::policy::exercise::manifests::{Operator, Score, mutate};
use lockstep::policy::{By, Fleet, Judge, Layer};
use lockstep::render::{Engines, Selection, render_all};
use lockstep::report::Table;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// What became of changes that break what the fleet renders.
#[derive(Serialize, JsonSchema)]
pub(super) struct Mutated {
    /// Which of many equal places were broken.
    seed: u64,
    /// How many changes were made.
    made: usize,
    /// How many anything noticed.
    found: usize,
    /// The same by kind of change.
    operators: BTreeMap<Operator, Score>,
}

/// Breaks what the fleet renders, one change at a time.
pub(super) fn run(context: &Context, source: &Source, seed: u64) -> Result<Report, Failure> {
    let loaded = context.load_with_judges(source)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let mut findings = loaded.findings.clone();
    let (engines, more) = Engines::compile(workspace);
    findings.extend(more);
    let (judge, more) = Judge::read(&loaded.tree, By::Everything, context.clock.now());
    findings.extend(more);
    let (units, more) = render_all(workspace, &engines, &Selection::everything(workspace));
    findings.extend(more);
    let fleet = Fleet {
        workspace,
        engines: &engines,
        tree: &loaded.tree,
    };
    let operators = mutate(&judge, fleet, &units, seed);
    let (made, found) = operators
        .values()
        .fold((0, 0), |(made, found), score| (made + score.made, found + score.found));
    let text = text(context, &operators, made, found);
    let answer = Mutated {
        seed,
        made,
        found,
        operators,
    };
    Ok(Report::new(answer, text).with_findings(findings, loaded.tree))
}

fn text(context: &Context, operators: &BTreeMap<Operator, Score>, made: usize, found: usize) -> String {
    let layers = [
        Layer::Rendering,
        Layer::Schemas,
        Layer::Server,
        Layer::Policies,
        Layer::Units,
    ];
    let header = [
        "change",
        "made",
        "found",
        "rendering",
        "schemas",
        "server",
        "policies",
        "units",
    ];
    let mut table = Table::new(&header);
    for (operator, score) in operators {
        let by = layers
            .iter()
            .map(|layer| score.by.get(layer).copied().unwrap_or_default());
        let mut row = vec![word(operator), score.made.to_string(), score.found.to_string()];
        row.extend(by.map(|count| count.to_string()));
        table.row(row);
    }
    let mut text = if made == 0 {
        "nothing is rendered that could be changed\n".to_owned()
    } else {
        let share = found as f64 * 100.0 / made as f64;
        format!("{found} of {made} changes of what is rendered were found ({share:.1} %)\n")
    };
    text += &context.table(&table);
    for (operator, score) in operators {
        for survivor in &score.survivors {
            text += &format!("  not found: {} {survivor}\n", word(operator));
        }
    }
    text
}

/// What the operator is called in JSON.
fn word(operator: &Operator) -> String {
    serde_json::to_value(operator).map_or_else(|_| String::new(), |word| word.as_str().unwrap_or_default().to_owned())
}
