//! Rollbacks whose release file did not follow: the next release would bring back what was rolled back.

use super::ledger::{Entry, EventKind, Fact, ReleaseName, RolledBack, UnitHistory};
use crate::model::{AgentName, EnvironmentName, Finding, Severity, shell_quoted};
use crate::workspace::files::ReleaseFile;
use crate::workspace::layout;

/// Whether these events of a unit, by their names, may end with a rollback: nothing was released or promoted since.
pub fn may_be_unfinished<'a>(names: impl IntoIterator<Item = &'a String>) -> bool {
    let (mut back, mut forth) = (0, 0);
    for entry in names.into_iter().filter_map(|name| Entry::parse(name)) {
        match entry.kind {
            EventKind::RolledBack => back = back.max(entry.sequence),
            EventKind::Released | EventKind::Removed | EventKind::Promoted => forth = forth.max(entry.sequence),
            _ => {}
        }
    }
    back > 0 && back >= forth
}

/// The rollback that this release file contradicts: the last that happened to the unit, and the file names what it took
/// away. Where only values differed, the file names both releases and contradicts nothing.
pub fn unfinished(history: &UnitHistory, file: Option<&ReleaseFile>) -> Option<RolledBack> {
    let file = file?;
    let last = history.facts().map(|(_, fact)| fact).filter(|fact| {
        matches!(
            fact,
            Fact::RolledBack(_) | Fact::Released(_) | Fact::Removed(_) | Fact::Promoted(_)
        )
    });
    match last.last()? {
        Fact::RolledBack(rollback) => {
            let is_named = |release: &ReleaseName| {
                release.tuple == file.id && release.version.to_string() == file.version.to_string()
            };
            (is_named(&rollback.from) && !is_named(&rollback.to)).then(|| rollback.clone())
        }
        _ => None,
    }
}

/// The finding about it. While the unit is held nothing brings the release back, so that it is worth no more than a
/// warning.
pub fn unfinished_rollback(
    environment: &EnvironmentName,
    agent: &AgentName,
    rollback: &RolledBack,
    severity: Severity,
) -> Finding {
    let (from, to) = (&rollback.from.version, &rollback.to.version);
    let message = format!(
        "`{agent}` was rolled back from {from} to {to} in `{environment}`, and its release file still names {from}"
    );
    let reason = shell_quoted(&rollback.reason);
    let command = format!("cargo xtask rollback {agent} --environment {environment} --reason {reason}");
    let finding = Finding {
        severity,
        ..Finding::error("unfinished-rollback", message)
    };
    finding
        .in_file(layout::release(environment, agent))
        .unit(environment.as_str(), agent.as_str())
        .help(format!(
            "take the commit with its release file along, or write it now: `{command}`"
        ))
}
