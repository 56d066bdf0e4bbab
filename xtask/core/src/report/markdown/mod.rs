//! A summary for a pull request: what changes for whom, then findings, then the folded manifest diff.

mod changes;
mod findings;
mod page;
mod tables;
mod text;

use super::results::{Results, Tally};
use super::{Detail, Style, changes_text};
use page::Page;
use text::{code_block, inline};

/// How much text a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A comment on a pull request: 65,536 characters.
    Comment,
    /// The summary of a job: 1 MiB.
    JobSummary,
}

impl Room {
    /// The room in bytes, which are never fewer than the characters.
    pub fn bytes(self) -> usize {
        match self {
            Room::Comment => 65_536,
            Room::JobSummary => 1_048_576,
        }
    }
}

/// The results as one page that fits into its room; what does not fit is counted where it is missing.
pub fn markdown(results: &Results<'_>, room: Room) -> String {
    let mut page = Page::new(room.bytes());
    // by this line a workflow finds its own comment again
    page.line(&format!("<!-- lockstep {} -->", results.command));
    page.line(&format!("## {}", title(results)));
    for gap in results.gaps() {
        page.line(&format!("\n> [!CAUTION]\n> {}", inline(&gap)));
    }
    for note in results.notes {
        page.line(&format!("\n> [!NOTE]\n> {}", inline(note)));
    }
    if let Some(change) = results.change {
        // a third for what changes; the rest is for findings, and what they leave is for the diff
        page.within(1, 3, |page| changes::write(change, page));
    }
    page.within(1, 2, |page| tables::write(results.tables, page));
    page.within(9, 10, |page| findings::write(results, page));
    if is_answer(results) {
        code_block(
            results.text.trim_end(),
            &format!("cargo xtask {}", results.command),
            &mut page,
        );
    }
    if let Some(change) = results.change.filter(|change| !change.units.is_empty()) {
        let text = changes_text(change, Detail::Folded, Style::Plain);
        let command = match results.base {
            Some((_, commit)) => format!("cargo xtask diff {commit}"),
            None => "cargo xtask diff".to_owned(),
        };
        page.folded("Manifest diff", |page| code_block(&text, &command, page));
    }
    page.finish()
}

/// Whether the command has nothing to show but what it says, as one that is asked for something.
fn is_answer(results: &Results<'_>) -> bool {
    let is_empty = results.findings.is_empty() && results.tables.is_empty() && results.tested.is_empty();
    let is_whole = results.failure.is_none() && results.unchecked.is_empty();
    is_empty && is_whole && results.change.is_none() && !results.text.is_empty()
}

fn title(results: &Results<'_>) -> String {
    let tally = Tally::of(results.findings);
    let incomplete = results.failure.is_some() || !results.unchecked.is_empty();
    let words = match (tally.words(), incomplete) {
        (Some(words), false) => words,
        (Some(words), true) => format!("incomplete, {words}"),
        (None, true) => "incomplete".to_owned(),
        (None, false) if is_answer(results) => return format!("✅ Lockstep {}", results.command),
        (None, false) => "nothing found".to_owned(),
    };
    let sign = if tally.errors > 0 || incomplete { "❌" } else { "✅" };
    format!("{sign} Lockstep {}: {words}", results.command)
}
