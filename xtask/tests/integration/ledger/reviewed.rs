//! What `check` asks the ledger about release files, before a release does.

use expect_test::expect;

use super::unpromoted::{CANARY, STEP, ahead, copied};
use crate::base::waive;
use crate::fleet::Fleet;

/// The last change of `main`, checked.
fn change(fleet: &Fleet) -> (i32, Vec<String>) {
    let answer = fleet.run(&["check", "--base", "HEAD~1"]);
    (answer.exit, answer.rules().into_iter().map(str::to_owned).collect())
}

/// All of it.
fn whole(fleet: &Fleet) -> (i32, Vec<String>) {
    let answer = fleet.run(&["check"]);
    let mut rules: Vec<String> = answer.rules().into_iter().map(str::to_owned).collect();
    // the small fleet has none
    rules.retain(|rule| rule != "no-policies");
    (answer.exit, rules)
}

fn found(exit: i32, rules: &[&str]) -> (i32, Vec<String>) {
    (exit, rules.iter().map(|rule| (*rule).to_owned()).collect())
}

#[test]
fn a_copied_release_file_is_told_before_it_is_merged() {
    let fleet = ahead();
    assert_eq!(whole(&fleet), found(0, &[]));
    copied(&fleet);
    fleet.refused(&["check", "--base", "HEAD~1"], expect![[r#"
        exit 1
        error[unpromoted-release] environments/canary/releases/orders.yaml
          the release file of `orders` in `canary` names v1.1.0, which no promotion brought there
          unit: canary/orders
          help: `cargo xtask promote orders --from staging --to canary` asks for what must hold and records it; if that was done in another clone, push the ledger from there: `git push origin lockstep/ledger`
    "#]]);
    assert_eq!(whole(&fleet), found(1, &["unpromoted-release"]));
    let part = |environment: &str| {
        fleet
            .run(&["check", "--environment", environment, "--agent", "orders"])
            .exit
    };
    assert_eq!((part("canary"), part("staging")), (1, 0));
    fleet.put("docs/notes.md", "# Notes\n").commit("Note");
    assert_eq!(change(&fleet), found(0, &[]), "nothing about the release file is new");
}

#[test]
fn what_was_promoted_is_asked_nothing_more() {
    let fleet = ahead();
    fleet.done(&STEP);
    assert_eq!(change(&fleet), found(0, &[]));
    assert_eq!(whole(&fleet), found(0, &[]));
}

#[test]
fn below_users_and_while_it_is_held_it_is_a_warning() {
    let fleet = ahead();
    fleet.done(&["hold", "orders", "--environment", "canary", "--reason", "wait"]);
    copied(&fleet);
    assert_eq!(change(&fleet), found(0, &["unpromoted-release"]));
    fleet.edit("agents/orders/agent.yaml", &"6".repeat(64), &"7".repeat(64));
    fleet.promote("orders", "staging", "v1.2.0").commit("Ship it");
    assert_eq!(change(&fleet), found(0, &["unpromoted-release"]));
}

#[test]
fn a_release_file_that_undoes_a_rollback_is_told() {
    let fleet = ahead();
    fleet.done(&STEP);
    fleet.release(&["canary"]);
    let new = fleet.file("main", CANARY);
    let unit = ["orders", "--environment", "canary", "--reason", "slow"];
    fleet.done(&[&["rollback"], &unit[..]].concat());
    fleet.put(CANARY, &new).commit("Try it again");
    assert_eq!(change(&fleet), found(0, &["unfinished-rollback"]));
    assert_eq!(whole(&fleet), found(0, &["unfinished-rollback"]));
}

#[test]
fn a_waiver_admits_it_as_it_does_of_a_release() {
    let fleet = ahead();
    copied(&fleet);
    waive(&fleet, "unpromoted-release");
    let answer = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (0, vec![]),
        "nothing is asked: {}",
        answer.text()
    );
    fleet.commit("It moves in");
    let answer = fleet.run(&["check", "--base", "HEAD~2"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    assert!(answer.findings()[0]["waiver"].is_object(), "{}", answer.text());
    fleet.release(&["canary"]);
}

#[test]
fn a_clone_without_the_ledger_says_what_it_could_not_check() {
    let fleet = ahead();
    copied(&fleet);
    let clone = fleet.cloned(|_| {});
    let git = &clone.repository.git;
    let forget = |pattern: &str| {
        for reference in git.references_glob(pattern).unwrap() {
            reference.unwrap().delete().unwrap();
        }
    };
    assert_eq!(
        change(&clone),
        found(1, &["unpromoted-release"]),
        "the remote's is as good"
    );
    forget("refs/remotes/origin/lockstep/*");
    let answer = clone.run(&["check", "--base", "HEAD~1"]);
    assert_eq!((answer.exit, answer.rules()), (4, vec![]));
    expect!["whether promotions brought orders to `canary`: `lockstep/ledger` is not in this clone; fetch it: `git fetch origin '+refs/heads/lockstep/*:refs/remotes/origin/lockstep/*'`"].assert_eq(answer.json["unchecked"][0].as_str().unwrap());
    forget("refs/remotes/origin/environment/*");
    let answer = clone.run(&["check", "--base", "HEAD~1"]);
    assert_eq!((answer.exit, answer.rules()), (4, vec![]));
    expect!["whether promotions brought orders to `canary`: neither `lockstep/ledger` nor `environment/canary` is in this clone"].assert_eq(answer.json["unchecked"][0].as_str().unwrap());
    clone.put("docs/notes.md", "# Notes\n").commit("Note");
    assert_eq!(
        change(&clone),
        found(0, &[]),
        "nothing is asked of a change that releases nothing"
    );
}
