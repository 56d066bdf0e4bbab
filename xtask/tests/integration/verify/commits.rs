//! The signature of the commit itself, where the trust file asks for one. The programs that make and check signatures are
//! out of reach here: what they say is for the end-to-end tests.

use expect_test::{Expect, expect};
use git2::Oid;
use lockstep::artifact::{CommitKey, CommitProof};
use lockstep::model::EnvironmentName;
use lockstep::release::verify::signed_commits;

use super::released::{BRANCH, Released};
use crate::fleet::Fleet;

const DEMAND: &str =
    "    environments: [dev]\ncommits:\n  dev:\n    - gpg: 6A1B F9A0 B4D0 F4C1 A6B2  E7C3 8D9F 0A1B 2C3D 4E5F\n";

/// Puts a signature into the commit at the tip.
fn sign(fleet: &Fleet, armour: &str) {
    let git = &fleet.repository.git;
    let tip = git.find_commit(fleet.tip(BRANCH).unwrap()).unwrap();
    let headers = tip.raw_header_bytes();
    let text = format!("{}\n{}", String::from_utf8_lossy(headers), tip.message_raw().unwrap());
    let signed: Oid = git.commit_signed(&text, armour, None).unwrap();
    fleet.repository.set(&format!("refs/heads/{BRANCH}"), signed);
    fleet.record_again();
}

#[test]
fn case_28_a_commit_without_a_signature() {
    let released = Released::new();
    let answer = released.verify_with(DEMAND);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["unsigned-commit"]),
        "{}",
        answer.text()
    );
    assert_eq!(answer.result()["environments"][0]["holds"], false);
}

#[test]
fn case_28_a_signature_that_no_program_can_check_is_no_pass() {
    let released = Released::new();
    sign(
        &released.fleet,
        "-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0=\n-----END PGP SIGNATURE-----",
    );
    let answer = released.verify_with(DEMAND);
    assert_eq!((answer.exit, answer.rules()), (4, Vec::new()), "{}", answer.text());
    assert_eq!(answer.result()["environments"][0]["holds"], false);
    let unchecked = answer.json["unchecked"][0].as_str().unwrap();
    assert!(unchecked.starts_with("who signed the commit `"), "{unchecked}");
    assert!(
        unchecked.ends_with("` of `dev`: there is no program `gpg`"),
        "{unchecked}"
    );
}

#[test]
fn case_28_a_signature_of_another_kind() {
    let released = Released::new();
    sign(
        &released.fleet,
        "-----BEGIN SIGNED MESSAGE-----\nMIIE\n-----END SIGNED MESSAGE-----",
    );
    let answer = released.verify_with(DEMAND);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["broken-commit-signature"]));
}

/// What the signatures of commits come to, the newest first: `+` is one of the right key, `x` of another one, `-` is none,
/// `!` a broken one and `?` one that nobody can tell.
fn check(commits: &str, expected: Expect) {
    let (right, other) = (CommitKey::Gpg("A".repeat(40)), CommitKey::Gpg("B".repeat(40)));
    let proof = |sign| match sign {
        '+' => CommitProof::Signed(vec![right.clone()]),
        'x' => CommitProof::Signed(vec![other.clone()]),
        '!' => CommitProof::Broken("it is not the signature of this commit".to_owned()),
        '?' => CommitProof::Unchecked("there is no program `gpg`".to_owned()),
        _ => CommitProof::Unsigned,
    };
    let commits = commits.chars().enumerate();
    let commits: Vec<_> = commits
        .map(|(index, sign)| (format!("c{index}"), proof(sign)))
        .collect();
    let dev = EnvironmentName::new("dev").unwrap();
    let signed = signed_commits(&dev, std::slice::from_ref(&right), &commits);
    let lines = signed
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.rule, finding.message));
    let lines: Vec<String> = lines.chain(signed.untold).collect();
    expected.assert_eq(&format!(
        "{} of {}\n{}",
        signed.demanded,
        commits.len(),
        lines.join("\n")
    ));
}

#[test]
fn every_commit_since_the_oldest_that_is_signed_must_be() {
    check(
        "+++--",
        expect![[r#"
        3 of 5
    "#]],
    );
    check(
        "-----",
        expect![[r#"
        1 of 5
        unsigned-commit: expected a signed commit, found `c0` without a signature"#]],
    );
    check(
        "+-+x+-!",
        expect![[r#"
        5 of 7
        unsigned-commit: expected a signed commit, found `c1` without a signature
        untrusted-commit: `c3` is signed by the GPG key `BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB`, which may not sign commits of `dev`"#]],
    );
    check(
        "x?+",
        expect![[r#"
        3 of 3
        untrusted-commit: `c0` is signed by the GPG key `BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB`, which may not sign commits of `dev`
        who signed the commit `c1` of `dev`: there is no program `gpg`"#]],
    );
    check(
        "??",
        expect![[r#"
        1 of 2
        who signed the commit `c0` of `dev`: there is no program `gpg`"#]],
    );
    // of a key that was replaced
    check(
        "++xx",
        expect![[r#"
        2 of 4
    "#]],
    );
    check(
        "",
        expect![[r#"
        0 of 0
    "#]],
    );
}

#[test]
fn a_commit_that_was_looked_into_needs_no_signature() {
    let released = Released::new();
    let tip = released.fleet.tip(BRANCH).unwrap();
    let since = |commit: &str| released.verify_with(&format!("{DEMAND}      since: {commit}\n"));
    let answer = since(&tip.to_string());
    assert_eq!((answer.exit, answer.rules()), (0, Vec::new()), "{}", answer.text());
    assert_eq!(answer.result()["environments"][0]["signedCommits"], 0);
    assert_eq!(since(&"0".repeat(40)).rules(), ["unsigned-commit"]);
    assert_eq!(since(&tip.to_string()[..12]).rules(), ["unclear-signer"]);
}

#[test]
fn an_entry_that_names_no_whole_key_is_refused() {
    let released = Released::new();
    let entry = "    environments: [dev]\ncommits:\n  dev:\n    - gpg: 2C3D4E5F\n    - {}\n";
    let answer = released.verify_with(entry);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["invalid-public-key", "unclear-signer"])
    );
}

#[test]
fn a_release_that_must_be_signed_and_cannot_be_moves_no_branch() {
    let fleet = Fleet::small();
    fleet.put(
        "environments/trust.yaml",
        "commits:\n  dev:\n    - gpg: 6A1BF9A0B4D0F4C1A6B2E7C38D9F0A1B2C3D4E5F\n",
    );
    fleet.commit("Ask for signed commits");
    let answer = fleet.run(&["release", "dev", "staging"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
    assert!(
        answer.text().contains("git's settings name no key"),
        "{}",
        answer.text()
    );
    fleet
        .repository
        .git
        .config()
        .unwrap()
        .set_str("user.signingKey", "robot")
        .unwrap();
    let answer = fleet.run(&["release", "dev", "staging"]);
    assert_eq!(answer.exit, 4, "{}", answer.text());
    assert!(answer.text().contains("there is no program `gpg`"), "{}", answer.text());
    for branch in [BRANCH, "environment/staging", "lockstep/ledger"] {
        assert_eq!(fleet.tip(branch), None, "{branch}");
    }
    // git's own setting asks for it everywhere, on the branch that people edit too
    fleet.remove("environments/trust.yaml").commit("Ask no more");
    fleet.release(&["dev"]);
    fleet
        .repository
        .git
        .config()
        .unwrap()
        .set_bool("commit.gpgSign", true)
        .unwrap();
    let main = fleet.tip("main");
    let answer = fleet.run(&["hold", "orders", "-e", "staging", "--reason", "slow"]);
    assert_eq!(answer.exit, 4, "{}", answer.text());
    assert_eq!(fleet.tip("main"), main);
}
