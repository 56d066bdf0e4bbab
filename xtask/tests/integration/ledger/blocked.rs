//! A tuple that was blocked goes nowhere, by no way and under no label, until it was verified where it was blocked.

use expect_test::{Expect, expect};

use super::{next_candidate, promoted_once};
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

fn mark_release(fleet: &Fleet, word: &str, environment: &str, release: &str) {
    let line = ["mark", word, "orders", "-e", environment, "--reason", "leaks"];
    fleet.done(&[&line[..], &["--release", release]].concat());
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

/// What a rollback of `orders` in `environment` would do, beside what the log says that it may go back to and `status` of it.
fn back(fleet: &Fleet, environment: &str, more: &[&str], expected: Expect) {
    let line = ["rollback", "orders", "-e", environment, "--reason", "slow", "--dry-run"];
    let answer = fleet.run(&[&line[..], more].concat());
    let mut text = match answer.result()["to"]["version"].as_str() {
        Some(version) => format!("exit {} {version}\n", answer.exit),
        None => format!("exit {}\n", answer.exit),
    };
    for finding in answer.findings() {
        let word = |key: &str| finding[key].as_str().unwrap_or_default();
        text += &format!("{}[{}]: {}\n", word("severity"), word("rule"), word("message"));
    }
    let history = fleet.done(&["history", "orders", "-e", environment]);
    let versions = history.result()["versions"].as_array().unwrap().clone();
    let may = versions.iter().filter(|version| version["rollbackable"] == true);
    let may: Vec<_> = may.map(|version| version["tag"].as_str().unwrap()).collect();
    // commits have another name in each run
    let named = more.iter().filter(|word| word.len() == 40);
    let text = named.fold(text, |text, commit| text.replace(commit, "…"));
    let may = match may.is_empty() {
        true => "none".to_owned(),
        false => may.join(", "),
    };
    expected.assert_eq(&format!("{text}rollbackable: {may}\n"));
}

/// The tuple of v1.1.0-rc1 ran again as v1.1.0-rc3 and was blocked; v1.1.0-rc4 runs.
fn same_tuple_again() -> Fleet {
    let fleet = promoted_once();
    for (digit, version) in [('a', "v1.1.0-rc1"), ('b', "v1.1.0-rc2"), ('a', "v1.1.0-rc3")] {
        super::again(&fleet, digit, version);
    }
    mark(&fleet, "blocked", "staging");
    super::again(&fleet, 'c', "v1.1.0-rc4");
    fleet
}

#[test]
fn a_rollback_goes_back_to_no_tuple_that_was_blocked_under_another_label() {
    let fleet = same_tuple_again();
    mark_release(&fleet, "blocked", "staging", "v1.1.0-rc2");
    back(
        &fleet,
        "staging",
        &[],
        expect![[r#"
        exit 0 v1.0.0
        warning[blocked-release]: passed over v1.1.0-rc1: the tuple was blocked in `staging` as v1.1.0-rc3
        rollbackable: v1.0.0
    "#]],
    );
    back(
        &fleet,
        "staging",
        &["--to", "v1.1.0-rc1"],
        expect![[r#"
        exit 1 v1.1.0-rc1
        error[blocked-release]: `orders` v1.1.0-rc1 is the tuple that was blocked in `staging` as v1.1.0-rc3
        rollbackable: v1.0.0
    "#]],
    );
    let aside = ["--to", "v1.1.0-rc1", "--override", "blocked-release"];
    back(
        &fleet,
        "staging",
        &aside,
        expect![[r#"
        exit 0 v1.1.0-rc1
        warning[blocked-release]: `orders` v1.1.0-rc1 is the tuple that was blocked in `staging` as v1.1.0-rc3
        rollbackable: v1.0.0
    "#]],
    );
    mark_release(&fleet, "blocked", "staging", "v1.0.0");
    back(
        &fleet,
        "staging",
        &[],
        expect![[r#"
        exit 1
        error[no-earlier-release]: every earlier release of `orders` in `staging` was blocked or taken back; v1.1.0-rc1 is the tuple that was blocked in `staging` as v1.1.0-rc3
        rollbackable: none
    "#]],
    );
    mark_release(&fleet, "verified", "staging", "v1.1.0-rc1");
    back(
        &fleet,
        "staging",
        &[],
        expect![[r#"
        exit 0 v1.1.0-rc1
        rollbackable: v1.1.0-rc1
    "#]],
    );
}

#[test]
fn a_rollback_goes_back_to_no_tuple_that_was_blocked_in_another_environment() {
    let fleet = in_canary();
    step(&fleet, "canary", "production", "v1.0.0");
    next_candidate(&fleet, '7');
    step(&fleet, "dev", "staging", "v1.1.0-rc1");
    step(&fleet, "staging", "canary", "v1.1.0-gray-A");
    step(&fleet, "canary", "production", "v1.1.0");
    mark_release(&fleet, "blocked", "canary", "v1.0.0-gray-A");
    back(
        &fleet,
        "production",
        &[],
        expect![[r#"
        exit 1
        error[no-earlier-release]: every earlier release of `orders` in `production` was blocked or taken back; v1.0.0 is the tuple that was blocked in `canary` as v1.0.0-gray-A
        rollbackable: none
    "#]],
    );
    back(
        &fleet,
        "production",
        &["--to", "v1.0.0"],
        expect![[r#"
        exit 1 v1.0.0
        error[blocked-release]: `orders` v1.0.0 is the tuple that was blocked in `canary` as v1.0.0-gray-A
        rollbackable: none
    "#]],
    );
}

#[test]
fn status_tells_of_a_tuple_that_runs_and_was_blocked_under_another_label() {
    let fleet = same_tuple_again();
    let line = [
        "rollback",
        "orders",
        "-e",
        "staging",
        "--reason",
        "slow",
        "--to",
        "v1.1.0-rc1",
    ];
    fleet.done(&[&line[..], &["--override", "blocked-release"]].concat());
    let status = fleet.done(&["status", "orders", "-e", "staging"]);
    assert_eq!(status.result()[0]["blocked"]["version"], "v1.1.0-rc3");
    let shown = crate::fleet::command(fleet.folder(), &["status", "orders"])
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let (row, below) = (shown.lines().nth(1).unwrap(), shown.lines().last().unwrap());
    assert!(row.contains(" blocked held"), "{shown}");
    expect!["  staging/orders runs a tuple that was blocked in staging as v1.1.0-rc3"].assert_eq(below);
}

#[test]
fn what_runs_already_is_nothing_to_go_back_to() {
    let fleet = promoted_once();
    let first = fleet.tip("environment/staging").unwrap().to_string();
    super::again(&fleet, '7', "v1.1.0");
    fleet.done(&["rollback", "orders", "-e", "staging", "--reason", "leaks"]);
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "over"]);
    back(
        &fleet,
        "staging",
        &[],
        expect![[r#"
        exit 1
        error[no-earlier-release]: every earlier release of `orders` in `staging` was blocked or taken back
        rollbackable: none
    "#]],
    );
    back(
        &fleet,
        "staging",
        &["--to", "v1.0.0"],
        expect![[r#"
        exit 1
        error[no-earlier-release]: `v1.0.0` is what runs of `orders` in `staging` already
        rollbackable: none
    "#]],
    );
    let named = fleet.run(&[
        "rollback", "orders", "-e", "staging", "--reason", "slow", "--to", &first,
    ]);
    assert!(
        named.text().contains("is what runs of `orders` in `staging` already"),
        "{}",
        named.text()
    );
    // the notice goes, and the same release has another commit: who names it holds it, and is told
    fleet.release(&["staging"]);
    back(
        &fleet,
        "staging",
        &["--to", "v1.0.0"],
        expect![[r#"
        exit 1
        error[no-earlier-release]: `v1.0.0` is what runs of `orders` in `staging` already
        rollbackable: none
    "#]],
    );
    back(
        &fleet,
        "staging",
        &["--to", &first],
        expect![[r#"
        exit 1
        error[no-earlier-release]: `…` is what runs of `orders` in `staging` already
        rollbackable: none
    "#]],
    );
    mark_release(&fleet, "blocked", "staging", "v1.0.0");
    back(
        &fleet,
        "staging",
        &[],
        expect![[r#"
        exit 1
        error[no-earlier-release]: every earlier release of `orders` in `staging` was blocked or taken back
        rollbackable: none
    "#]],
    );
}
