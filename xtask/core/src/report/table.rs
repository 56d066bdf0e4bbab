//! Tables of text: columns as wide as their widest cell, folded where the terminal asks for it, or a row below the other.

use super::columns::{columns, cut, wrapped};

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
        self.lines(&self.widths(), Fold::Words)
    }

    /// The table within the width of a terminal: the widest columns give way first, and their cells go on below, first
    /// between words and then between the parts of names; no cell is cut. Where that is not enough, each row is a list of
    /// its cells.
    pub fn text_within(&self, width: usize) -> String {
        let whole = self.widths();
        let narrowed = [Fold::Words, Fold::Parts]
            .into_iter()
            .find_map(|fold| Some((self.narrowed(&whole, width, fold)?, fold)));
        match narrowed {
            Some((widths, fold)) => self.lines(&widths, fold),
            None => self.lists(width),
        }
    }

    /// The widths of the columns where they fit; each is as wide as what cannot be folded in it, the header aside.
    fn narrowed(&self, whole: &[usize], width: usize, fold: Fold) -> Option<Vec<usize>> {
        let floor = |(column, whole): (usize, &usize)| {
            let cells = self.rows.iter().skip(1).filter_map(|row| row.get(column));
            let pieces = cells.flat_map(|cell| pieces(cell, fold));
            let longest = pieces.map(|(_, piece)| columns(piece)).max().unwrap_or_default();
            longest.max(fold.least().min(*whole))
        };
        let floors: Vec<usize> = whole.iter().enumerate().map(floor).collect();
        let mut widths = whole.to_vec();
        while widths.iter().map(|width| width + GAP.len()).sum::<usize>() > width {
            let wide = widths
                .iter_mut()
                .zip(&floors)
                .filter(|(width, floor)| **width > **floor);
            // the last of the widest: what stands first in a row usually names it
            let (widest, _) = wide.max_by_key(|(width, _)| **width)?;
            *widest -= 1;
        }
        Some(widths)
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

    fn lines(&self, widths: &[usize], fold: Fold) -> String {
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            let fit = |(cell, width): (&String, &usize)| match index {
                0 => vec![cut(cell, *width)],
                _ => folded(cell, *width, fold),
            };
            let cells: Vec<Vec<String>> = row.iter().zip(widths).map(fit).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or_default();
            for at in 0..height {
                let mut line = String::new();
                for (cell, width) in cells.iter().zip(widths) {
                    let part = cell.get(at).map_or("", String::as_str);
                    let pad = " ".repeat(width.saturating_sub(columns(part)));
                    line.push_str(&format!("{GAP}{part}{pad}"));
                }
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }
}

/// Where a cell may go on in the next line.
#[derive(Clone, Copy)]
enum Fold {
    /// Between words.
    Words,
    /// Also behind a `/`, and behind a `-` before a letter: a date stays whole.
    Parts,
}

impl Fold {
    /// Columns below which no cell is folded: less would be a word a line.
    fn least(self) -> usize {
        match self {
            Fold::Words => 16,
            Fold::Parts => 8,
        }
    }
}

/// The pieces of a cell, each with what stands between it and the one before.
fn pieces(cell: &str, fold: Fold) -> Vec<(&'static str, &str)> {
    let mut all = Vec::new();
    for word in cell.split(' ') {
        let (mut glue, mut start) = (" ", 0);
        for ((at, mark), next) in word.char_indices().zip(word.chars().skip(1)) {
            let is_end = mark == '/' || mark == '-' && next.is_alphabetic();
            if matches!(fold, Fold::Parts) && is_end {
                all.push((glue, &word[start..=at]));
                (glue, start) = ("", at + 1);
            }
        }
        all.push((glue, &word[start..]));
    }
    all
}

/// A cell as lines of at most so many columns, as far as it can be folded.
fn folded(cell: &str, width: usize, fold: Fold) -> Vec<String> {
    if columns(cell) <= width {
        return vec![cell.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for (glue, piece) in pieces(cell, fold) {
        match lines.last_mut() {
            Some(line) if columns(line) + glue.len() + columns(piece) <= width => {
                line.push_str(glue);
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}
