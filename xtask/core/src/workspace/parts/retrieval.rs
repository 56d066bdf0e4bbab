//! Retrieval configurations in themselves.

use super::super::{Agent, Workspace, layout};
use super::nearest;
use crate::cel;
use crate::model::{Finding, Tuple, is_day};
use crate::yaml::Segment;

/// Looks at the configurations that may still be written: what was released never changes.
pub(super) fn check(workspace: &Workspace, agent: &Agent, findings: &mut Vec<Finding>) {
    for (version, component) in &agent.retrieval {
        let is_own = |tuple: &Tuple| tuple.retrieval.as_ref().is_some_and(|part| part.version == *version);
        if workspace.released(&agent.name).any(is_own) {
            continue;
        }
        let path = layout::retrieval(&agent.name, *version);
        let mut add = |keys: &[&str], message: String, help: &str| {
            let keys: Vec<Segment> = keys.iter().map(|key| Segment::Key((*key).to_owned())).collect();
            let (line, column) = nearest(&component.text, &keys);
            let finding = Finding::error("invalid-value", message).at(&path, line, column);
            findings.push(finding.help(help));
        };
        let chunking = &component.file.chunking;
        if chunking.overlap >= chunking.tokens {
            let message = format!(
                "neighbours share {} tokens of chunks of {}, so no chunk leads on",
                chunking.overlap, chunking.tokens
            );
            add(
                &["chunking", "overlap"],
                message,
                "`overlap` is below `tokens`: say how the index was built",
            );
        }
        let updated = &component.file.updated;
        if !is_moment(updated) {
            add(
                &["updated"],
                format!("`{updated}` is neither a time nor a day"),
                "write it as RFC 3339 has it, for example `2027-01-31T00:00:00Z` or `2027-01-31`",
            );
        }
    }
}

/// Whether a text is a time or a day as RFC 3339 has it.
fn is_moment(text: &str) -> bool {
    is_day(text) || cel::Value::timestamp(text).is_some()
}
