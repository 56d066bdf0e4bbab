//! Findings as a GitLab code quality report.

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::results::{Results, facts};
use crate::model::{Digest, Finding, Severity};

/// The findings as the list that GitLab reads; those that a waiver admits are left out, since the form cannot say so.
/// What could not be checked is a blocker in the fleet file.
pub fn gitlab(results: &Results<'_>) -> String {
    let mut shown = results.by_weight();
    shown.retain(|finding| finding.waiver.is_none());
    let fingerprints = fingerprints(results, &shown);
    let mut issues: Vec<Value> = shown
        .iter()
        .zip(&fingerprints)
        .map(|(finding, fingerprint)| issue(results, finding, fingerprint))
        .collect();
    issues.extend(results.gaps().iter().map(|gap| {
        json!({
            "check_name": "lockstep",
            "description": gap,
            "fingerprint": Digest::of(gap.as_bytes()).hex(),
            "severity": "blocker",
            "location": {"path": results.home, "lines": {"begin": 1}},
        })
    }));
    format!("{:#}\n", Value::from(issues))
}

fn issue(results: &Results<'_>, finding: &Finding, fingerprint: &str) -> Value {
    let (file, line, _) = results.place(finding);
    let words: Vec<String> = std::iter::once(finding.message.clone()).chain(facts(finding)).collect();
    json!({
        "check_name": finding.rule,
        "description": words.join("; "),
        "fingerprint": fingerprint,
        "severity": match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        "location": {"path": file, "lines": {"begin": line.max(1)}},
    })
}
