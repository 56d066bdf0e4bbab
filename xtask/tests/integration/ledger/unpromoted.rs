//! Release files that no promotion wrote.

use std::fs;

use expect_test::expect;

use super::{again, kinds, last, promoted_once};
use crate::fleet::Fleet;

pub(super) const STAGING: &str = "environments/staging/releases/orders.yaml";
pub(super) const CANARY: &str = "environments/canary/releases/orders.yaml";
pub(super) const STEP: [&str; 6] = ["promote", "orders", "--from", "staging", "--to", "canary"];
const RELEASE: [&str; 2] = ["release", "canary"];
const OVERRIDE: [&str; 6] = [
    "release",
    "canary",
    "--override",
    "unpromoted-release",
    "--reason",
    "moved in",
];

/// `orders` runs v1.0.0 in canary and v1.1.0 in staging.
pub(super) fn ahead() -> Fleet {
    let fleet = promoted_once();
    fleet.done(&STEP);
    fleet.release(&["canary"]);
    again(&fleet, '6', "v1.1.0");
    fleet
}

/// Staging's release file becomes canary's, past `promote`.
pub(super) fn copied(fleet: &Fleet) {
    fleet.put(CANARY, &fleet.file("main", STAGING)).commit("Ship it");
}

#[test]
fn what_nobody_promoted_does_not_reach_users() {
    let fleet = ahead();
    copied(&fleet);
    fleet.refused(
        &RELEASE,
        expect![[r#"
            exit 1
            error[unpromoted-release] environments/canary/releases/orders.yaml
              the release file of `orders` in `canary` names v1.1.0, which no promotion brought there
              unit: canary/orders
              help: `cargo xtask promote orders --from staging --to canary` asks for what must hold and records it; if that was done in another clone, push the ledger from there: `git push origin lockstep/ledger`
        "#]],
    );
    let answer = fleet.run(&["release", "canary", "--dry-run"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["unpromoted-release"]));
    let answer = fleet.run(&["release", "canary", "--no-cache", "--keep-going"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["unpromoted-release"]));
    assert!(fleet.json("environment/canary", ".lockstep/orders/tuple.json")["version"] == "v1.0.0");
}

#[test]
fn the_promotion_makes_up_for_it() {
    let fleet = ahead();
    let before = fleet.file("main", CANARY);
    copied(&fleet);
    fleet.put(CANARY, &before).commit("Not like this");
    fleet.done(&STEP);
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0]);
    assert_eq!(
        kinds(&fleet, "canary/orders"),
        ["promoted", "released", "promoted", "released"]
    );
}

#[test]
fn the_promotion_is_asked_for_where_the_file_names_it_already() {
    let fleet = ahead();
    copied(&fleet);
    let written = fleet.tip("main").unwrap().to_string();
    let answer = fleet.done(&STEP);
    assert_eq!(answer.result()["recorded"][0], "orders", "{}", answer.text());
    let event = serde_json::to_value(last(&fleet, "canary/orders")).unwrap();
    assert_eq!(event["fact"]["dryCommit"], written, "{event}");
    assert_eq!(event["fact"]["from"]["environment"], "staging", "{event}");
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0]);
}

#[test]
fn a_person_may_answer_for_it() {
    let fleet = ahead();
    copied(&fleet);
    let answer = fleet.done(&OVERRIDE);
    assert_eq!(answer.rules(), ["unpromoted-release"]);
    let message = fleet.message("environment/canary");
    assert!(
        message.contains("Overridden: _environment=unpromoted-release the release file of `orders`"),
        "{message}"
    );
    assert!(message.contains("Override-reason: _environment=moved in"), "{message}");
    let event = serde_json::to_value(last(&fleet, "canary/_environment")).unwrap();
    assert_eq!(event["fact"]["overrides"][0]["check"], "unpromoted-release", "{event}");
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0], "what runs is asked nothing");
}

#[test]
fn below_users_it_is_only_told() {
    let fleet = promoted_once();
    fleet.edit("agents/orders/agent.yaml", &"2".repeat(64), &"7".repeat(64));
    fleet.promote("orders", "staging", "v1.1.0");
    fleet.promote("assistant", "staging", "v1.0.0").commit("Ship it");
    let alone = fleet.done(&["release", "staging", "--agent", "orders", "--dry-run"]);
    assert_eq!(alone.rules(), ["unpromoted-release"], "of the other nothing is asked");
    let answer = fleet.done(&["release", "staging", "--dry-run"]);
    assert_eq!(answer.rules(), ["unpromoted-release"; 2]);
    let answer = fleet.done(&["release", "staging"]);
    assert_eq!(answer.rules(), ["unpromoted-release"; 2]);
    assert!(!fleet.message("environment/staging").contains("Overridden"));
}

#[test]
fn what_was_promoted_once_may_come_back_by_git_and_what_was_rolled_back_may_not() {
    let fleet = ahead();
    let old = fleet.file("main", CANARY);
    fleet.done(&STEP);
    fleet.release(&["canary"]);
    let new = fleet.file("main", CANARY);
    fleet.put(CANARY, &old).commit("Revert \"Promote orders\"");
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0]);
    fleet.put(CANARY, &new).commit("Reapply \"Promote orders\"");
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0]);

    let unit = ["orders", "--environment", "canary", "--reason", "slow"];
    fleet.done(&[&["rollback"], &unit[..]].concat());
    fleet.done(&[&["resume"], &unit[..]].concat());
    fleet.put(CANARY, &new).commit("Try it again");
    let answer = fleet.run(&RELEASE);
    assert_eq!(answer.exit, 1, "{}", answer.text());
    assert!(
        fs::read_to_string(fleet.repository.path(CANARY))
            .unwrap()
            .contains("version: v1.1.0")
    );
}

#[test]
fn a_promotion_that_nobody_signed_counts_for_nothing_where_that_is_asked_for() {
    let fleet = ahead();
    let key = fleet.repository.git.path().join("lockstep/keys/release.key");
    let kept = key.with_extension("kept");
    fs::rename(&key, &kept).unwrap();
    fleet.done(&STEP);
    fs::rename(&kept, &key).unwrap();
    fleet.append("environments/trust.yaml", "ledger: { canary: {} }\n");
    fleet.commit("Ask for signed events");
    let answer = fleet.run(&RELEASE);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["unpromoted-release"]),
        "{}",
        answer.text()
    );
    fleet.append("environments/trust.yaml", "# settled\n");
    let settled = fleet.tip("lockstep/ledger").unwrap();
    fleet.edit(
        "environments/trust.yaml",
        "canary: {}",
        &format!("canary: {{ since: {settled} }}"),
    );
    fleet.commit("Settle what was there");
    assert_eq!(fleet.done(&RELEASE).rules(), [""; 0]);
}
