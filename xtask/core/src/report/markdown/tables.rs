//! What a command has to show row by row, as tables of Markdown.

use super::page::Page;
use super::text::inline;
use crate::report::Table;

pub(super) fn write(tables: &[(String, Table)], page: &mut Page) {
    for (title, table) in tables {
        let Some((header, rows)) = table.rows().split_first() else {
            continue;
        };
        let rule = "|---".repeat(header.len());
        if !page.fits(&format!("\n### {}\n\n{}\n{rule}|", inline(title), line(header))) {
            page.line(&format!(
                "\n{} does not fit here: `--format json` has it.",
                inline(title)
            ));
            continue;
        }
        let left_out = page.lines(rows.iter().map(|row| line(row)));
        if left_out > 0 {
            page.line(&format!(
                "\n{left_out} more rows do not fit here: `--format json` has them."
            ));
        }
    }
}

fn line(cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("| {} ", inline(cell))).collect();
    format!("{cells}|")
}
