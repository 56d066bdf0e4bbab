//! The message of an environment commit: subject, what changed, and trailers for machines.

use super::DryCommit;
use super::bundle::{Bundle, Record};
use super::plan::{Change, UnitChange};
use crate::workspace::Environment;

/// The whole message. `written` are the bundles of the units that changed.
pub(super) fn message(
    dry: &DryCommit,
    environment: &Environment,
    repo_url: &str,
    tool_version: &str,
    changes: &[UnitChange],
    written: &[&Bundle],
) -> String {
    let mut message = format!("{}: {}\n\n", dry.short(), dry.subject);
    if !dry.body.is_empty() {
        message.push_str(&body(&dry.body));
        message.push_str("\n\n");
    }
    message.push_str(&table(changes));
    message.push('\n');
    let mut trailer = |key: &str, value: &str| message.push_str(&format!("{key}: {value}\n"));
    trailer("Dry-sha", &dry.id);
    for bundle in written {
        if let Record::Agent(record) = &bundle.record {
            trailer("Tuple-id", &format!("{}={}", record.agent, record.id));
        }
    }
    for bundle in written {
        if let Record::Agent(record) = &bundle.record {
            trailer("Input-digest", &format!("{}={}", record.agent, record.input_digest));
        }
    }
    for bundle in written {
        if let Some(from) = bundle.promoted_from(environment) {
            trailer(
                "Promoted-from",
                &format!("{}={}@{}", bundle.unit, from.environment, from.commit),
            );
        }
    }
    trailer("Lockstep-version", tool_version);
    for (key, value) in dry.trailers(repo_url) {
        trailer(&key, &value);
    }
    message
}

/// The dry commit's body without its own trailers, which would be read as ours.
fn body(body: &str) -> String {
    let paragraphs: Vec<&str> = body.split("\n\n").collect();
    let is_trailer = |line: &str| {
        line.split_once(": ")
            .is_some_and(|(key, _)| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    };
    match paragraphs.split_last() {
        Some((last, rest)) if last.lines().all(is_trailer) => rest.join("\n\n"),
        _ => body.to_owned(),
    }
}

fn table(changes: &[UnitChange]) -> String {
    let rows: Vec<[String; 4]> = changes
        .iter()
        .filter(|change| matches!(change.change, Change::Added | Change::Changed | Change::Removed))
        .map(|change| {
            let counts = change.counts;
            [
                change.unit.clone(),
                change.change.word().to_owned(),
                change.version.clone().unwrap_or_else(|| "-".to_owned()),
                format!("+{} ~{} -{}", counts.added, counts.changed, counts.removed),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let (unit, change, version) = (width(0), width(1), width(2));
    rows.iter()
        .map(|row| {
            format!(
                "  {:unit$}  {:change$}  {:version$}  {}\n",
                row[0], row[1], row[2], row[3]
            )
        })
        .collect()
}
