//! Keys that sign commits, and what programs say of signatures.

use expect_test::{Expect, expect};

use crate::artifact::{CommitKey, CommitSigner, gpg_proof, ssh_key};

const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEOGKTGKu3+4lQp3jUrAUC7MUh6fBBr0kD51rVrC0Nb+";
const FINGERPRINT: &str = "6A1BF9A0B4D0F4C1A6B2E7C38D9F0A1B2C3D4E5F";

fn entry(gpg: Option<&str>, ssh: Option<&str>) -> Result<CommitKey, String> {
    let entry = CommitSigner {
        gpg: gpg.map(str::to_owned),
        ssh: ssh.map(str::to_owned),
        since: None,
    };
    CommitKey::of(&entry, "/commits/dev/0").map_err(|problem| format!("{} {}", problem.rule, problem.pointer))
}

#[test]
fn an_entry_names_one_whole_key() {
    let whole = CommitKey::Gpg(FINGERPRINT.to_owned());
    let spaced = "6a1b f9a0 b4d0 f4c1 a6b2  e7c3 8d9f 0a1b 2c3d 4e5f";
    assert_eq!(entry(Some(spaced), None), Ok(whole));
    let with_comment = format!("{SSH} robot@example.com");
    assert_eq!(entry(None, Some(&with_comment)), Ok(CommitKey::Ssh(SSH.to_owned())));
    let refused = |gpg, ssh| entry(gpg, ssh).unwrap_err();
    assert_eq!(refused(Some("2C3D4E5F"), None), "invalid-public-key /commits/dev/0/gpg");
    assert_eq!(
        refused(None, Some("ssh-rsa AAAA")),
        "invalid-public-key /commits/dev/0/ssh"
    );
    let other_kind = SSH.replace("ssh-ed25519 ", "ssh-rsa ");
    assert_eq!(
        refused(None, Some(&other_kind)),
        "invalid-public-key /commits/dev/0/ssh"
    );
    assert_eq!(refused(None, None), "unclear-signer /commits/dev/0");
    assert_eq!(refused(Some(FINGERPRINT), Some(SSH)), "unclear-signer /commits/dev/0");
}

fn check(lines: &[&str], expected: Expect) {
    let status: String = lines.iter().map(|line| format!("[GNUPG:] {line}\n")).collect();
    expected.assert_eq(&format!("{:?}", gpg_proof(&format!("gpg: whatever\n{status}"))));
}

#[test]
fn gpg_says_who_signed_or_why_nobody_did() {
    let good = "GOODSIG 8D9F0A1B2C3D4E5F Robot <robot@example.com>";
    let sub = "1111111111111111111111111111111111111111";
    let valid = format!("VALIDSIG {sub} 2026-01-01 1767225600 0 4 0 22 8 00 {FINGERPRINT}");
    check(
        &[good, &valid],
        expect![[
            r#"Signed([Gpg("1111111111111111111111111111111111111111"), Gpg("6A1BF9A0B4D0F4C1A6B2E7C38D9F0A1B2C3D4E5F")])"#
        ]],
    );
    check(
        &[good, &valid, good, &valid],
        expect![[r#"Broken("`gpg` does not call it good")"#]],
    );
    check(
        &["BADSIG 8D9F0A1B2C3D4E5F Robot"],
        expect![[r#"Broken("it is not the signature of this commit")"#]],
    );
    check(
        &["EXPKEYSIG 8D9F0A1B2C3D4E5F Robot", &valid],
        expect![[r#"Broken("its key is expired")"#]],
    );
    check(
        &["REVKEYSIG 8D9F0A1B2C3D4E5F Robot", &valid],
        expect![[r#"Broken("its key was revoked")"#]],
    );
    check(
        &[
            "ERRSIG 8D9F0A1B2C3D4E5F 22 8 00 1767225600 9 -",
            "NO_PUBKEY 8D9F0A1B2C3D4E5F",
        ],
        expect![[r#"Unchecked("the public key `8D9F0A1B2C3D4E5F` is not in the keyring of `gpg`")"#]],
    );
    check(&[], expect![[r#"Broken("`gpg` does not call it good")"#]]);
}

#[test]
fn a_signature_of_ssh_that_cannot_be_read_names_no_key() {
    for text in ["", "U1NIU0lH", "U1NIU0lHAAAAAQAAAP8="] {
        let armour = format!("-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n");
        assert_eq!(ssh_key(&armour), None, "{text}");
    }
}
