//! A signed statement as a Sigstore bundle v0.3, which cosign, @sigstore/verify, securesystemslib and openssl can check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dsse::{IN_TOTO, pae};
use super::json;
use super::key::{PublicKey, SignatureFault};
use crate::model::Problem;

/// The media type of a bundle.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A bundle, opened: who claims to have signed it, and what is in it. Nothing of it is to be believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Signed with a key.
    Key(Envelope),
    /// Signed with a certificate, which names who asked for it.
    Certificate,
}

/// A payload and the signature over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The id of the key that signed, as the bundle says.
    pub key_id: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// ECDSA P-256 over the SHA-256 of the payload's encoding, in DER.
    pub signature: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BundleJson {
    media_type: String,
    verification_material: Material,
    dsse_envelope: EnvelopeJson,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Material {
    public_key: Hint,
    /// Always there: clients in Python ask for it.
    tlog_entries: [(); 0],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hint {
    hint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EnvelopeJson {
    payload: String,
    payload_type: String,
    signatures: Vec<SignatureJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureJson {
    sig: String,
    keyid: String,
}

/// The bundle of a payload that a key signed.
pub fn write(payload: &[u8], signature: &[u8], key: &PublicKey) -> Vec<u8> {
    let envelope = Envelope {
        key_id: key.id().to_owned(),
        payload: payload.to_owned(),
        signature: signature.to_owned(),
    };
    envelope.text()
}

/// Opens a bundle: its form is judged, and nothing is believed of what it says.
pub fn open(bytes: &[u8]) -> Result<Opened, Problem> {
    if has_certificate(bytes) {
        return match json::duplicate(bytes) {
            Some(problem) => Err(problem),
            None => Ok(Opened::Certificate),
        };
    }
    let bundle: BundleJson = json::read(bytes, |message| Problem::error("malformed-bundle", "", message))?;
    if bundle.media_type != MEDIA_TYPE {
        let message = format!("expected `{MEDIA_TYPE}`, found `{}`", bundle.media_type);
        return Err(Problem::error("malformed-bundle", "/mediaType", message));
    }
    let json = bundle.dsse_envelope;
    let hint = bundle.verification_material.public_key.hint;
    let signatures: Vec<&str> = json.signatures.iter().map(|signature| signature.sig.as_str()).collect();
    let envelope = Envelope::decode(&json.payload_type, &json.payload, &signatures, &hint)?;
    let named = json.signatures.first().map_or("", |signature| &signature.keyid);
    if hint.is_empty() || named.is_empty() {
        let message = "expected the id of the key that signed, found an empty text";
        return Err(Problem::error(
            "missing-key-id",
            "/verificationMaterial/publicKey/hint",
            message,
        ));
    }
    if hint != named {
        let message = format!("expected the hint `{hint}`, found `{named}`");
        return Err(Problem::error(
            "key-id-mismatch",
            "/dsseEnvelope/signatures/0/keyid",
            message,
        ));
    }
    Ok(Opened::Key(envelope))
}

impl Envelope {
    /// Decodes the envelope of a statement, which has one signature.
    pub(super) fn decode(
        payload_type: &str,
        payload: &str,
        signatures: &[&str],
        key_id: &str,
    ) -> Result<Envelope, Problem> {
        if payload_type != IN_TOTO {
            let message = format!("expected `{IN_TOTO}`, found `{payload_type}`");
            return Err(Problem::error(
                "wrong-payload-type",
                "/dsseEnvelope/payloadType",
                message,
            ));
        }
        let [signature] = signatures else {
            let message = format!("expected one signature, found {}", signatures.len());
            return Err(Problem::error("signature-count", "/dsseEnvelope/signatures", message));
        };
        Ok(Envelope {
            key_id: key_id.to_owned(),
            payload: decode("/dsseEnvelope/payload", payload)?,
            signature: decode("/dsseEnvelope/signatures/0/sig", signature)?,
        })
    }

    /// The one way of writing its bundle down.
    fn text(&self) -> Vec<u8> {
        let bundle = BundleJson {
            media_type: MEDIA_TYPE.to_owned(),
            verification_material: Material {
                public_key: Hint {
                    hint: self.key_id.clone(),
                },
                tlog_entries: [],
            },
            dsse_envelope: EnvelopeJson {
                payload: STANDARD.encode(&self.payload),
                payload_type: IN_TOTO.to_owned(),
                signatures: vec![SignatureJson {
                    sig: STANDARD.encode(&self.signature),
                    keyid: self.key_id.clone(),
                }],
            },
        };
        let mut text = serde_json::to_vec(&bundle).expect("a bundle has string keys");
        text.push(b'\n');
        text
    }

    /// Checks that its bundle is written in that way: no signature is over the rest of a bundle, and no two files are the
    /// same release.
    pub(super) fn check_form(&self, bundle: &[u8]) -> Result<(), Problem> {
        (self.text() == bundle).then_some(()).ok_or_else(other_form)
    }

    /// Checks the signature.
    pub fn check(&self, key: &PublicKey) -> Result<(), Problem> {
        key.verify(&pae(IN_TOTO, &self.payload), &self.signature)
            .map_err(|fault| match fault {
                SignatureFault::Encoding => Problem::error(
                    "signature-encoding",
                    "/dsseEnvelope/signatures/0/sig",
                    "expected an ECDSA signature in DER, found other bytes",
                ),
                SignatureFault::Mismatch => Problem::error(
                    "wrong-signature",
                    "/dsseEnvelope/signatures/0/sig",
                    format!(
                        "expected a signature of this payload by the key `{}`, found another one",
                        self.key_id
                    ),
                ),
            })
    }
}

/// Checks that a bundle with a certificate has no white space but a line end after it, as a service's answer is written.
pub(super) fn check_certified_form(bundle: &[u8]) -> Result<(), Problem> {
    let (mut in_text, mut escaped) = (false, false);
    for byte in bundle.strip_suffix(b"\n").unwrap_or(bundle) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            _ if !in_text && byte.is_ascii_whitespace() => return Err(other_form()),
            _ => {}
        }
    }
    Ok(())
}

fn other_form() -> Problem {
    let message = "expected the bundle as the tool writes it, found the same in another form";
    Problem::error("malformed-bundle", "", message)
}

/// The payload of a bundle that holds a certificate, unchecked.
pub(super) fn certified_payload(bytes: &[u8]) -> Option<Vec<u8>> {
    let bundle: Value = serde_json::from_slice(bytes).ok()?;
    let payload = bundle.pointer("/dsseEnvelope/payload")?.as_str()?;
    STANDARD.decode(payload).ok()
}

/// Whether a certificate stands where a key's hint would.
fn has_certificate(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Outline {
        verification_material: Kind,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Kind {
        certificate: Option<Value>,
        x509_certificate_chain: Option<Value>,
    }
    // a bundle of a key says so early, and is not read twice
    let start = &bytes[..bytes.len().min(256)];
    if start.windows(11).any(|window| window == b"\"publicKey\"") {
        return false;
    }
    serde_json::from_slice::<Outline>(bytes).is_ok_and(|outline| {
        let material = outline.verification_material;
        material.certificate.is_some() || material.x509_certificate_chain.is_some()
    })
}

fn decode(pointer: &'static str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|error| {
        Problem::error(
            "base64-encoding",
            pointer,
            format!("expected standard base64 with padding and nothing between: {error}"),
        )
    })
}
