//! Findings as text, each with the source line that it is about.

use super::Style;
use crate::model::{Finding, Location, Severity};

/// How the text shows the lines that findings are about: the bytes of a file of the tree.
pub type Sources<'a> = &'a dyn Fn(&str) -> Option<String>;

/// All findings, one paragraph each.
pub fn findings_text(findings: &[Finding], sources: Sources<'_>, style: Style) -> String {
    findings.iter().map(|finding| one(finding, sources, style)).collect()
}

/// How many there are of each severity, in a few words; nothing where there are none.
pub fn tally(findings: &[Finding]) -> Option<String> {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Note), "note"),
    ];
    let words: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn one(finding: &Finding, sources: Sources<'_>, style: Style) -> String {
    let severity = match finding.severity {
        Severity::Error => style.error("error"),
        Severity::Warning => style.warning("warning"),
        Severity::Note => style.strong("note"),
    };
    let mut text = format!("{severity}[{}]: {}\n", finding.rule, printable(&finding.message));
    if let Some(location) = &finding.location {
        text.push_str(&format!("  {} {}\n", style.faint("-->"), place(location)));
        text.push_str(&excerpt(location, sources, style));
    }
    let facts = [("unit", &finding.unit), ("object", &finding.object)];
    for (word, value) in facts {
        if let Some(value) = value {
            text.push_str(&format!("  {} {value}\n", style.faint(&format!("= {word}:"))));
        }
    }
    for related in &finding.related {
        text.push_str(&format!(
            "  {} {}: {}\n",
            style.faint("= see:"),
            place(&related.location),
            related.message
        ));
    }
    if let Some(help) = &finding.help {
        let lines: Vec<String> = help.lines().map(printable).collect();
        let help = lines.join("\n    ");
        text.push_str(&format!("  {} {help}\n", style.faint("= help:")));
    }
    text.push('\n');
    text
}

fn place(location: &Location) -> String {
    match (location.line, location.column) {
        (0, _) => printable(&location.file),
        (line, 0) => format!("{}:{line}", printable(&location.file)),
        (line, column) => format!("{}:{line}:{column}", printable(&location.file)),
    }
}

/// The text without control characters, by which a file's name could steer the terminal.
fn printable(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect()
}

fn excerpt(location: &Location, sources: Sources<'_>, style: Style) -> String {
    if location.line == 0 {
        return String::new();
    }
    let Some(source) = sources(&location.file) else {
        return String::new();
    };
    let Some(line) = source.lines().nth(location.line - 1) else {
        return String::new();
    };
    let shown: String = line
        .chars()
        .take(160)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let number = location.line.to_string();
    let caret = " ".repeat(location.column.saturating_sub(1).min(160));
    format!(
        "  {} {shown}\n  {} {caret}{}\n",
        style.faint(&format!("{number} |")),
        style.faint(&format!("{} |", " ".repeat(number.len()))),
        style.error("^")
    )
}
