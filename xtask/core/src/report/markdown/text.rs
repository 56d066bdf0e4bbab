//! Text from files as Markdown that says no more than the text: no markup, no mention, no HTML.

use super::page::Page;
use crate::model::shortened;

/// Longest text in a line, in characters.
const LONGEST: usize = 400;

/// A message in a line: what stands between backticks stays code, everything else is plain.
pub(super) fn inline(text: &str) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let mut shown = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 0 {
            shown.push_str(&plain(part));
        } else if part.is_empty() {
            shown.push_str("\\`\\`");
        } else {
            shown.push_str(&code(part));
        }
    }
    shown
}

/// A value as code.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Lines as a block of code, as many as fit, and the command that shows all.
pub(super) fn code_block(text: &str, command: &str, page: &mut Page) {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    page.line(&format!("{fence}text"));
    let left_out = page.lines(text.lines().map(str::to_owned));
    page.line(&fence);
    if left_out > 0 {
        page.line(&format!(
            "\n{left_out} more lines do not fit here: `{command}` shows them."
        ));
    }
}

/// Text that Markdown, HTML and mentions leave alone.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // a mention would call people
            '@' => shown.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => shown.extend(['\\', c]),
            c => shown.push(c),
        }
    }
    shown
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    shortened(&words.join(" "), LONGEST)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
