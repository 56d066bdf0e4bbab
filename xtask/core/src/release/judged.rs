//! What was said against a tuple where it ran, which a promotion of it has to answer.

use std::collections::BTreeMap;

use super::ledger::{Fact, UnitHistory, Verdict, name_of};
use super::promotion::Move;
use crate::model::{Digest, EnvironmentName, Finding, Severity, Version, one_line};

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

/// That the release of a tuple where it comes from was recorded again after the ledger had lost it, and nobody has judged it
/// since: what was said before is not known.
pub(super) fn unknown(from: &EnvironmentName, step: &Move<'_>) -> Option<Finding> {
    let tuple = Some(step.source.id);
    let told = step.there.facts().filter(|(_, fact)| fact.tuple() == tuple);
    let told = told.filter_map(|(event, fact)| match fact {
        Fact::Released(_) | Fact::RolledBack(_) => Some(event.recovered),
        Fact::Marked(_) | Fact::Gated(_) => Some(false),
        _ => None,
    });
    let agent = step.agent;
    let message = format!(
        "`{agent}` in `{from}` was recorded again after the ledger was lost: nobody knows whether it was blocked"
    );
    told.last().unwrap_or_default().then(|| {
        Finding::warning("broken-ledger", message).help(format!(
            "look at it, then `cargo xtask mark verified {agent} --environment {from} --reason \"…\"`"
        ))
    })
}

fn finding(environment: &EnvironmentName, step: &Move<'_>, word: &str, version: &Version) -> Finding {
    let agent = step.agent;
    let message = format!("`{agent}` {version} was {word} in `{environment}`");
    let why = format!("see why: `cargo xtask history {agent} --environment {environment}`");
    let help = match set_aside(step, &message) {
        None => why,
        Some(before) => {
            format!("{before}, which says nothing of another environment: each is a decision of its own; {why}")
        }
    };
    Finding::error("blocked-release", message).help(help)
}

/// Who set the same aside for the tuple last, on its way to another environment. It does not count for this one: what a
/// canary may risk, production may not.
fn set_aside(step: &Move<'_>, message: &str) -> Option<String> {
    let promotions = step.places.iter().flat_map(|(environment, history)| {
        let facts = history.facts();
        facts.filter_map(move |(event, fact)| match fact {
            Fact::Promoted(promoted) if promoted.tuple == step.source.id => Some((event, environment, promoted)),
            _ => None,
        })
    });
    let is_it = |check: &str, found: &str| check == "blocked-release" && found == message;
    let same = promotions.filter(|(.., promoted)| {
        let mut overrides = promoted.overrides.iter();
        overrides.any(|aside| is_it(&aside.check, &aside.message))
    });
    let (event, environment, promoted) = same.max_by_key(|(event, ..)| event.time)?;
    let reason = promoted.reason.as_deref().map(one_line).unwrap_or_default();
    let by = name_of(&event.by);
    Some(format!(
        "it was set aside for `{environment}` by {by} at {}: {reason}",
        event.time
    ))
}

/// Where a tuple was blocked and what it was called there, this environment first.
pub fn blocked_in<'p>(
    places: &'p BTreeMap<EnvironmentName, UnitHistory>,
    environment: &EnvironmentName,
    tuple: Digest,
) -> Option<(&'p EnvironmentName, Version)> {
    let others = places.iter().filter(|(name, _)| *name != environment);
    let mut places = places.get_key_value(environment).into_iter().chain(others);
    places.find_map(|(name, history)| Some((name, blocked(history, tuple)?)))
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
