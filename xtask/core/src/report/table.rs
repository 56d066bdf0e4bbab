//! Tables of text: columns as wide as their widest cell, as narrow as the terminal asks for, or a row below the other.

use super::columns::{columns, cut, wrapped};

/// Columns below which no cell is cut: less would say nothing.
const LEAST: usize = 8;
/// What stands before the first cell, and between two.
const GAP: &str = "  ";

/// Rows of cells under a header.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this header.
    pub fn new(header: &[&str]) -> Table {
        Table {
            rows: vec![header.iter().map(|cell| (*cell).to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether there is nothing but the header.
    pub fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// The header, then the rows.
    pub(super) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The table as lines, each indented by two spaces, whatever their length: for files and pipes.
    pub fn text(&self) -> String {
        self.lines(&self.widths())
    }

    /// The table within the width of a terminal: the widest columns give way first, and their cells are cut. Where that
    /// would leave too little of them, each row is a list of its cells.
    pub fn text_within(&self, width: usize) -> String {
        let mut widths = self.widths();
        loop {
            let whole: usize = widths.iter().map(|width| width + GAP.len()).sum();
            let widest = widths.iter().max().copied().unwrap_or_default();
            if whole <= width {
                return self.lines(&widths);
            }
            if widest <= LEAST {
                return self.lists(width);
            }
            // the last of the widest: what stands first in a row usually names it
            if let Some(cell) = widths.iter_mut().rev().find(|width| **width == widest) {
                *cell -= 1;
            }
        }
    }

    /// Each row as its first cell, with the others below it under the words of the header.
    fn lists(&self, width: usize) -> String {
        let [header, rows @ ..] = &self.rows[..] else {
            return String::new();
        };
        let words = header
            .iter()
            .skip(1)
            .map(|word| columns(word))
            .max()
            .unwrap_or_default();
        let mut text = String::new();
        for row in rows {
            let mut cells = row.iter();
            let first = cells.next().map_or("", String::as_str);
            text.push_str(&wrapped(&format!("{GAP}{first}"), width, 2 * GAP.len()));
            for (word, cell) in header.iter().skip(1).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                let pad = " ".repeat(words - columns(word));
                let line = format!("{GAP}{GAP}{word}{pad}{GAP}{cell}");
                text.push_str(&wrapped(&line, width, words + 3 * GAP.len()));
            }
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| columns(cell)).max().unwrap_or_default()
        };
        (0..count).map(width).collect()
    }

    fn lines(&self, widths: &[usize]) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                let cell = cut(cell, *width);
                let pad = " ".repeat(width - columns(&cell));
                line.push_str(&format!("{GAP}{cell}{pad}"));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}
