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

/// A text cut to these columns, with `…` in the place of what is missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    format!("{}…", head(text, most.saturating_sub(1)))
}
