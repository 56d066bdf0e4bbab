//! The findings: the same one in many units once, waived ones folded, old ones counted.

use std::collections::BTreeMap;

use super::page::Page;
use super::text::{code, inline};
use crate::model::{Finding, Related, Severity};
use crate::report::results::{Results, counted_are, older, see, waiver_words};

/// Most units that are named with a finding.
const MOST_UNITS: usize = 5;

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

/// What is the same in findings of several units.
type Key<'a> = (
    bool,
    Severity,
    &'a str,
    (&'a str, usize, usize),
    &'a str,
    Option<&'a str>,
);

fn write_all(results: &Results<'_>, findings: &[&Finding], page: &mut Page) {
    let mut groups: BTreeMap<Key<'_>, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().copied() {
        let key = (
            finding.waiver.is_some(),
            finding.severity,
            &*finding.rule,
            results.place(finding),
            finding.message.as_str(),
            finding.help.as_deref(),
        );
        groups.entry(key).or_default().push(finding);
    }
    let mut written = 0;
    for group in groups.values() {
        if !page.fits(&entry(results, group)) {
            break;
        }
        written += group.len();
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

fn entry(results: &Results<'_>, group: &[&Finding]) -> String {
    let finding = group[0];
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
    let units: Vec<&str> = group.iter().filter_map(|finding| finding.unit.as_deref()).collect();
    if !units.is_empty() {
        let named: Vec<String> = units.iter().take(MOST_UNITS).map(|unit| code(unit)).collect();
        let more = match units.len().saturating_sub(MOST_UNITS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.push_str(&format!("<br>in {}{more}", named.join(", ")));
    }
    // where units differ in a place, the first of them would not speak for the others
    let shared = |related: &&Related| group.iter().all(|other| other.related.contains(related));
    for related in finding.related.iter().filter(shared) {
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
