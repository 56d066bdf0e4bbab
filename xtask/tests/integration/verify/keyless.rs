//! Who signs where the trust file lets identities sign; the services themselves are for the end-to-end tests.

use std::fs;

use crate::fleet::{Answer, Fleet, command};

const IDENTITY: &str = "signers:
  - name: ci
    identity: https://github.com/example/shop/.github/workflows/release.yml@refs/heads/main
    issuer: https://token.actions.githubusercontent.com
    environments: [dev, staging]
";

/// A fleet whose trust file lets a workflow sign.
fn fleet() -> Fleet {
    let fleet = Fleet::promoted();
    fleet.put("environments/trust.yaml", IDENTITY).commit("Let CI sign");
    fleet
}

/// Runs the program with a variable more.
fn with(fleet: &Fleet, name: &str, value: &str, arguments: &[&str]) -> Answer {
    let arguments = [&["--format", "json"], arguments].concat();
    Answer::of(&command(fleet.folder(), &arguments).env(name, value).output().unwrap())
}

#[test]
fn a_run_without_an_identity_is_told_how_to_get_one() {
    let fleet = fleet();
    fleet.refused(
        &["release", "staging"],
        expect_test::expect![[r#"
            exit 2
            usage: could not sign for `staging`: `environments/trust.yaml` at main lets identities sign, and this run has no token that says who it is
              hint: in GitHub Actions, give the job `permissions: {id-token: write}`
              hint: in GitLab CI/CD, give it `id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}`
              hint: elsewhere, name a file with a token, `--identity-token`, or a key, `--key`
        "#]],
    );
}

#[test]
fn a_key_that_may_sign_needs_no_identity() {
    let fleet = fleet();
    fleet.done(&["keys", "init", "--name", "first", "--environment", "staging", "--plain"]);
    fleet.commit("Let a key sign too");
    fleet.release(&["staging"]);
    assert_eq!(fleet.run(&["verify", "--environment", "staging"]).exit, 0);
}

#[test]
fn a_clone_signs_for_itself_what_it_does_not_push() {
    let fleet = fleet();
    fleet.release(&["dev"]);
    let answer = fleet.run(&["verify", "--environment", "dev"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
}

#[test]
#[cfg(not(feature = "sigstore"))]
fn a_build_that_cannot_sign_with_certificates_says_so_and_writes_nothing() {
    let fleet = fleet();
    let token = fleet.repository.path(".git/token");
    fs::write(&token, "e30.e30.e30\n").unwrap();
    let given = fleet.run(&["release", "staging", "--identity-token", token.to_str().unwrap()]);
    let found = with(&fleet, "SIGSTORE_ID_TOKEN", "e30.e30.e30", &["release", "staging"]);
    for answer in [given, found] {
        assert_eq!(answer.exit, 4, "{}", answer.text());
        assert!(
            answer.text().contains("cannot sign with a certificate"),
            "{}",
            answer.text()
        );
        assert!(answer.text().contains("--features sigstore"), "{}", answer.text());
    }
    assert_eq!(fleet.tip("environment/staging"), None);
}

#[test]
fn a_token_comes_from_a_file_that_holds_one() {
    let fleet = fleet();
    let none = fleet.run(&["release", "staging", "--identity-token", "nowhere"]);
    assert!(none.text().contains("does not exist"), "{}", none.text());
    let other = fleet.run(&["release", "staging", "--identity-token", "environments/fleet.yaml"]);
    assert!(other.text().contains("is no identity token"), "{}", other.text());
    assert_eq!((none.exit, other.exit), (2, 2));
}
