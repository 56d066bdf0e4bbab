//! Events that a commit takes out of the ledger are missed, the last one of a unit as well.

use super::{again, kinds, promoted_once};
use crate::fleet::{Answer, Fleet};

const LEDGER: &str = "lockstep/ledger";

/// The path of the only event of this kind.
fn path_of(fleet: &Fleet, kind: &str) -> String {
    let mut paths = fleet.paths(LEDGER);
    paths.retain(|path| path.contains(kind));
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.remove(0)
}

fn rules_of(answer: &Answer) -> (i32, Vec<&str>) {
    (answer.exit, answer.rules())
}

#[test]
fn an_event_that_nothing_follows_is_missed_until_it_is_put_back() {
    let fleet = promoted_once();
    again(&fleet, '2', "v1.1.0");
    fleet.done(&["mark", "blocked", "orders", "-e", "staging", "--reason", "wrong"]);
    fleet.done(&["verify", "-e", "staging"]);
    let path = path_of(&fleet, "marked");
    let text = fleet.file(LEDGER, &path);
    let commit = fleet.take_out(LEDGER, &path).to_string();
    for command in [&["verify", "-e", "staging"][..], &["verify"], &["release", "staging"]] {
        let answer = fleet.run(command);
        assert!(
            answer.exit != 0 && answer.rules().contains(&"broken-ledger"),
            "{}",
            answer.text()
        );
        assert!(answer.text().contains(&commit[..12]), "{}", answer.text());
        assert!(answer.text().contains(&path), "{}", answer.text());
    }
    let back = ["rollback", "orders", "-e", "staging", "--reason", "slow", "--dry-run"];
    assert_eq!(
        rules_of(&fleet.run(&back)),
        (0, vec!["broken-ledger"]),
        "told, and no reason to stay"
    );
    let onwards = ["promote", "orders", "--from", "staging", "--to", "canary"];
    assert!(fleet.run(&onwards).rules().contains(&"broken-ledger"));
    assert_eq!(
        rules_of(&fleet.run(&["verify", "-e", "dev"])),
        (0, vec![]),
        "it is not about dev"
    );

    fleet.meddle(LEDGER, &path, &text);
    assert_eq!(rules_of(&fleet.run(&["verify", "-e", "staging"])), (0, vec![]));
    assert_eq!(
        kinds(&fleet, "staging/orders"),
        ["promoted", "released", "promoted", "released", "marked"]
    );
}

#[test]
fn a_hold_and_all_that_is_known_of_a_unit_are_missed() {
    let fleet = promoted_once();
    fleet.done(&["hold", "orders", "-e", "staging", "--reason", "slow"]);
    fleet.done(&["stage", "record", "unit_test", "passed", "--agent", "orders"]);
    fleet.take_out(LEDGER, &path_of(&fleet, "_holds/orders"));
    let answer = fleet.run(&["release", "staging"]);
    assert_eq!(rules_of(&answer), (1, vec!["broken-ledger"]), "{}", answer.text());
    fleet.take_out(LEDGER, &path_of(&fleet, "_everywhere/orders"));
    let answer = fleet.run(&["verify"]);
    assert_eq!(rules_of(&answer), (1, vec!["broken-ledger"; 2]), "{}", answer.text());
}

#[test]
fn what_was_taken_out_before_this_clone_looked_is_missed_as_well() {
    let fleet = promoted_once();
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "good"]);
    fleet.take_out(LEDGER, &path_of(&fleet, "marked"));
    fleet.done(&["hold", "assistant", "-e", "dev", "--reason", "another commit"]);
    let copy = fleet.copied();
    let _ = std::fs::remove_file(copy.repository.git.path().join("lockstep/whole-ledger"));
    assert_eq!(rules_of(&copy.run(&["verify"])), (1, vec!["broken-ledger"]));
}
