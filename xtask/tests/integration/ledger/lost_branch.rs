//! Rollbacks where branch and ledger do not tell the same, or where nothing differs.

use super::{again, kinds, promoted_once};
use crate::fleet::Fleet;

const BACK: [&str; 6] = ["rollback", "orders", "-e", "staging", "--reason", "too slow"];
const STAGING: &str = "refs/heads/environment/staging";

fn version(fleet: &Fleet) -> String {
    let tuple = fleet.json("environment/staging", ".lockstep/orders/tuple.json");
    tuple["version"].as_str().unwrap().to_owned()
}

#[test]
fn a_rollback_that_the_branch_lost_is_made_again() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    let before = fleet.tip("environment/staging").unwrap();
    fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0");
    // as when the branches of two clones went apart, and this one took the other's
    fleet.repository.set(STAGING, before);
    let answer = fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0", "{}", answer.text());
    assert_eq!(answer.rules(), ["lost-release"], "{}", answer.text());
}

#[test]
fn a_release_that_the_branch_lost_is_none_to_go_back_to() {
    let fleet = promoted_once();
    let first = fleet.tip("environment/staging").unwrap();
    again(&fleet, '6', "v1.1.0");
    fleet.repository.set(STAGING, first);
    again(&fleet, '7', "v1.2.0");
    let answer = fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0", "{}", answer.text());
    assert!(answer.text().contains("v1.1.0 ("), "{}", answer.text());
}

#[test]
fn going_back_to_what_runs_holds_it() {
    let fleet = promoted_once();
    let path = "environments/staging/releases/orders.yaml";
    let text = std::fs::read_to_string(fleet.repository.path(path)).unwrap();
    fleet.remove(path).commit("Take orders out");
    fleet.release(&["staging"]);
    fleet.put(path, &text).commit("Bring orders back");
    fleet.release(&["staging"]);
    fleet.done(&[&BACK[..], &["--to", "v1.0.0"]].concat());
    assert_eq!(
        kinds(&fleet, "staging/orders")[1..],
        ["released", "removed", "released", "rolled-back", "held"]
    );
}

#[test]
fn a_reason_with_a_secret_goes_nowhere() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    let secret = format!("leaked ghp_{}", "abcdefghijklmnopqrstuvwxyz0123456789");
    let tips = || ["environment/staging", "lockstep/ledger", "main"].map(|branch| fleet.tip(branch));
    let before = tips();
    for command in [
        &["rollback", "orders", "-e", "staging"][..],
        &["hold", "orders", "-e", "staging"],
        &["promote", "orders", "--from", "dev", "--to", "staging"],
        &["keys", "revoke", "release"],
    ] {
        let answer = fleet.run(&[command, &["--reason", &secret]].concat());
        assert_eq!(answer.exit, 2, "{command:?}: {}", answer.text());
        assert!(!answer.text().contains("ghp_"), "{}", answer.text());
    }
    assert_eq!(tips(), before);
}
