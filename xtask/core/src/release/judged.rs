//! What was said against a tuple where it ran, which a promotion of it has to answer.

use super::ledger::{Fact, UnitHistory, Verdict};
use super::promotion::Move;
use crate::model::{Digest, EnvironmentName, Finding, Severity, Version};

/// What speaks against a tuple in each environment that there is or was. A block goes with the tuple, whatever it is called
/// and wherever it goes, until it was verified where it was blocked. What was rolled back may be brought back by a
/// promotion, though not by one from there.
pub(super) fn against(from: &EnvironmentName, step: &Move<'_>) -> Vec<Finding> {
    let tuple = step.source.id;
    let judge = |(environment, history): (&EnvironmentName, &UnitHistory)| {
        if let Some(version) = blocked(history, tuple) {
            return Some(finding(environment, step, "blocked", &version));
        }
        let version = rolled_back(history, tuple)?;
        let mut finding = finding(environment, step, "rolled back", &version);
        if environment != from {
            finding.severity = Severity::Warning;
        }
        Some(finding)
    };
    step.places.iter().filter_map(judge).collect()
}

fn finding(environment: &EnvironmentName, step: &Move<'_>, word: &str, version: &Version) -> Finding {
    let agent = step.agent;
    Finding::error(
        "blocked-release",
        format!("`{agent}` {version} was {word} in `{environment}`"),
    )
    .help(format!(
        "see why: `cargo xtask history {agent} --environment {environment}`"
    ))
}

/// The last block of a tuple that no verdict lifted, by the label that it was blocked under. What a release was judged
/// stays said of its tuple when it is rolled back or released again.
fn blocked(history: &UnitHistory, tuple: Digest) -> Option<Version> {
    let verdicts = history.facts().filter_map(|(_, fact)| match fact {
        Fact::Marked(mark) => Some((&mark.release, Verdict::from(mark.verdict))),
        Fact::Gated(gated) => Some((&gated.release, gated.verdict)),
        _ => None,
    });
    let of_tuple = verdicts.filter(|(release, _)| release.tuple == tuple);
    let (release, verdict) = of_tuple
        .filter(|(_, verdict)| matches!(verdict, Verdict::Blocked | Verdict::Verified))
        .last()?;
    (verdict == Verdict::Blocked).then(|| release.version.clone())
}

/// The last release of a tuple, where that was rolled back.
fn rolled_back(history: &UnitHistory, tuple: Digest) -> Option<Version> {
    let mut releases = history.releases().into_iter();
    let last = releases.rfind(|recorded| recorded.release.tuple == tuple)?;
    (last.verdict == Verdict::Rollbacked).then_some(last.release.version)
}
