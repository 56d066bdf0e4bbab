//! Signatures of container images, as cosign and GitHub make them, over nothing but the image's digest.

use std::fs;
use std::sync::Arc;

use lockstep::artifact::{Certified, ImageSigner, Trust, TrustFile, check_image};
use lockstep::model::{CodeComponent, Digest, Problem};
use serde_json::{Value, json};
use xtask::adapters::signer::LocalKey;
use xtask::ports::Signer;

use crate::fleet::{Answer, Fleet};

const REPOSITORY: &str = "registry.example.com/agents/assistant";
const COSIGN: &str = "https://sigstore.dev/cosign/sign/v1";

fn image() -> String {
    format!("{REPOSITORY}@{}", Digest::of(b"manifest"))
}

fn statement(kind: &str, manifest: &[u8]) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": Digest::of(manifest).hex()}, "annotations": {}}],
        "predicateType": kind,
        "predicate": {},
    })
}

/// A fleet whose trust file lets a key sign the images of one repository.
struct Images {
    fleet: Fleet,
    key: LocalKey,
}

impl Images {
    fn new() -> Images {
        let fleet = Fleet::small();
        let key = LocalKey::from_pkcs8(&LocalKey::generate().unwrap()).unwrap();
        let pem = key.public().to_pem().replace('\n', "\n      ");
        let trust = format!("images:\n  - repository: registry.example.com/agents\n    key: |\n      {pem}\n");
        fleet
            .put("environments/trust.yaml", &trust)
            .commit("Let a key sign images");
        Images { fleet, key }
    }

    /// A bundle over a statement, as text.
    fn signed(&self, key: &LocalKey, statement: &Value) -> Value {
        let statement = Arc::from(statement.to_string().into_bytes());
        serde_json::from_slice(&key.sign(&[statement]).unwrap()[0]).unwrap()
    }

    fn verify(&self, image: &str, bundle: &Value) -> Answer {
        let path = self.fleet.repository.path(".git/image.sigstore.json");
        fs::write(&path, bundle.to_string()).unwrap();
        self.fleet
            .run(&["verify", "--image", image, "--bundle", path.to_str().unwrap()])
    }

    fn refused(&self, image: &str, bundle: &Value, rule: &str) {
        let answer = self.verify(image, bundle);
        assert_eq!((answer.exit, answer.rules()), (1, vec![rule]), "{}", answer.text());
    }
}

#[test]
fn an_image_that_a_trusted_key_signed_holds_with_or_without_a_tag() {
    let images = Images::new();
    for kind in [COSIGN, "https://slsa.dev/provenance/v1"] {
        let bundle = images.signed(&images.key, &statement(kind, b"manifest"));
        for image in [image(), image().replace('@', ":v1.0.0@")] {
            let answer = images.verify(&image, &bundle);
            assert_eq!(answer.exit, 0, "{}", answer.text());
        }
    }
    // cosign leaves out what is empty
    let mut bundle = images.signed(&images.key, &statement(COSIGN, b"manifest"));
    bundle["verificationMaterial"]
        .as_object_mut()
        .unwrap()
        .remove("tlogEntries");
    bundle["dsseEnvelope"]["signatures"][0]["keyid"] = "".into();
    assert_eq!(images.verify(&image(), &bundle).exit, 0);
}

#[test]
fn a_signature_counts_for_its_digest_its_repository_and_its_key_alone() {
    let images = Images::new();
    let good = images.signed(&images.key, &statement(COSIGN, b"manifest"));
    let other = format!("{REPOSITORY}@{}", Digest::of(b"another"));
    images.refused(&other, &good, "wrong-artifact");
    for repository in [
        "registry.example.com/agents-evil/assistant",
        "registry.example.com",
        "agents",
    ] {
        images.refused(&image().replace(REPOSITORY, repository), &good, "untrusted-image");
    }
    let stranger = LocalKey::from_pkcs8(&LocalKey::generate().unwrap()).unwrap();
    let foreign = images.signed(&stranger, &statement(COSIGN, b"manifest"));
    images.refused(&image(), &foreign, "unknown-signer");
    let mut claimed = foreign;
    claimed["verificationMaterial"] = good["verificationMaterial"].clone();
    images.refused(&image(), &claimed, "wrong-signature");
    let mut changed = images.signed(&images.key, &statement(COSIGN, b"another"));
    changed["dsseEnvelope"]["payload"] = good["dsseEnvelope"]["payload"].clone();
    images.refused(&image(), &changed, "wrong-signature");
}

#[test]
fn a_report_about_an_image_is_no_signature_of_it() {
    let images = Images::new();
    let scan = images.signed(
        &images.key,
        &statement("https://cosign.sigstore.dev/attestation/vuln/v1", b"manifest"),
    );
    images.refused(&image(), &scan, "wrong-predicate-type");
    let mut text = images.signed(&images.key, &statement(COSIGN, b"manifest"));
    text["dsseEnvelope"]["payloadType"] = "text/plain".into();
    images.refused(&image(), &text, "wrong-payload-type");
    images.refused(&image(), &json!({}), "malformed-bundle");
}

#[test]
fn an_image_is_named_by_digest_and_its_bundle_by_file() {
    let images = Images::new();
    let tagged = images.verify("registry.example.com/agents/assistant:v1.0.0", &json!({}));
    assert!(tagged.text().contains("is no image by digest"), "{}", tagged.text());
    let missing = images
        .fleet
        .run(&["verify", "--image", &image(), "--bundle", "nowhere"]);
    assert!(missing.text().contains("there is no"), "{}", missing.text());
    assert_eq!((tagged.exit, missing.exit), (2, 2));
}

/// What is said of an image whose bundle has a certificate for this identity.
fn certified(identity: &str, payload: &Value) -> Result<String, Problem> {
    let signer = |repository: &str, identity: &str| ImageSigner {
        repository: repository.to_owned(),
        key: None,
        identity: Some(identity.to_owned()),
        issuer: Some("https://token.actions.githubusercontent.com".to_owned()),
    };
    let file = TrustFile {
        images: vec![
            signer("registry.example.com", "https://github.com/shop/base"),
            signer("registry.example.com/agents", "https://github.com/shop/agents"),
        ],
        ..TrustFile::default()
    };
    let trust = Trust::of(&file).0;
    let logged = |_: &[u8], _, _: Option<&lockstep::artifact::PublicKey>| {
        Ok(Certified {
            identity: identity.to_owned(),
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            signed: 1_700_000_000,
            payload: payload.to_string().into_bytes(),
        })
    };
    let bundle = br#"{"verificationMaterial":{"certificate":{"rawBytes":""}}}"#;
    let image = CodeComponent::parse(&image()).unwrap();
    check_image(bundle, &image, &trust, &logged).map(|signer| signer.repository.clone())
}

#[test]
fn the_nearest_entry_says_whose_certificate_counts() {
    let good = statement(COSIGN, b"manifest");
    let holds = certified("https://github.com/shop/agents", &good);
    assert_eq!(holds.unwrap(), "registry.example.com/agents");
    for identity in ["https://github.com/shop/base", "https://github.com/shop/agents-evil"] {
        let problem = certified(identity, &good).unwrap_err();
        assert_eq!(problem.rule, "wrong-identity", "{identity}");
    }
    let other = certified("https://github.com/shop/agents", &statement(COSIGN, b"another"));
    assert_eq!(other.unwrap_err().rule, "wrong-artifact");
}
