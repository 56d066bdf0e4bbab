//! A promotion is judged as its release will be.

use super::{next_candidate, promoted_once};

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
