//! Findings as text, each with the source line that it is about.

use super::Style;
use super::alike::{Alike, MOST_UNITS};
use super::columns::{columns, cut};
use super::results::{Tally, written};
use super::sources::{Lines, Sources};
use crate::model::{Finding, Location, Severity};

/// Columns of an excerpt where the terminal is wider.
const WIDEST: usize = 160;
/// Columns of an excerpt where the terminal is narrower.
const NARROWEST: usize = 20;

/// How a terminal shows findings.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Whether there are colours.
    pub style: Style,
    /// How wide it is, columns.
    pub columns: usize,
    /// Whether findings that a waiver admits are shown and not only counted, and all units of a finding named.
    pub verbose: bool,
}

/// All findings, one paragraph each, and one for those that differ in the unit alone.
pub fn findings_text(findings: &[Finding], sources: Sources<'_>, screen: Screen) -> String {
    let shown = findings
        .iter()
        .filter(|finding| screen.verbose || finding.waiver.is_none());
    let mut lines = sources.lines();
    lines.hide(findings);
    let paragraphs = Alike::of(shown);
    paragraphs.iter().map(|alike| one(alike, &mut lines, screen)).collect()
}

/// How many there are of each severity, in a few words; nothing where there are none.
pub fn tally(findings: &[Finding]) -> Option<String> {
    Tally::of(findings).words()
}

fn one(alike: &Alike<'_>, lines: &mut Lines<'_>, screen: Screen) -> String {
    let style = screen.style;
    let finding = alike.first();
    let severity = match (&finding.waiver, finding.severity) {
        (Some(_), _) => style.faint("waived"),
        (None, Severity::Error) => style.error("error"),
        (None, Severity::Warning) => style.warning("warning"),
        (None, Severity::Note) => style.strong("note"),
    };
    let mut text = format!("{severity}[{}]: {}\n", finding.rule, printable(&finding.message));
    if let Some(location) = &finding.location {
        text.push_str(&format!("  {} {}\n", style.faint("-->"), printable(&written(location))));
        text.push_str(&excerpt(location, lines, screen));
    }
    let most = if screen.verbose { usize::MAX } else { MOST_UNITS };
    for (word, value) in alike.facts(most) {
        let before = match word {
            "" => style.faint("="),
            word => style.faint(&format!("= {word}:")),
        };
        let lines: Vec<String> = value.lines().map(printable).collect();
        text.push_str(&format!("  {before} {}\n", lines.join("\n    ")));
    }
    text.push('\n');
    text
}

/// The text without control characters, by which a file's name could steer the terminal.
pub(super) fn printable(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect()
}

/// The source line, without secrets, with a mark below the column; of a long line the part around the mark.
fn excerpt(location: &Location, lines: &mut Lines<'_>, screen: Screen) -> String {
    let Some((line, at)) = lines.shown(location) else {
        return String::new();
    };
    let number = location.line.to_string();
    let gutter = "   | ".len() + number.len();
    let room = screen.columns.saturating_sub(gutter).clamp(NARROWEST, WIDEST);
    let shown: Vec<char> = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let before: String = shown[..at].iter().collect();
    let (lead, start) = if columns(&before) < room {
        ("", 0)
    } else {
        ("…", first_shown(&shown[..at], room / 2))
    };
    let before: String = shown[start..at].iter().collect();
    let part: String = shown[start..].iter().collect();
    let part = format!("{lead}{part}");
    let caret = " ".repeat(columns(lead) + columns(&before));
    let style = screen.style;
    format!(
        "  {} {}\n  {} {caret}{}\n",
        style.faint(&format!("{number} |")),
        cut(&part, room),
        style.faint(&format!("{} |", " ".repeat(number.len()))),
        style.error("^")
    )
}

/// The first character of those that take up to this many columns before the mark.
fn first_shown(before: &[char], most: usize) -> usize {
    let mut used = 0;
    for (index, c) in before.iter().enumerate().rev() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > most {
            return index + 1;
        }
    }
    0
}
