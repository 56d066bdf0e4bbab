//! Columns of a terminal: a Chinese character takes two, a combining mark none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The longest part of a text, from its start, that fits into these columns.
pub(super) fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, c) in text.char_indices() {
        used += c.width().unwrap_or_default();
        if used > columns {
            return &text[..index];
        }
    }
    text
}

/// Columns below which no text is wrapped: less would be a word a line.
const LEAST: usize = 20;

/// A line as lines of at most so many columns, broken between words, the later ones indented; a word that is longer
/// stays whole, since it may be a path or a command.
pub(super) fn wrapped(line: &str, most: usize, indent: usize) -> String {
    let most = most.max(LEAST);
    let indent = indent.min(most / 2);
    if visible(line) <= most {
        return format!("{line}\n");
    }
    let begin = line.len() - line.trim_start().len();
    let mut text = line[..begin].to_owned();
    let mut used = columns(&text);
    let mut is_first = true;
    for word in line[begin..].split(' ') {
        let wide = visible(word);
        if !is_first && used + 1 + wide > most {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            used = indent;
        } else if !is_first {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += wide;
        is_first = false;
    }
    text.push('\n');
    text
}

/// How many columns a text takes on a terminal that reads its colours.
fn visible(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().map_or(0, columns);
    let coloured = parts.map(|part| columns(part.split_once('m').map_or("", |(_, rest)| rest)));
    first + coloured.sum::<usize>()
}

/// A text for a terminal: what is longer than a line goes on below it, a little further in. Commands stay whole, so that
/// they can be copied.
pub fn within(text: &str, most: usize) -> String {
    let fit = |line: &str| {
        let indent = line.len() - line.trim_start().len() + 2;
        match line.contains("cargo xtask") {
            true => format!("{line}\n"),
            false => wrapped(line, most, indent),
        }
    };
    let ends = text.ends_with('\n');
    let mut fitted: String = text.lines().map(fit).collect();
    if !ends {
        fitted.pop();
    }
    fitted
}

/// A text cut to these columns, with `…` in the place of what is missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    format!("{}…", head(text, most.saturating_sub(1)))
}
