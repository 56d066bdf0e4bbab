//! A grid of cases and variants as tables, for a terminal and for a summary.

use lockstep::prompts::evaluation::{CaseOutcome, Grid, GridCell, GridColumn};
use lockstep::report::Table;

use super::answer::rate;

/// Up to this many cases all are listed; of more, only those that do not hold everywhere.
const MOST_CASES: usize = 50;

/// Every variant with its number, and what all cases came to with it.
pub(super) fn variants(grid: &Grid) -> Table {
    let mut table = Table::new(&["", "variant", "model", "hold", "rate", "score", "tokens", "cost", "p"]);
    for (index, column) in grid.columns.iter().enumerate() {
        let summary = &column.summary;
        table.row(vec![
            (index + 1).to_string(),
            named(column),
            column.model.clone(),
            format!("{} of {}", summary.passed, summary.total),
            rate(summary),
            format!("{:.2}", summary.score),
            (column.tokens.input + column.tokens.output).to_string(),
            column.cost.map_or_else(String::new, |cost| format!("{cost:.4}")),
            column
                .comparison
                .as_ref()
                .map_or_else(String::new, |comparison| format!("{:.3}", comparison.p_value)),
        ]);
    }
    table
}

/// A variant by what was asked for, with the prompts' versions where that does not name them.
fn named(column: &GridColumn) -> String {
    if column.label.contains('@') {
        return column.label.clone();
    }
    let prompts = column.prompts.iter().map(|(name, version)| format!("{name}@{version}"));
    format!("{} ({})", column.label, prompts.collect::<Vec<_>>().join(", "))
}

/// How each case ended with each variant, by the variants' numbers; and how many cases are not listed.
pub(super) fn cases(grid: &Grid) -> (Table, usize) {
    let numbers: Vec<String> = (1..=grid.columns.len()).map(|number| number.to_string()).collect();
    let header: Vec<&str> = std::iter::once("case")
        .chain(numbers.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(&header);
    let is_short = grid.rows.len() <= MOST_CASES;
    let worth_a_look = |cells: &[GridCell]| is_short || cells.iter().any(|cell| cell.outcome != CaseOutcome::Passed);
    let rows = grid.rows.iter().filter(|row| worth_a_look(&row.cells));
    let mut listed = 0;
    for row in rows.take(MOST_CASES) {
        let cells = row.cells.iter().zip(&grid.columns);
        let words = cells.map(|(cell, column)| word(cell, column.summary.repeats));
        table.row(std::iter::once(row.case_id.clone()).chain(words).collect());
        listed += 1;
    }
    (table, grid.rows.len() - listed)
}

/// A cell in a word; where each case was asked several times, how often it held.
fn word(cell: &GridCell, repeats: u32) -> String {
    match cell.outcome {
        CaseOutcome::Passed | CaseOutcome::Failed if repeats > 1 => format!("{} of {repeats}", cell.held),
        CaseOutcome::Passed => "holds".to_owned(),
        CaseOutcome::Failed => "fails".to_owned(),
        CaseOutcome::Error => "error".to_owned(),
        CaseOutcome::NotEvaluated => "no answer".to_owned(),
        CaseOutcome::Skipped | CaseOutcome::Withheld => "left out".to_owned(),
    }
}
