//! Events of releases that nobody signed, where the trust file asks for signatures.

use lockstep::model::Digest;
use lockstep::release::ledger::{Event, Fact};

use super::unpromoted::{STEP, ahead, copied};
use super::{last, promoted_once};
use crate::fleet::{Answer, Fleet};

const LEDGER: &str = "lockstep/ledger";
const BACK: [&str; 7] = ["rollback", "orders", "-e", "canary", "--reason", "slow", "--dry-run"];

fn demand(fleet: &Fleet) {
    fleet.append("environments/trust.yaml", "ledger: { staging: {}, canary: {} }\n");
    fleet.commit("Ask for signed events");
}

/// Adds an event without a signature behind the last one of a unit.
fn forge(fleet: &Fleet, unit: &str, fact: Fact) {
    let before = last(fleet, unit);
    let forged = Event {
        sequence: before.sequence + 1,
        previous: vec![Digest::of(&before.bytes())],
        recovered: false,
        signature: None,
        fact,
        ..before
    };
    let bytes = forged.bytes();
    let path = forged.path(Digest::of(&bytes));
    fleet.meddle(LEDGER, &path, std::str::from_utf8(&bytes).unwrap());
}

fn of(answer: &Answer) -> (i32, Vec<&str>) {
    (answer.exit, answer.rules())
}

#[test]
fn a_release_that_the_branch_does_not_tell_lets_no_release_file_pass() {
    let fleet = ahead();
    demand(&fleet);
    let (fact, there) = (last(&fleet, "staging/orders").fact, last(&fleet, "canary/orders").fact);
    let (Fact::Released(mut released), Some(commit)) = (fact, there.commit()) else {
        unreachable!("both were released");
    };
    released.release.commit = commit.to_owned();
    forge(&fleet, "canary/orders", Fact::Released(released));
    copied(&fleet);
    let told = (1, vec!["unpromoted-release", "unsigned-event"]);
    assert_eq!(of(&fleet.run(&["check", "--base", "HEAD~1"])), told);
    let answer = fleet.run(&["release", "canary"]);
    assert_eq!(of(&answer), told);
    let why =
        "nobody signed the event, the trust file asks for it, and the environment's branch does not tell the same";
    assert!(answer.text().contains(why), "{}", answer.text());
}

#[test]
fn what_ran_once_does_not_run_again_by_an_event() {
    let fleet = ahead();
    fleet.done(&STEP);
    fleet.release(&["canary"]);
    demand(&fleet);
    let history = super::histories(&fleet).remove("canary/orders").unwrap();
    let mut released = history
        .events
        .iter()
        .filter(|(_, event)| matches!(event.fact, Fact::Released(_)));
    let first = released.next().unwrap().1.fact.clone();
    fleet.done(&[
        "mark",
        "blocked",
        "orders",
        "-e",
        "canary",
        "--reason",
        "wrong",
        "--release",
        "v1.0.0",
    ]);
    let expected = of(&fleet.run(&BACK)).1.join(" ");
    assert_eq!(expected, "no-earlier-release");
    forge(&fleet, "canary/orders", first);
    assert_eq!(of(&fleet.run(&BACK)), (1, vec!["no-earlier-release"]));
}

#[test]
fn what_the_branch_tells_counts_though_nobody_signed_it() {
    let fleet = promoted_once();
    demand(&fleet);
    let key = fleet.repository.git.path().join("lockstep/keys/release.key");
    super::next_candidate(&fleet, '6');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    // a clone that has the branch and no key writes down what a killed release did not
    let ledger = fleet.tip(LEDGER).unwrap();
    fleet.release(&["staging"]);
    fleet.repository.set("refs/heads/lockstep/ledger", ledger);
    let kept = key.with_extension("kept");
    std::fs::rename(&key, &kept).unwrap();
    fleet.release(&["dev"]);
    std::fs::rename(&kept, &key).unwrap();
    assert_eq!(last(&fleet, "staging/orders").signature, None);
    let answer = fleet.done(&["rollback", "orders", "-e", "staging", "--reason", "slow", "--dry-run"]);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0", "{}", answer.text());
    assert_eq!(answer.rules(), [""; 0]);
}
