//! Identities that certificates name, as the core judges them.

use lockstep::artifact::{Certified, SignerEntry, Trust, TrustFile, authority, check};
use lockstep::model::{EnvironmentName, Problem};

use super::released::Released;

const ISSUER: &str = "https://token.actions.githubusercontent.com";

fn trust(identity: &str) -> Trust {
    let file = TrustFile {
        signers: vec![SignerEntry {
            name: "ci".to_owned(),
            identity: Some(identity.to_owned()),
            issuer: Some(ISSUER.to_owned()),
            environments: vec![EnvironmentName::new("dev").unwrap()],
            valid_until: Some("2024-01-01T00:00:00Z".to_owned()),
            ..SignerEntry::default()
        }],
        ..TrustFile::default()
    };
    Trust::of(&file).0
}

/// What is said of a release that a certificate for this identity signed at this moment.
fn judge(trusted: &str, identity: &str, issuer: &str, signed: i64) -> Result<Option<Problem>, Problem> {
    let payload = Released::new().payload("orders");
    let bundle = br#"{"verificationMaterial":{"certificate":{"rawBytes":""}}}"#;
    let certified = |_: &[u8]| {
        Ok(Certified {
            identity: identity.to_owned(),
            issuer: issuer.to_owned(),
            signed,
            payload: payload.clone(),
        })
    };
    let trust = trust(trusted);
    let signed = check(bundle, &trust, &certified)?;
    Ok(authority(&signed, 1_800_000_000))
}

#[test]
fn case_14_the_time_that_counts_is_the_logs() {
    let workflow = "https://github.com/org/fleet/.github/workflows/release.yml@refs/heads/main";
    assert_eq!(judge(workflow, workflow, ISSUER, 1_700_000_000), Ok(None));
    let late = judge(workflow, workflow, ISSUER, 1_704_067_201).unwrap().unwrap();
    assert_eq!(late.rule, "expired-signer");
}

#[test]
fn case_15_an_identity_counts_letter_by_letter() {
    let org = "https://github.com/org";
    for (identity, issuer) in [
        ("https://github.com/org-evil", ISSUER),
        ("https://github.com/org/", ISSUER),
        ("https://github.com/Org", ISSUER),
        (org, "https://token.actions.githubusercontent.com.evil.example"),
    ] {
        let problem = judge(org, identity, issuer, 1_700_000_000).unwrap_err();
        assert_eq!(problem.rule, "wrong-identity", "{identity} {issuer}");
        assert!(problem.message.contains(identity), "{}", problem.message);
    }
}
