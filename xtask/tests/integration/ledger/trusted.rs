//! Promotion and rollback go on from what the verifier accepts, and from nothing else.

use expect_test::expect;

use super::{again, last, promoted_once};
use crate::fleet::{Answer, Fleet};

const STAGING: &str = "environment/staging";
const MANIFEST: &str = "apps/orders/manifest.yaml";
const STEP: [&str; 6] = ["promote", "orders", "--from", "staging", "--to", "canary"];
const BACK: [&str; 6] = ["rollback", "orders", "--environment", "staging", "--reason", "too slow"];

/// `orders` ran v1.0.0, which nobody signed, v1.1.0 and v1.2.0 in staging.
fn signed_since() -> Fleet {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    again(&fleet, '5', "v1.0.0");
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    again(&fleet, '6', "v1.1.0");
    again(&fleet, '7', "v1.2.0");
    fleet
}

/// Changes one file of the branch by hand.
fn change(fleet: &Fleet, path: &str, from: &str, to: &str) {
    let text = fleet.file(STAGING, path);
    assert!(text.contains(from), "{text}");
    fleet.meddle(STAGING, path, &text.replacen(from, to, 1));
}

fn verified(fleet: &Fleet) -> Answer {
    fleet.run(&["verify", "--environment", "staging"])
}

#[test]
fn a_byte_that_somebody_changed_on_the_branch_stops_a_promotion() {
    let fleet = promoted_once();
    change(&fleet, MANIFEST, "8080", "8081");
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 1
            error[changed-file] apps/orders/manifest.yaml
              expected `apps/orders/manifest.yaml` with sha256:…, found sha256:…
              unit: staging/orders
              help: find out who changed it, then restore the branch or release the environment again with `--resign`
        "#]],
    );
}

#[test]
fn an_earlier_release_in_the_place_of_the_current_one_is_not_promoted() {
    let fleet = promoted_once();
    let before = fleet.files(STAGING);
    again(&fleet, '6', "v1.1.0");
    for (path, text) in before.iter().filter(|(path, _)| path.contains("orders")) {
        fleet.meddle(STAGING, path, text);
    }
    let answer = fleet.run(&STEP);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["replayed-release"]));
}

#[test]
fn what_nobody_may_sign_for_is_not_promoted_unless_a_person_sets_that_aside() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    again(&fleet, '5', "v1.0.0");
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 1
            error[untrusted-environment] environments/trust.yaml
              nobody may sign for `staging`, so nothing on its branch is proved
              help: make a key and let it sign: `cargo xtask keys init`, push it, then release the environment again
        "#]],
    );
    let aside = ["--override", "untrusted-environment", "--reason", "no keys yet"];
    fleet.done(&[&STEP[..], &aside].concat());
    let event = String::from_utf8(last(&fleet, "canary/orders").bytes()).unwrap();
    assert!(event.contains("untrusted-environment"), "{event}");
    let answer = fleet.run(&BACK);
    assert_eq!(answer.rules(), ["no-earlier-release"]);
    again(&fleet, '6', "v1.1.0");
    let answer = fleet.run(&BACK);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["untrusted-environment"]));
    fleet.done(&[&BACK[..], &["--override", "untrusted-environment"]].concat());
}

#[test]
fn a_release_that_nobody_signed_is_none_to_go_back_to() {
    let fleet = signed_since();
    let answer = fleet.run(&[&BACK[..], &["--to", "v1.0.0"]].concat());
    assert_eq!(answer.exit, 1);
    assert_eq!(answer.rules(), ["unsigned-unit"], "{}", answer.text());
    let answer = fleet.done(&BACK);
    assert_eq!(answer.result()["to"]["version"], "v1.1.0");
    assert_eq!(verified(&fleet).exit, 0, "{}", verified(&fleet).text());
}

#[test]
fn a_verified_release_whose_key_was_revoked_is_passed_over() {
    let fleet = signed_since();
    let mark = [
        "mark",
        "verified",
        "orders",
        "-e",
        "staging",
        "--reason",
        "a week",
        "--release",
    ];
    fleet.done(&[&mark[..], &["v1.0.0"]].concat());
    fleet.done(&[&mark[..], &["v1.1.0"]].concat());
    fleet.done(&[&BACK[..], &["--last-verified", "--dry-run"]].concat());
    fleet.done(&["keys", "rotate", "release", "--name", "next", "--plain"]);
    fleet.done(&["keys", "revoke", "release", "--reason", "stolen"]);
    fleet.commit("Revoke a key");
    fleet.done(&["release", "staging", "--resign"]);
    let answer = fleet.run(&[&BACK[..], &["--last-verified"]].concat());
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"revoked-signer"), "{}", answer.text());
}

#[test]
fn a_release_that_was_signed_anew_is_one_to_go_back_to() {
    let fleet = promoted_once();
    fleet.done(&["keys", "rotate", "release", "--name", "next", "--plain"]);
    fleet.done(&["keys", "revoke", "release", "--reason", "stolen"]);
    fleet.commit("Revoke a key");
    fleet.done(&["release", "dev", "staging", "--resign"]);
    again(&fleet, '6', "v1.1.0");
    let answer = fleet.done(&BACK);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0");
    assert_eq!(answer.rules(), [""; 0], "{}", answer.text());
    assert_eq!(fleet.done(&BACK).result()["dryCommit"], serde_json::Value::Null);
    assert_eq!(verified(&fleet).exit, 0, "{}", verified(&fleet).text());
    assert_eq!(
        fleet.run(&["verify", "--environment", "staging", "--reproduce"]).exit,
        0
    );
}

#[test]
fn a_release_that_was_signed_for_the_first_time_later_is_one_to_go_back_to() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    again(&fleet, '5', "v1.0.0");
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    fleet.done(&["release", "dev", "staging"]);
    again(&fleet, '6', "v1.1.0");
    let answer = fleet.done(&BACK);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0");
    assert_eq!(answer.rules(), [""; 0], "{}", answer.text());
    assert_eq!(verified(&fleet).exit, 0, "{}", verified(&fleet).text());
}

#[test]
fn a_rollback_does_not_sign_what_somebody_else_wrote() {
    let fleet = signed_since();
    change(&fleet, "argocd/orders.yaml", "path: ", "path: evil/");
    change(
        &fleet,
        "apps/_environment/manifest.yaml",
        "podSelector: {}",
        "podSelector: { a: b }",
    );
    fleet.done(&BACK);
    let application = fleet.file(STAGING, "argocd/orders.yaml");
    assert!(
        !application.contains("evil") && application.contains("rolled back to v1.1.0"),
        "{application}"
    );
    let answer = verified(&fleet);
    assert_eq!(answer.rules(), ["changed-file"], "{}", answer.text());
    assert!(answer.text().contains("apps/_environment/manifest.yaml"));
}

#[test]
fn a_list_of_units_that_nobody_signed_is_none_to_go_on_from() {
    let fleet = signed_since();
    change(
        &fleet,
        ".lockstep/_environment/inventory.json",
        "\"sequence\": 3",
        "\"sequence\": 9",
    );
    let answer = fleet.run(&BACK);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["changed-file"]),
        "{}",
        answer.text()
    );
}

#[test]
fn a_check_that_does_not_exist_cannot_be_set_aside() {
    let fleet = promoted_once();
    fleet.refused(
        &[&BACK[..], &["--override", "changed-fil"]].concat(),
        expect![[r#"
            exit 2
            usage: there is no check `changed-fil` to set aside
              hint: did you mean `changed-file`?
        "#]],
    );
}

#[test]
fn a_key_is_called_by_a_plain_name_and_signs_for_agents_that_there_are() {
    let fleet = Fleet::small();
    for name in ["../../../leak", "/tmp/leak", "", "two\nlines", "\"$(id)"] {
        let answer = fleet.run(&["keys", "init", "--plain", "--name", name]);
        assert_eq!(answer.exit, 2, "{name}: {}", answer.text());
        assert!(answer.text().contains("is no name of a key"), "{}", answer.text());
    }
    let unknown = fleet.run(&["keys", "init", "--plain", "--agent", "nobody"]);
    assert_eq!(unknown.exit, 2, "{}", unknown.text());
    for inside in ["x.key", "agents/../x.key"] {
        let answer = fleet.run(&["keys", "init", "--plain", "--into", inside]);
        assert!(answer.text().contains("has no place in the tree"), "{}", answer.text());
    }
    assert!(fleet.repository.git.statuses(None).unwrap().is_empty());
    let name = fleet.folder().file_name().unwrap().to_string_lossy().into_owned();
    let beside = format!("../{name}.key");
    fleet.done(&["keys", "init", "--plain", "--into", &beside, "--agent", "orders"]);
    std::fs::remove_file(fleet.folder().join(beside)).unwrap();
}

/// Another key signs from now on.
fn rotate(fleet: &Fleet, key: &str, next: &str) {
    fleet.done(&["keys", "rotate", key, "--name", next, "--plain"]);
    fleet.commit("Rotate a key");
}

fn revoke(fleet: &Fleet, key: &str) {
    fleet.done(&["keys", "revoke", key, "--reason", "stolen"]);
    fleet.commit("Revoke a key");
}

/// The text without the time of the revocation and the twelve digits of a commit.
fn timeless(answer: &Answer) -> String {
    let text = answer.text();
    let words = text.split(' ').map(|word| match word {
        _ if word.starts_with("20") && word.ends_with("Z:") => "…:".to_owned(),
        _ if word.len() >= 12 && word[..12].bytes().all(|byte| byte.is_ascii_hexdigit()) => format!("…{}", &word[12..]),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn releases_of_a_revoked_key_are_passed_over_which_is_told_in_one_line() {
    let fleet = promoted_once();
    rotate(&fleet, "release", "lost");
    again(&fleet, '6', "v1.1.0");
    again(&fleet, '7', "v1.2.0");
    rotate(&fleet, "lost", "next");
    again(&fleet, '8', "v1.3.0");
    revoke(&fleet, "lost");
    let answer = fleet.done(&BACK);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0");
    expect![[r#"
        exit 0
        warning[revoked-signer] .lockstep/orders/release.sigstore.json
          passed over v1.2.0, v1.1.0: `lost` was revoked at …: stolen
          unit: staging/orders
    "#]]
    .assert_eq(&timeless(&answer));
    assert_eq!(verified(&fleet).exit, 0, "{}", verified(&fleet).text());
}

#[test]
fn where_a_revoked_key_signed_all_that_was_one_error_says_what_a_person_may_do() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    again(&fleet, '7', "v1.2.0");
    rotate(&fleet, "release", "next");
    revoke(&fleet, "release");
    fleet.done(&["release", "dev", "staging", "--resign"]);
    let answer = fleet.run(&BACK);
    expect![[r#"
        exit 1
        error[revoked-signer] .lockstep/orders/release.sigstore.json
          v1.1.0 cannot come back: `release` was revoked at …: stolen; nor can v1.0.0
          unit: staging/orders
          help: look at it: `cargo xtask verify --environment staging --commit …`, `cargo xtask diff … staging --agent orders`; if it is what you made, bring it back all the same: `cargo xtask rollback orders --environment staging --to … --override revoked-signer --reason "…"`
    "#]]
    .assert_eq(&timeless(&answer));
    let named = fleet.run(&[&BACK[..], &["--to", "v1.0.0"]].concat());
    expect![[r#"
        exit 1
        error[revoked-signer] .lockstep/orders/release.sigstore.json
          v1.0.0 cannot come back: `release` was revoked at …: stolen
          unit: staging/orders
          help: look at it: `cargo xtask verify --environment staging --commit …`, `cargo xtask diff … staging --agent orders`; if it is what you made, bring it back all the same: `cargo xtask rollback orders --environment staging --to … --override revoked-signer --reason "…"`
    "#]]
    .assert_eq(&timeless(&named));
    // what the help names does what it says
    let help = answer.findings()[0]["help"].as_str().unwrap();
    let commands: Vec<Vec<&str>> = help
        .split('`')
        .filter_map(|part| part.strip_prefix("cargo xtask "))
        .map(|command| command.split(' ').collect())
        .collect();
    let [look, differ, back] = &commands[..] else {
        panic!("{help}")
    };
    assert_eq!(fleet.run(look).rules(), ["revoked-signer"; 2]);
    assert_eq!(fleet.run(differ).exit, 0);
    assert_eq!(fleet.done(back).result()["to"]["version"], "v1.1.0");
    assert_eq!(verified(&fleet).exit, 0, "{}", verified(&fleet).text());
}
