//! What is told of a hold that stands.

use super::promoted_once;

#[test]
fn a_release_says_who_holds_what_it_leaves_and_a_second_hold_what_stands() {
    let fleet = promoted_once();
    let text = |arguments: &[&str]| {
        let output = crate::fleet::command(fleet.folder(), arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let hold = |reason| text(&["hold", "orders", "-e", "staging", "--reason", reason]);
    assert!(!hold("too slow").contains("already"));
    let told = text(&["release", "staging"]);
    for part in [
        "`orders` is held in `staging` since ",
        " by Lockstep <",
        ": too slow\n",
        "`cargo xtask resume orders --environment staging --reason",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let answer = fleet.done(&["release", "staging"]);
    let units = answer.result()["environments"][0]["units"].as_array().unwrap();
    let held = units.iter().find(|unit| unit["unit"] == "orders").unwrap();
    assert_eq!(held["hold"]["reason"], "too slow");
    let again = hold("too dear");
    assert!(
        again.contains("was already held in `staging` since ") && again.contains(": too slow\n"),
        "{again}"
    );
    assert!(
        again.contains("the reason that was given now is not recorded"),
        "{again}"
    );
    assert!(!hold("too slow").contains("not recorded"));
}
