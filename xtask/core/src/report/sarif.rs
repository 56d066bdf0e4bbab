//! Findings as SARIF 2.1.0, within what GitHub code scanning takes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::results::{Described, Results, counted_are, facts_without, older};
use crate::model::{Finding, Location, Related, Severity};

/// Most results that GitHub shows of one run.
pub const MOST_RESULTS: usize = 5_000;
/// Most related places that GitHub shows of one result.
const MOST_RELATED: usize = 100;
/// What the paths are relative to: the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// The findings as one SARIF document. What is over [`MOST_RESULTS`] is left out, the lightest first, and said so.
pub fn sarif(results: &Results<'_>) -> String {
    let mut shown = results.by_weight();
    let left_out = shown.len().saturating_sub(MOST_RESULTS);
    shown.truncate(MOST_RESULTS);
    let mut rules: BTreeMap<&str, usize> = shown.iter().map(|finding| (&*finding.rule, 0)).collect();
    for (number, index) in rules.values_mut().enumerate() {
        *index = number;
    }
    let fingerprints = fingerprints(results, &shown);
    let entries: Vec<Value> = shown
        .iter()
        .zip(&fingerprints)
        .map(|(finding, fingerprint)| result(results, finding, rules[&*finding.rule], fingerprint))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "automationDetails": {"id": format!("lockstep/{}/", results.command)},
            "tool": {"driver": {
                "name": "Lockstep",
                "semanticVersion": results.version,
                "rules": rules.keys().map(|id| descriptor(id, results.rule(id))).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(results, left_out)],
            "results": entries,
        }],
    });
    format!("{document:#}\n")
}

fn descriptor(id: &str, rule: Option<&Described<'_>>) -> Value {
    let Some(rule) = rule else {
        return json!({"id": id});
    };
    let example = rule.example.map_or(String::new(), |[bad, good]| {
        format!("\n\nWrong:\n\n{}\n\nRight:\n\n{}", block(bad), block(good))
    });
    let mut descriptor = json!({
        "id": id,
        "name": id,
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": rule.reason},
        "help": {"text": rule.remedy, "markdown": format!("{}{example}", rule.remedy)},
        "properties": {"tags": ["lockstep"], "precision": "very-high"},
    });
    if let Some(page) = rule.page {
        descriptor["helpUri"] = page.into();
    }
    descriptor
}

/// Lines as a Markdown block.
fn block(lines: &str) -> String {
    format!("```yaml\n{}\n```", lines.trim_end())
}

/// Whether the run came to its end, and what is missing from the document.
fn invocation(results: &Results<'_>, left_out: usize) -> Value {
    let mut notifications: Vec<Value> = results
        .gaps()
        .into_iter()
        .map(|text| json!({"level": "error", "message": {"text": text}}))
        .collect();
    let mut tell = |level: &str, text: &str| notifications.push(json!({"level": level, "message": {"text": text}}));
    if left_out > 0 {
        let more = counted_are(left_out, "more finding");
        tell(
            "warning",
            &format!("{more} not in this file: a code host shows no more"),
        );
    }
    if results.known > 0 {
        tell("warning", &format!("{} and not in this file", older(results.known)));
    }
    for note in results.notes {
        tell("note", note);
    }
    json!({
        "executionSuccessful": results.failure.is_none() && results.unchecked.is_empty(),
        "toolExecutionNotifications": notifications,
    })
}

fn result(results: &Results<'_>, finding: &Finding, rule: usize, fingerprint: &str) -> Value {
    let (file, line, column) = results.place(finding);
    let message: Vec<String> = std::iter::once(finding.message.clone())
        .chain(facts_without(finding, &|related| in_tree(results, related)))
        .collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": {"text": message.join("\n")},
        "locations": [{"physicalLocation": place(file, line, column)}],
        "partialFingerprints": {
            "lockstep/v1": fingerprint,
            "primaryLocationLineHash": fingerprint,
        },
    });
    let related: Vec<Value> = finding
        .related
        .iter()
        .filter(|related| in_tree(results, related))
        .take(MOST_RELATED)
        .enumerate()
        .map(related)
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(waiver) = &finding.waiver {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": waiver.reason,
            "properties": {"owner": waiver.owner, "expires": waiver.expires},
        }]);
    }
    let named = [("unit", &finding.unit), ("object", &finding.object)];
    for (key, value) in named {
        if let Some(value) = value {
            result["properties"][key] = value.as_str().into();
        }
    }
    result
}

/// Whether a place is in a file of the tree, where a code host can show it; a rendered file is on another branch.
fn in_tree(results: &Results<'_>, related: &Related) -> bool {
    results.sources.has(&related.location.file)
}

fn related((index, related): (usize, &Related)) -> Value {
    let Location { file, line, column } = &related.location;
    json!({
        "id": index + 1,
        "message": {"text": related.message},
        "physicalLocation": place(file, *line, *column),
    })
}

/// A place; GitHub wants a line even where the file as a whole is meant.
fn place(file: &str, line: usize, column: usize) -> Value {
    let mut region = json!({"startLine": line.max(1)});
    if line > 0 && column > 0 {
        region["startColumn"] = column.into();
    }
    json!({
        "artifactLocation": {"uri": uri(file), "uriBaseId": ROOT},
        "region": region,
    })
}

/// A path as a relative URI: what is no letter, digit or `-._~/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
