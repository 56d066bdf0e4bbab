//! The findings: the same one in many units once, waived ones folded, old ones counted.

use super::page::Page;
use super::text::{code, inline};
use crate::model::{Finding, Severity};
use crate::report::alike::{Alike, MOST_UNITS};
use crate::report::results::{Results, counted_are, older, see, waiver_words};

pub(super) fn write(results: &Results<'_>, page: &mut Page) {
    let (waived, counting): (Vec<&Finding>, Vec<&Finding>) = results
        .by_weight()
        .into_iter()
        .partition(|finding| finding.waiver.is_some());
    if !counting.is_empty() {
        page.line("\n### Findings\n");
        write_all(results, &counting, page);
    }
    if results.known > 0 {
        page.line(&format!("\n{} and not repeated.", older(results.known)));
    }
    if !waived.is_empty() {
        page.folded(&format!("{} waived", waived.len()), |page| {
            write_all(results, &waived, page)
        });
    }
}

fn write_all(results: &Results<'_>, findings: &[&Finding], page: &mut Page) {
    let mut written = 0;
    for alike in Alike::of(findings.iter().copied()) {
        if !page.fits(&entry(results, &alike)) {
            break;
        }
        written += alike.len();
    }
    let left_out = findings.len() - written;
    if left_out > 0 {
        page.line(&format!(
            "\n**{} left out here**: `{}` shows them.",
            counted_are(left_out, "more finding"),
            results.again()
        ));
    }
}

fn entry(results: &Results<'_>, alike: &Alike<'_>) -> String {
    let finding = alike.first();
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = match results.place(finding) {
        (file, 0, _) => file.to_owned(),
        (file, line, column) => format!("{file}:{line}:{column}"),
    };
    let mut text = format!(
        "- **{word}** {} at {}: {}",
        code(&finding.rule),
        code(&place),
        inline(&finding.message)
    );
    if let Some((_, units)) = alike.units(MOST_UNITS, code) {
        text.push_str(&format!("<br>in {units}"));
    }
    for related in alike.related() {
        text.push_str(&format!("<br>see {}", inline(&see(related))));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("<br>{}", inline(help)));
    }
    if let Some(waiver) = &finding.waiver {
        text.push_str(&format!("<br>{}", inline(&waiver_words(waiver))));
    }
    text
}
