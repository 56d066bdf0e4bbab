//! Keys that may not sign, or not any more.

use expect_test::expect;

use super::released::{Released, refused};
use crate::fleet::Fleet;

fn path() -> String {
    Released::bundle_path("orders")
}

#[test]
fn case_11_a_key_that_was_rotated_before_this_release() {
    let released = Released::new();
    released.again("two").again("three");
    let range = |to: u32| format!("    environments: [dev]\n    sequences: {{ dev: {{ from: 1, to: {to} }} }}\n");
    assert_eq!(
        released.verify_with(&range(3)).exit,
        0,
        "{}",
        released.verify_with(&range(3)).text()
    );
    let answer = released.verify_with(&range(2));
    assert_eq!(
        answer.rules(),
        ["retired-signer", "retired-signer"],
        "{}",
        answer.text()
    );
    let message = answer.json["findings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "`ours` may sign releases 1 to 2 of dev, not 3");
}

#[test]
fn case_12_a_revoked_key() {
    let released = Released::new();
    let answer = released
        .verify_with("    environments: [dev]\n    revoked: { reason: laptop stolen, at: \"2026-01-01T00:00:00Z\" }\n");
    assert_eq!(answer.rules(), vec!["revoked-signer"; 3], "{}", answer.text());
    let message = answer.json["findings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "`ours` was revoked at 2026-01-01T00:00:00Z: laptop stolen");
}

#[test]
fn case_12_a_key_that_one_of_its_entries_revokes() {
    let released = Released::new();
    let key = released.key().public().to_pem().replace('\n', "\n      ");
    let second = format!(
        "    environments: [dev]\n  - name: again\n    key: |\n      {key}\n    environments: [dev]\n    \
         revoked: {{ reason: laptop stolen, at: \"2026-01-01T00:00:00Z\" }}\n"
    );
    let answer = released.verify_with(&second);
    assert_eq!(answer.rules(), vec!["revoked-signer"; 3], "{}", answer.text());
}

#[test]
fn entries_that_mean_nothing_are_told() {
    let released = Released::new();
    let key = released.key().public().to_pem().replace('\n', "\n      ");
    let entry = format!(
        "    environments: [dev]\n    sequences: {{ dev: {{ from: 9, to: 3 }} }}\n  - name: ours\n    key: |\n      {key}\n    \
         environments: [dev]\n"
    );
    let answer = released.verify_with(&entry);
    assert_eq!(answer.rules(), ["invalid-value", "unclear-signer"], "{}", answer.text());
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    fleet.append("environments/trust.yaml", "freshness: { stagign: 30 }\n");
    let answer = fleet.run(&["check"]);
    assert!(answer.rules().contains(&"unlisted-environment"), "{}", answer.text());
    assert!(answer.text().contains("did you mean `staging`?"), "{}", answer.text());
}

#[test]
fn bounds_that_bound_nothing_are_told() {
    let released = Released::new();
    let wrong = |entry: &str| {
        let answer = released.verify_with(&format!("    environments: [dev]\n{entry}"));
        assert_eq!(answer.rules(), ["invalid-value"], "{}", answer.text());
        let finding = &answer.json["findings"][0];
        format!(
            "{} ({})",
            finding["message"].as_str().unwrap(),
            finding["help"].as_str().unwrap()
        )
    };
    expect!["this bounds nothing: `ours` may not sign for `dve` (did you mean `dev`?)"]
        .assert_eq(&wrong("    sequences: { dve: { to: 0 } }\n"));
    expect![
        "`*` is no agent's name, and names count letter by letter (leave `agents:` out for a signer of all agents)"
    ]
    .assert_eq(&wrong("    agents: [\"*\"]\n"));
    expect!["this ends before it begins, so nothing that is signed counts (exchange it with `validFrom`)"].assert_eq(
        &wrong("    validFrom: \"2099-01-01T00:00:00Z\"\n    validUntil: \"2020-01-01T00:00:00Z\"\n"),
    );
    expect!["a revocation says why (write what happened to the key)"]
        .assert_eq(&wrong("    revoked: { reason: \" \", at: \"2026-01-01T00:00:00Z\" }\n"));
}

#[test]
fn an_identity_that_no_certificate_has_is_told() {
    let released = Released::new();
    let issuer = "https://token.actions.githubusercontent.com";
    for identity in [
        "",
        " ",
        "https://github.com/x/*",
        "^https://github.com/x/.+$",
        "https://github.com/x/y@main ",
    ] {
        let answer = released.verify_with(&format!(
            "    environments: [dev]\n  - name: ci\n    identity: \"{identity}\"\n    issuer: {issuer}\n    environments: [dev]\n"
        ));
        assert_eq!(answer.rules(), ["unclear-signer"], "{identity}: {}", answer.text());
    }
}

#[test]
fn case_13_an_expired_key_whatever_the_date_of_the_commit() {
    let released = Released::new();
    // the fixture's commits are of November 2023, when the key was still good
    let answer = released.verify_with("    environments: [dev]\n    validUntil: \"2024-01-01T00:00:00Z\"\n");
    assert_eq!(answer.rules(), vec!["expired-signer"; 3], "{}", answer.text());
    let bounded =
        "    environments: [dev]\n    validUntil: \"2024-01-01T00:00:00Z\"\n    sequences: { dev: { to: 1 } }\n";
    assert_eq!(released.verify_with(bounded).exit, 0);
}

#[test]
fn a_key_of_another_environment_or_agent() {
    let released = Released::new();
    let answer = released.verify_with("    environments: [staging]\n");
    refused(
        &answer,
        "untrusted-environment",
        "environments/trust.yaml",
        "nobody may sign for `dev`",
    );
    let answer = released.verify_with("    environments: [dev]\n    agents: [assistant, _environment]\n");
    refused(&answer, "signer-not-admitted", &path(), "not for orders");
}

#[test]
fn case_32_no_signature_is_no_pass() {
    let released = Released::new();
    released.put(&path(), None);
    released.refused("unsigned-unit", &path(), "found none");
}

#[test]
fn case_32_a_branch_that_nobody_may_sign_is_no_pass() {
    let fleet = Fleet::promoted();
    let answer = fleet.release(&["staging"]);
    assert_eq!(answer.rules(), ["unsigned-release"]);
    let answer = fleet.run(&["verify", "--environment", "staging"]);
    refused(
        &answer,
        "untrusted-environment",
        "environments/trust.yaml",
        "nobody may sign for `staging`",
    );
}

#[test]
fn case_32_a_key_of_zeros_is_none() {
    let released = Released::new();
    let zeros = format!("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{}", "A".repeat(86) + "==");
    let entry = format!(
        "    environments: [dev]\n  - name: default\n    environments: [dev]\n    key: |\n      -----BEGIN PUBLIC KEY-----\n      {zeros}\n      -----END PUBLIC KEY-----\n"
    );
    let answer = released.verify_with(&entry);
    assert_eq!(answer.rules(), ["invalid-public-key"], "{}", answer.text());
}

#[test]
fn a_trust_file_on_the_verified_branch_counts_for_nothing() {
    let released = Released::new();
    released.put("environments/trust.yaml", Some(b"signers: []\n"));
    assert_eq!(released.verify().exit, 0);
}

#[test]
fn what_is_wrong_with_a_trust_file_that_was_given_is_told_of_that_file() {
    let released = Released::new();
    let answer = released.verify_with("    environments: dev\n");
    let given = released.fleet.repository.path(".git/trust.yaml");
    let place = &answer.json["findings"][0]["location"]["file"];
    assert_eq!(place, &*given.to_string_lossy(), "{}", answer.text());
}
