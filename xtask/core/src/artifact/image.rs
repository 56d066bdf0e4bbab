//! Whether somebody who may has signed a container image: a Sigstore bundle over its digest, as cosign and GitHub make it.

use serde::Deserialize;
use serde_json::Value;

use super::bundle::Envelope;
use super::json;
use super::key::PublicKey;
use super::provenance::PROVENANCE_PREDICATE;
use super::statement::STATEMENT_TYPE;
use super::trust::{Proof, Trust, TrustedImageSigner};
use super::verification::Certified;
use crate::model::{CodeComponent, Digest, Problem};

/// What cosign's signature of an image says of it: nothing but that it was signed.
const COSIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
/// What these statements may say they are: the second is what older signers of provenance write.
const STATEMENT_TYPES: [&str; 2] = [STATEMENT_TYPE, "https://in-toto.io/Statement/v0.1"];

/// Checks what core cannot: a bundle with a certificate or with entries in a log, over this digest, by this key or by
/// whomever its certificate names.
pub type CheckLogged<'a> = &'a dyn Fn(&[u8], Digest, Option<&PublicKey>) -> Result<Certified, Problem>;

/// Checks that somebody who may has signed an image, and says who.
pub fn check_image<'a>(
    bytes: &[u8],
    image: &CodeComponent,
    trust: &'a Trust,
    logged: CheckLogged<'_>,
) -> Result<&'a TrustedImageSigner, Problem> {
    let signers = trust.image_signers(&image.repository);
    if signers.is_empty() {
        let message = format!("nobody may sign images of `{}`", image.repository);
        return Err(Problem::error("untrusted-image", "", message)
            .help("write who may under `images:` of the trust file, after a review"));
    }
    let bundle: Outline =
        serde_json::from_slice(bytes).map_err(|error| Problem::error("malformed-bundle", "", error.to_string()))?;
    if let Some(problem) = json::duplicate(bytes) {
        return Err(problem);
    }
    let (signer, payload) = match &bundle.verification_material.public_key {
        Some(hint) => by_key(bytes, image, &bundle, &hint.hint, &signers, logged)?,
        None => by_certificate(bytes, image, &signers, logged)?,
    };
    if let Some(payload) = payload {
        is_about(&payload, image)?;
    }
    Ok(signer)
}

/// What a bundle holds, as far as it is looked at here. Other programs write fields that ours do not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    verification_material: Material,
    dsse_envelope: Option<EnvelopeJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: Option<Hint>,
    #[serde(default)]
    tlog_entries: Vec<Value>,
}

#[derive(Deserialize)]
struct Hint {
    #[serde(default)]
    hint: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeJson {
    payload: String,
    payload_type: String,
    signatures: Vec<SignatureJson>,
}

#[derive(Deserialize)]
struct SignatureJson {
    sig: String,
}

/// Who signed, and the statement that they signed; none where they signed the digest itself.
type SignedBy<'a> = (&'a TrustedImageSigner, Option<Vec<u8>>);

fn by_key<'a>(
    bytes: &[u8],
    image: &CodeComponent,
    bundle: &Outline,
    hint: &str,
    signers: &[&'a TrustedImageSigner],
    logged: CheckLogged<'_>,
) -> Result<SignedBy<'a>, Problem> {
    let with_key = signers.iter().find_map(|signer| match &signer.proof {
        Proof::Key(key) if key.id() == hint => Some((*signer, key)),
        _ => None,
    });
    let (signer, key) = with_key.ok_or_else(|| {
        let message = format!(
            "expected a key that may sign images of `{}`, found `{hint}`",
            image.repository
        );
        Problem::error("unknown-signer", "/verificationMaterial/publicKey/hint", message)
    })?;
    match &bundle.dsse_envelope {
        Some(envelope) if bundle.verification_material.tlog_entries.is_empty() => {
            let signatures: Vec<&str> = envelope
                .signatures
                .iter()
                .map(|signature| signature.sig.as_str())
                .collect();
            let envelope = Envelope::decode(&envelope.payload_type, &envelope.payload, &signatures, hint)?;
            envelope.check(key)?;
            Ok((signer, Some(envelope.payload)))
        }
        envelope => {
            let found = logged(bytes, image.digest, Some(key))?;
            Ok((signer, envelope.as_ref().map(|_| found.payload)))
        }
    }
}

fn by_certificate<'a>(
    bytes: &[u8],
    image: &CodeComponent,
    signers: &[&'a TrustedImageSigner],
    logged: CheckLogged<'_>,
) -> Result<SignedBy<'a>, Problem> {
    let found = logged(bytes, image.digest, None)?;
    let proof = found.proof();
    let signer = signers.iter().find(|signer| signer.proof == proof).ok_or_else(|| {
        let message = format!(
            "expected somebody who may sign images of `{}`, found {proof}",
            image.repository
        );
        Problem::error("wrong-identity", "/verificationMaterial/certificate", message)
    })?;
    Ok((signer, Some(found.payload).filter(|payload| !payload.is_empty())))
}

/// Checks that a statement approves of the image: a scan's report would be about it too.
fn is_about(payload: &[u8], image: &CodeComponent) -> Result<(), Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Statement {
        #[serde(rename = "_type")]
        statement_type: String,
        predicate_type: String,
        subject: Vec<Subject>,
    }
    #[derive(Deserialize)]
    struct Subject {
        digest: std::collections::BTreeMap<String, String>,
    }
    let statement: Statement = serde_json::from_slice(payload)
        .map_err(|error| Problem::error("malformed-statement", "/dsseEnvelope/payload", error.to_string()))?;
    if let Some(problem) = json::duplicate(payload) {
        return Err(problem);
    }
    if !STATEMENT_TYPES.contains(&statement.statement_type.as_str()) {
        let message = format!("expected `{STATEMENT_TYPE}`, found `{}`", statement.statement_type);
        return Err(Problem::error("wrong-statement-type", "/_type", message));
    }
    if ![COSIGN_PREDICATE, PROVENANCE_PREDICATE].contains(&statement.predicate_type.as_str()) {
        let message = format!(
            "expected `{COSIGN_PREDICATE}` or `{PROVENANCE_PREDICATE}`, found `{}`",
            statement.predicate_type
        );
        return Err(Problem::error("wrong-predicate-type", "/predicateType", message));
    }
    let digest = image.digest.hex();
    let digests = || {
        statement
            .subject
            .iter()
            .filter_map(|subject| subject.digest.get("sha256"))
    };
    if digests().any(|found| *found == digest) {
        return Ok(());
    }
    let found: Vec<String> = digests().map(|found| format!("`sha256:{found}`")).collect();
    let message = format!(
        "expected a signature of `{}`, found one of {}",
        image.digest,
        found.join(", ")
    );
    Err(Problem::error("wrong-artifact", "/subject", message))
}
