//! Findings as workflow commands, which GitHub Actions shows as annotations at their lines.

use super::alike::{Alike, MOST_UNITS};
use super::findings::printable;
use super::results::{Results, counted_are};
use crate::model::{Finding, Severity};

/// How many annotations of one weight GitHub shows of one step.
pub const MOST_ANNOTATIONS: usize = 10;

/// The findings as workflow commands, the heaviest first. Of each weight the last annotation that GitHub would show says
/// how many more there are; those stand as plain lines in the log below it. Waived findings are only counted.
pub fn github(results: &Results<'_>) -> String {
    let mut text = String::new();
    // what was not checked is one annotation, so that ten errors and it are not one too many
    let gaps = results.gaps();
    if !gaps.is_empty() {
        text.push_str(&command("error", &[("title", "lockstep")], &gaps.join("\n")));
    }
    for note in results.notes {
        text.push_str(&format!("- {}\n", plain(note)));
    }
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let counted = |finding: &&Finding| finding.severity == severity && finding.waiver.is_none();
        let findings = Alike::of(results.findings.iter().filter(counted));
        let taken = usize::from(severity == Severity::Error && !gaps.is_empty());
        annotations(results, severity, &findings, MOST_ANNOTATIONS - taken, &mut text);
    }
    let waived = results
        .findings
        .iter()
        .filter(|finding| finding.waiver.is_some())
        .count();
    for (count, what) in [(waived, "waived"), (results.known, "older than the base")] {
        if count > 0 {
            text.push_str(&format!("- not shown, since {what}: {count}\n"));
        }
    }
    text
}

fn annotations(results: &Results<'_>, severity: Severity, findings: &[Alike<'_>], room: usize, text: &mut String) {
    let word = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let most = match findings.len() {
        count if count > room => room - 1,
        count => count,
    };
    for finding in &findings[..most] {
        text.push_str(&annotation(results, word, finding));
    }
    let more = &findings[most..];
    if more.is_empty() {
        return;
    }
    let message = format!(
        "{} in the log of this step, of the same weight",
        counted_are(more.iter().map(Alike::len).sum(), "more finding")
    );
    text.push_str(&command(word, &[("title", "lockstep")], &message));
    for alike in more {
        let finding = alike.first();
        let (file, line, column) = results.place(finding);
        let mut line = format!("{file}:{line}:{column}: {word}[{}] {}", finding.rule, finding.message);
        if let Some((_, units)) = alike.units(MOST_UNITS, str::to_owned).filter(|_| alike.len() > 1) {
            line.push_str(&format!(" in {units}"));
        }
        // what begins a line could be a command of its own
        text.push_str(&format!("- {}\n", plain(&line)));
    }
}

fn annotation(results: &Results<'_>, word: &str, alike: &Alike<'_>) -> String {
    let finding = alike.first();
    let (file, line, column) = results.place(finding);
    let (line, column) = (line.to_string(), column.to_string());
    let title = format!("lockstep: {}", finding.rule);
    let mut properties = vec![("file", file), ("title", title.as_str())];
    if line != "0" {
        properties.push(("line", &line));
    }
    if line != "0" && column != "0" {
        properties.push(("col", &column));
    }
    let facts = alike.facts(MOST_UNITS).into_iter();
    let facts = facts.map(|(word, fact)| {
        if word.is_empty() {
            fact
        } else {
            format!("{word}: {fact}")
        }
    });
    let lines: Vec<String> = std::iter::once(finding.message.clone()).chain(facts).collect();
    command(word, &properties, &lines.join("\n"))
}

fn command(word: &str, properties: &[(&str, &str)], message: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", data(value).replace(':', "%3A").replace(',', "%2C")))
        .collect();
    format!("::{word} {}::{}\n", properties.join(","), data(message))
}

/// Text in a command: the runner takes these three apart again. What else could steer whoever reads the log is escaped.
fn data(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| printable(line.trim_end_matches('\r')))
        .collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// Text on a line of its own.
fn plain(text: &str) -> String {
    printable(&text.replace(['\r', '\n'], " "))
}
