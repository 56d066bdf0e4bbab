//! What events add up to: what runs, what is thought of it, and what is held.

use super::super::{Fact, Mark, MarkedVerdict, Reason, Removed, RolledBack, Verdict};
use super::{chain, commit, held, history, name, released};
use crate::model::Digest;

fn mark(version: &str, verdict: MarkedVerdict) -> Fact {
    Fact::Marked(Mark {
        verdict,
        release: name(version),
        reason: "a look".to_owned(),
    })
}

fn rolled_back(from: &str, to: &str) -> Fact {
    Fact::RolledBack(RolledBack {
        from: name(from),
        to: name(to),
        commit: commit("rollback"),
        inventory: Digest::of(b"inventory"),
        namespace: "shop".to_owned(),
        reason: "slow".to_owned(),
        overrides: Vec::new(),
        started: None,
    })
}

fn resumed() -> Fact {
    Fact::Resumed(Reason {
        reason: "mended".to_owned(),
    })
}

/// Each release with its verdict, and whether the unit is held.
fn state(facts: Vec<Fact>) -> (Vec<String>, bool) {
    let history = history(&chain(facts));
    let releases = history.releases();
    let told = releases
        .iter()
        .map(|release| format!("{} {}", release.release.version, release.verdict.as_str()));
    (told.collect(), history.hold().is_some())
}

#[test]
fn a_release_is_watched_until_somebody_knows() {
    assert_eq!(state(vec![released("v1.0.0")]).0, ["v1.0.0 watching"]);
    let verified = vec![
        released("v1.0.0"),
        mark("v1.0.0", MarkedVerdict::Verified),
        released("v1.1.0"),
    ];
    assert_eq!(state(verified).0, ["v1.0.0 verified", "v1.1.0 watching"]);
    let judged_twice = vec![
        released("v1.0.0"),
        mark("v1.0.0", MarkedVerdict::Verified),
        mark("v1.0.0", MarkedVerdict::Blocked),
    ];
    assert_eq!(state(judged_twice).0, ["v1.0.0 blocked"]);
}

#[test]
fn what_was_rolled_back_stays_so_and_what_came_back_keeps_its_verdict() {
    let (releases, is_held) = state(vec![
        released("v1.0.0"),
        mark("v1.0.0", MarkedVerdict::Verified),
        released("v1.1.0"),
        rolled_back("v1.1.0", "v1.0.0"),
        held("slow"),
        mark("v1.1.0", MarkedVerdict::Verified),
    ]);
    assert_eq!(releases, ["v1.0.0 verified", "v1.1.0 rollbacked", "v1.0.0 verified"]);
    assert!(is_held);
}

#[test]
fn a_verdict_on_what_came_back_is_one_on_what_it_was() {
    let (releases, _) = state(vec![
        released("v1.0.0"),
        released("v1.1.0"),
        rolled_back("v1.1.0", "v1.0.0"),
        mark("v1.0.0", MarkedVerdict::Blocked),
    ]);
    assert_eq!(releases, ["v1.0.0 blocked", "v1.1.0 rollbacked", "v1.0.0 blocked"]);
}

#[test]
fn a_hold_ends_with_resume_and_not_with_a_release() {
    assert!(state(vec![held("slow"), released("v1.0.0")]).1);
    assert!(!state(vec![held("slow"), resumed()]).1);
    assert!(state(vec![held("slow"), resumed(), held("again")]).1);
}

#[test]
fn what_left_the_environment_runs_no_more() {
    let facts = vec![
        released("v1.0.0"),
        Fact::Removed(Removed {
            release: name("v1.0.0"),
        }),
    ];
    let history = history(&chain(facts));
    assert_eq!((history.current(), history.releases().len()), (None, 1));
    let watching: Vec<Verdict> = history.releases().iter().map(|release| release.verdict).collect();
    assert_eq!(watching, [Verdict::Watching]);
}
