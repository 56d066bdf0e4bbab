//! A tuple that was blocked goes nowhere, by no way and under no label, until it was verified where it was blocked.

use expect_test::{Expect, expect};

use super::promoted_once;
use crate::fleet::Fleet;

/// What a promotion of `orders` says; what may be is not written.
fn check(fleet: &Fleet, from: &str, to: &str, more: &[&str], expected: Expect) {
    let line = ["promote", "orders", "--from", from, "--to", to, "--dry-run"];
    let answer = fleet.run(&[&line[..], more].concat());
    let blocked = answer
        .findings()
        .iter()
        .filter(|finding| finding["rule"] == "blocked-release");
    let lines: String = blocked
        .map(|finding| {
            let word = |key: &str| finding[key].as_str().unwrap_or_default();
            format!("{}: {}\n", word("severity"), word("message"))
        })
        .collect();
    expected.assert_eq(&format!("exit {}\n{lines}", answer.exit));
}

fn step(fleet: &Fleet, from: &str, to: &str, version: &str) {
    fleet.done(&["promote", "orders", "--from", from, "--to", to, "--as", version]);
    fleet.release(&[to]);
}

fn mark(fleet: &Fleet, word: &str, environment: &str) {
    fleet.done(&["mark", word, "orders", "-e", environment, "--reason", "leaks"]);
}

fn in_canary() -> Fleet {
    let fleet = promoted_once();
    step(&fleet, "staging", "canary", "v1.0.0-gray-A");
    fleet
}

#[test]
fn a_block_in_another_environment_stops_a_tuple_under_any_label_until_it_is_verified_there() {
    let fleet = in_canary();
    mark(&fleet, "blocked", "canary");
    let hotfix = ["--kind", "hotfix"];
    let past = |expected| check(&fleet, "staging", "production", &hotfix, expected);
    past(expect![[r#"
        exit 1
        error: `orders` v1.0.0-gray-A was blocked in `canary`
    "#]]);
    check(
        &fleet,
        "staging",
        "canary",
        &["--as", "v1.0.0-gray-B"],
        expect![[r#"
            exit 1
            error: `orders` v1.0.0-gray-A was blocked in `canary`
        "#]],
    );
    let aside = ["--override", "blocked-release", "--reason", "worse without"];
    check(
        &fleet,
        "staging",
        "production",
        &[&hotfix[..], &aside].concat(),
        expect![[r#"
            exit 0
            warning: `orders` v1.0.0-gray-A was blocked in `canary`
        "#]],
    );
    mark(&fleet, "verified", "canary");
    past(expect![[r#"
        exit 0
    "#]]);
}

#[test]
fn who_set_a_block_aside_for_one_environment_did_not_for_the_next() {
    let fleet = promoted_once();
    mark(&fleet, "blocked", "staging");
    let why = ["--override", "blocked-release", "--reason", "worse without"];
    let line = ["promote", "orders", "--from", "staging", "--to", "canary"];
    fleet.done(&[&line[..], &["--as", "v1.0.0-gray-A"], &why].concat());
    let time = super::last(&fleet, "canary/orders").time.to_string();
    fleet.release(&["canary"]);
    let line = [
        "promote",
        "orders",
        "--from",
        "canary",
        "--to",
        "production",
        "--as",
        "v1.0.0",
    ];
    let answer = fleet.run(&line);
    expect![[r#"
        exit 1
        error[blocked-release] -
          `orders` v1.0.0 was blocked in `staging`
          unit: production/orders
          help: it was set aside for `canary` by Lockstep at …: worse without, which says nothing of another environment: each is a decision of its own; see why: `cargo xtask history orders --environment staging`
    "#]]
    .assert_eq(&answer.text().replace(&time, "…"));
    fleet.done(&[&line[..], &why].concat());
    fleet.release(&["production"]);
}

#[test]
fn a_block_outlasts_the_rollback_that_follows_it() {
    let fleet = in_canary();
    step(&fleet, "canary", "production", "v1.0.0");
    super::next_candidate(&fleet, '7');
    step(&fleet, "dev", "staging", "v1.1.0-rc1");
    step(&fleet, "staging", "canary", "v1.1.0-gray-A");
    step(&fleet, "canary", "production", "v1.1.0");
    mark(&fleet, "blocked", "production");
    fleet.done(&["rollback", "orders", "-e", "production", "--reason", "leaks"]);
    fleet.done(&["resume", "orders", "-e", "production", "--reason", "over"]);
    for label in ["v1.1.0", "v1.1.1"] {
        let said = expect![[r#"
            exit 1
            error: `orders` v1.1.0 was blocked in `production`
        "#]];
        check(&fleet, "canary", "production", &["--as", label], said);
    }
}

#[test]
fn what_was_rolled_back_is_brought_back_by_a_promotion_which_says_so() {
    let fleet = in_canary();
    step(&fleet, "canary", "production", "v1.0.0");
    super::next_candidate(&fleet, '7');
    step(&fleet, "dev", "staging", "v1.1.0-rc1");
    step(&fleet, "staging", "canary", "v1.1.0-gray-A");
    step(&fleet, "canary", "production", "v1.1.0");
    fleet.done(&["rollback", "orders", "-e", "production", "--reason", "leaks"]);
    fleet.done(&["resume", "orders", "-e", "production", "--reason", "over"]);
    check(
        &fleet,
        "canary",
        "production",
        &["--as", "v1.1.0"],
        expect![[r#"
        exit 0
        warning: `orders` v1.1.0 was rolled back in `production`
    "#]],
    );
}
