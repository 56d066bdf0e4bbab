//! A promotion is judged as its release will be.

use super::{kinds, last, next_candidate, promoted_once};

#[test]
fn what_the_target_does_not_admit_is_not_promoted() {
    let fleet = promoted_once();
    next_candidate(&fleet, '0');
    let before = fleet.tip("main");
    let step = [
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ];
    let answer = fleet.run(&step);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["unbuilt-image"]),
        "{}",
        answer.text()
    );
    assert_eq!(answer.findings()[0]["unit"], "staging/orders");
    assert_eq!(fleet.tip("main"), before);
    next_candidate(&fleet, '7');
    fleet.done(&step);
}

#[test]
fn a_trust_file_that_cannot_be_read_is_one_finding() {
    let fleet = promoted_once();
    fleet
        .append("environments/trust.yaml", "ledger: [}\n")
        .commit("Break it");
    for step in [["staging", "canary"], ["dev", "staging"]] {
        let answer = fleet.run(&["promote", "orders", "--from", step[0], "--to", step[1], "--dry-run"]);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["yaml-syntax"]),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn what_a_killed_promotion_did_not_record_the_next_run_records() {
    let fleet = promoted_once();
    let step = ["promote", "orders", "--from", "staging", "--to", "canary"];
    let ledger = fleet.tip("lockstep/ledger").unwrap();
    fleet.done(&step);
    let commit = fleet.tip("main").unwrap();
    let told = last(&fleet, "canary/orders").fact;
    // as when the run was killed right after its commit
    fleet.repository.set("refs/heads/lockstep/ledger", ledger);
    assert_eq!(kinds(&fleet, "canary/orders"), [""; 0]);
    fleet.put("README.md", "Something else.\n").commit("Go on");
    let answer = fleet.done(&step);
    assert_eq!(answer.result()["recorded"][0], "orders", "{}", answer.text());
    assert_eq!(last(&fleet, "canary/orders").fact, told, "the commit is {commit}");
    let answer = fleet.done(&step);
    assert_eq!(answer.result()["recorded"].as_array().unwrap().len(), 0);
    assert_eq!(kinds(&fleet, "canary/orders"), ["promoted"]);
}

#[test]
fn a_promotion_that_cannot_be_recorded_says_how_it_is() {
    let fleet = promoted_once();
    let lock = fleet.repository.git.path().join("refs/heads/lockstep/ledger.lock");
    std::fs::write(&lock, "").unwrap();
    let step = ["promote", "orders", "--from", "staging", "--to", "canary"];
    let answer = fleet.run(&step);
    assert_eq!(answer.exit, 4, "{}", answer.text());
    let commit = fleet.tip("main").unwrap().to_string();
    let hint = format!("the commit {} is made on `main`", &commit[..12]);
    assert!(answer.text().contains(&hint), "{}", answer.text());
    std::fs::remove_file(&lock).unwrap();
    fleet.done(&step);
    assert_eq!(kinds(&fleet, "canary/orders"), ["promoted"]);
}
