//! The chain of releases: every statement of the environment names the one before it, so history cannot be rewritten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;

use super::listing::is_signed;
use super::unit::{Checked, finding};
use super::{BranchFacts, History, Judge};
use crate::artifact::{self, Inventory, Signed};
use crate::model::{Digest, EnvironmentName, FileTree, Finding, Problem};
use crate::release::ledger::Committed;
use crate::workspace::files::Follows;
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A release of the environment, as a commit of its branch holds it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The oldest commit that holds it.
    pub commit: String,
    /// The commit's date, seconds since 1970.
    pub seconds: i64,
    /// The environment's own signed statement.
    pub bundle: Arc<[u8]>,
    /// The environment's own inventory; only where [`wanted_inventories`] asks for it.
    pub inventory: Option<Arc<[u8]>>,
}

/// A link whose signature holds.
struct Release<'a> {
    commit: &'a str,
    signed: Signed<'a>,
    /// Digest of each unit's statement after it, if that was read and is what was signed.
    units: Option<BTreeMap<String, Digest>>,
}

/// Which links' inventories a check reads: those of the releases that wrote the branch's units, and of those before.
pub fn wanted_inventories(files: &FileTree, links: &[Link]) -> BTreeSet<usize> {
    let records = files.below(branch::RECORDS);
    let bundles: Vec<&Arc<[u8]>> = records
        .filter(|(path, _)| path.ends_with("/release.sigstore.json"))
        .map(|(_, bytes)| bytes)
        .collect();
    let mut wanted: BTreeSet<u64> = BTreeSet::new();
    for sequence in bundles
        .par_iter()
        .filter_map(|bytes| claimed_sequence(bytes))
        .collect::<BTreeSet<_>>()
    {
        wanted.extend([sequence, sequence.saturating_sub(1)]);
    }
    let has = |link: &Link| claimed_sequence(&link.bundle).is_some_and(|sequence| wanted.contains(&sequence));
    (0..links.len()).filter(|index| has(&links[*index])).collect()
}

/// The number of the release that a bundle claims to be of; nothing of it is checked.
pub fn claimed_sequence(bundle: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Claim {
        predicate: Claimed,
    }
    #[derive(Deserialize)]
    struct Claimed {
        sequence: u64,
    }
    let claim: Claim = serde_json::from_slice(&artifact::payload(bundle)?).ok()?;
    Some(claim.predicate.sequence)
}

/// How many releases the chain leads back through, and where it breaks.
pub(super) fn check(
    facts: &BranchFacts<'_>,
    judge: &Judge<'_>,
    history: &History,
    units: &[Checked<'_>],
) -> (usize, Vec<Finding>) {
    let own = units.iter().find(|unit| unit.unit == ENVIRONMENT_UNIT);
    let Some(tip) = own.and_then(|own| own.signed.as_ref()) else {
        // without a tip that holds there is a finding already
        return (0, Vec::new());
    };
    let mut findings = Vec::new();
    let mut releases: BTreeMap<Digest, Release<'_>> = BTreeMap::new();
    let read: Vec<_> = history
        .links
        .par_iter()
        .map(|link| (link, release(facts, judge, link)))
        .collect();
    let mut strangers: BTreeMap<Digest, (&Link, Problem)> = BTreeMap::new();
    for (link, release) in read {
        match release {
            Ok(release) => {
                releases.insert(release.signed.digest, release);
            }
            Err(problem) => match artifact::payload(&link.bundle) {
                Some(payload) if history.follows == Follows::Candidate && problem.rule == "unknown-signer" => {
                    strangers.insert(Digest::of(&payload), (link, problem));
                }
                _ => findings.push(at(facts, &link.commit, problem)),
            },
        }
    }
    let mut length = 0;
    let mut on_chain: BTreeMap<u64, Digest> = BTreeMap::new();
    let mut next = Some(tip.digest);
    while let Some(release) = next.and_then(|digest| releases.get(&digest)) {
        length += 1;
        let predicate = &release.signed.statement.predicate;
        on_chain.insert(predicate.sequence, release.signed.digest);
        next = predicate.previous;
        match next.map(|digest| releases.get(&digest)) {
            Some(Some(before)) => findings.extend(step(facts, release, before)),
            // what a clone signed with a key of its own, before one that others know signed it anew, proves nothing
            Some(None) if next.is_some_and(|digest| strangers.contains_key(&digest)) => {}
            Some(None) => findings.push(broken(facts, history, release)),
            // the first one, or the first one that was signed: there is nothing to hold it to
            None => {}
        }
    }
    let begins = on_chain.keys().next().copied().unwrap_or_default();
    let later = |link: &Link| claimed_sequence(&link.bundle).is_none_or(|sequence| sequence >= begins);
    let strangers = strangers.into_values().filter(|(link, _)| later(link));
    findings.extend(strangers.map(|(link, problem)| at(facts, &link.commit, problem)));
    findings.extend(beside(facts, tip, &releases, &on_chain));
    findings.extend(fresh(facts, judge, history));
    for checked in units.iter().filter(|unit| unit.unit != ENVIRONMENT_UNIT) {
        let Some(signed) = &checked.signed else { continue };
        findings.extend(unit(facts, &checked.unit, signed, &releases, &on_chain));
    }
    (length, findings)
}

/// A link as far as it can be believed. Who signed it may have been revoked since: the statement after it, which
/// somebody else signed, holds it in place.
fn release<'a>(facts: &BranchFacts<'_>, judge: &Judge<'a>, link: &'a Link) -> Result<Release<'a>, Problem> {
    let signed = artifact::check(&link.bundle, judge.trust, judge.certificate)?;
    let predicate = &signed.statement.predicate;
    if predicate.environment != *facts.environment || predicate.agent != ENVIRONMENT_UNIT {
        let message = format!(
            "expected a release of `{}/{ENVIRONMENT_UNIT}`, found one of `{}/{}`",
            facts.environment, predicate.environment, predicate.agent
        );
        return Err(Problem::error("foreign-statement", "/predicate", message));
    }
    if let Some(problem) = artifact::authority(&signed, judge.now)
        && !matches!(&*problem.rule, "revoked-signer" | "expired-signer")
    {
        return Err(problem);
    }
    let path = branch::inventory(ENVIRONMENT_UNIT);
    let inventory = link.inventory.as_ref().filter(|bytes| is_signed(&signed, &path, bytes));
    Ok(Release {
        commit: &link.commit,
        units: inventory
            .and_then(|bytes| serde_json::from_slice::<Inventory>(bytes).ok())
            .map(|inventory| inventory.units),
        signed,
    })
}

/// Two releases that follow each other.
fn step(facts: &BranchFacts<'_>, release: &Release<'_>, before: &Release<'_>) -> Option<Finding> {
    let (found, last) = (sequence_of(release), sequence_of(before));
    if found == last + 1 {
        return None;
    }
    let message = format!("expected release {} after release {last}, found {found}", last + 1);
    Some(at(
        facts,
        release.commit,
        Problem::error("broken-chain", "/predicate/sequence", message),
    ))
}

fn broken(facts: &BranchFacts<'_>, history: &History, release: &Release<'_>) -> Finding {
    let sequence = sequence_of(release);
    let message = format!("expected the statement before release {sequence} in the branch's history, found none");
    let problem = if history.shallow {
        Problem::error("incomplete-history", "/predicate/previous", message)
            .help("this clone has only a part of the history: `git fetch --unshallow`")
    } else {
        Problem::error("broken-chain", "/predicate/previous", message)
            .help("somebody rewrote the branch: find the commits that are gone and restore them")
    };
    at(facts, release.commit, problem)
}

/// Releases in the history that the tip does not go back to: it is older than they are, or beside them.
fn beside(
    facts: &BranchFacts<'_>,
    tip: &Signed<'_>,
    releases: &BTreeMap<Digest, Release<'_>>,
    on_chain: &BTreeMap<u64, Digest>,
) -> Vec<Finding> {
    let top = tip.statement.predicate.sequence;
    let stray = releases
        .values()
        .filter(|release| on_chain.get(&sequence_of(release)) != Some(&release.signed.digest));
    let mut stray: Vec<&Release<'_>> = stray.collect();
    stray.sort_by_key(|release| std::cmp::Reverse(sequence_of(release)));
    let Some(highest) = stray.first().map(|release| sequence_of(release)) else {
        return Vec::new();
    };
    if highest > top {
        let message = format!("expected release {highest} or a later one at the tip, found {top} again");
        let problem = Problem::error("downgraded-branch", "/predicate/sequence", message)
            .help("somebody put an earlier state of the branch on top: restore it, or use `rollback`");
        return vec![finding(facts.environment, ENVIRONMENT_UNIT, problem).in_file(branch::bundle(ENVIRONMENT_UNIT))];
    }
    // of unsigned beginnings nothing is known that could be beside the chain
    let oldest = on_chain.keys().next().copied().unwrap_or_default();
    stray
        .into_iter()
        .filter(|release| sequence_of(release) >= oldest)
        .map(|release| {
            let message = format!("expected one release {0}, found two", sequence_of(release));
            at(
                facts,
                release.commit,
                Problem::error("broken-chain", "/predicate/sequence", message),
            )
        })
        .collect()
}

/// A branch that stands before a release that the ledger knows: somebody took it back, and no commit of it tells.
pub fn rewound(environment: &EnvironmentName, tip: u64, known: &Committed) -> Option<Finding> {
    let message = format!(
        "expected release {} or a later one at the tip, as the ledger knows it by commit {}, found {tip}",
        known.number, known.commit
    );
    let problem = Problem::error("downgraded-branch", "/predicate/sequence", message).help(format!(
        "fetch; if the branch was set back to an earlier commit, set it to the one that the ledger names; if only the \
             ledger was pushed, push the release where it was made: `cargo xtask release {environment} --push`"
    ));
    (tip < known.number)
        .then(|| finding(environment, ENVIRONMENT_UNIT, problem).in_file(branch::bundle(ENVIRONMENT_UNIT)))
}

/// A branch that is not there, though the ledger knows a commit of it.
pub fn gone(environment: &EnvironmentName, branch: &str, known: &Committed) -> Finding {
    let Committed { number, commit, .. } = known;
    let message =
        format!("expected release {number} or a later one, as the ledger knows it, found no branch `{branch}`");
    Finding::error("downgraded-branch", message)
        .unit(environment.as_str(), ENVIRONMENT_UNIT)
        .help(format!(
            "fetch; if somebody deleted it, bring it back: `git branch {branch} {commit}`; if only the ledger was pushed, push \
             the release where it was made: `cargo xtask release {environment} --push`"
        ))
}

/// A unit's place in the chain: its release lists it, and the release before lists what it names as the one before.
fn unit(
    facts: &BranchFacts<'_>,
    name: &str,
    signed: &Signed<'_>,
    releases: &BTreeMap<Digest, Release<'_>>,
    on_chain: &BTreeMap<u64, Digest>,
) -> Option<Finding> {
    let predicate = &signed.statement.predicate;
    let listed = |sequence: u64| {
        let release = releases.get(on_chain.get(&sequence)?)?;
        release.units.as_ref()
    };
    let problem = if listed(predicate.sequence).is_some_and(|units| units.get(name) != Some(&signed.digest)) {
        let message = format!(
            "release {} does not list this statement of `{name}`",
            predicate.sequence
        );
        Problem::error("replayed-release", "/predicate/sequence", message)
    } else {
        let before = listed(predicate.sequence.checked_sub(1)?)?.get(name).copied();
        if before == predicate.previous {
            return None;
        }
        let shown = |digest: Option<Digest>| digest.map_or("none".to_owned(), |digest| digest.to_string());
        let message = format!(
            "expected the statement before it to be {}, found {}",
            shown(before),
            shown(predicate.previous)
        );
        Problem::error("broken-chain", "/predicate/previous", message)
    };
    Some(finding(facts.environment, name, problem).in_file(branch::bundle(name)))
}

/// Whether the branch is as young as it has to be: an old one may be a frozen one.
fn fresh(facts: &BranchFacts<'_>, judge: &Judge<'_>, history: &History) -> Option<Finding> {
    let days = *judge.trust.freshness.get(facts.environment)?;
    let tip = history.links.first()?;
    let age = (judge.now - tip.seconds).div_euclid(DAY);
    if age <= i64::from(days) {
        return None;
    }
    let message = format!("expected a release of the last {days} days, found one that is {age} days old");
    let problem = Problem::error("frozen-branch", "", message)
        .help("fetch; if this is the newest release, release again with `--resign`, or raise `freshness`");
    Some(at(facts, &tip.commit, problem))
}

fn sequence_of(release: &Release<'_>) -> u64 {
    release.signed.statement.predicate.sequence
}

/// A problem of the environment's statement in a commit.
fn at(facts: &BranchFacts<'_>, commit: &str, mut problem: Problem) -> Finding {
    problem.message = format!("{} in commit {commit}", problem.message);
    finding(facts.environment, ENVIRONMENT_UNIT, problem).in_file(branch::bundle(ENVIRONMENT_UNIT))
}
