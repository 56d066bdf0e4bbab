//! An environment whose own file cannot be read is there all the same: what it runs is known without it.

use expect_test::expect;

use super::{next_candidate, promoted_once};
use crate::fleet::Fleet;

const FILE: &str = "environments/staging/environment.yaml";

/// `orders` runs v1.1.0 in staging, after v1.0.0; the file of staging is then broken.
fn broken() -> Fleet {
    let fleet = promoted_once();
    next_candidate(&fleet, '6');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    fleet.edit(FILE, "tier: staging", "tier: stagng").commit("Break it");
    fleet
}

#[test]
fn what_needs_no_more_than_its_name_works() {
    let fleet = broken();
    let staging = ["--environment", "staging"];
    let known = |arguments: &[&str]| fleet.done(&[arguments, &staging].concat());
    let status = known(&["status"]);
    assert_eq!(status.result()[0]["version"], "v1.1.0");
    let whole = fleet.done(&["status"]);
    assert!(whole.result().as_array().unwrap().contains(&status.result()[0]));
    let events = |answer: &crate::fleet::Answer| answer.result()["events"].as_array().unwrap().len();
    let history = events(&known(&["history", "orders"]));
    assert!(history > 2);
    assert!(events(&fleet.done(&["history", "orders"])) > history);
    assert_eq!(known(&["trace", "v1.1.0"]).result()[0]["running"], true);
    assert_eq!(fleet.done(&["trace", "v1.1.0"]).result()[0]["environment"], "staging");
    known(&["mark", "verified", "orders", "--reason", "fine"]);
    known(&["stage", "record", "unit_test", "passed", "--agent", "orders"]);
    known(&["drill", "orders"]);
    known(&["hold", "orders", "--reason", "slow"]);
    assert!(fleet.repository.path("environments/staging/holds/orders.yaml").exists());
    known(&["resume", "orders", "--reason", "fast"]);
    known(&["keys", "init", "--name", "second", "--plain"]);
}

#[test]
fn nothing_gets_in_the_way_of_a_rollback() {
    let fleet = broken();
    let answer = fleet.done(&["rollback", "orders", "-e", "staging", "--reason", "slow"]);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0");
    let read = |path: &str| std::fs::read_to_string(fleet.repository.path(path)).unwrap();
    assert!(read("environments/staging/releases/orders.yaml").contains("version: v1.0.0"));
    assert!(read("environments/staging/holds/orders.yaml").contains("reason: slow"));
}

#[test]
fn what_needs_the_file_says_what_is_wrong_with_it() {
    let fleet = broken();
    for arguments in [
        &["explain", "values", "orders", "--environment", "staging"][..],
        &["promote", "orders", "--from", "staging", "--to", "canary"],
        &["promote", "orders", "--from", "dev", "--to", "staging"],
        &["diff", "--environment", "staging"],
        &["diff", "staging", "dev"],
        &["diff", "HEAD~1", "--environment", "staging"],
        &["new", "environment", "qa", "--after", "staging"],
        &["release", "staging"],
        &["render", "--environment", "staging"],
    ] {
        let answer = fleet.run(arguments);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["invalid-value"]),
            "{arguments:?}: {answer:?}"
        );
    }
    fleet.refused(
        &["rollback", "orders", "-e", "stagin", "--reason", "slow"],
        expect![[r#"
            exit 2
            usage: there is no environment `stagin`
              hint: did you mean `staging`?
        "#]],
    );
}

#[test]
fn it_is_verified_all_the_same() {
    let fleet = broken();
    let verified = |fleet: &Fleet| {
        let answer = fleet.run(&["verify"]);
        (answer.exit, answer.environment("staging")["holds"].clone())
    };
    assert_eq!(verified(&fleet), (0, true.into()));
    fleet.meddle("environment/staging", "apps/orders/manifest.yaml", "kind: ConfigMap\n");
    assert_eq!(verified(&fleet), (1, false.into()));
    fleet.remove("environments/staging").commit("Take all of it away");
    assert_eq!(verified(&fleet), (1, false.into()));
}
