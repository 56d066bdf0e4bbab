//! P-256 public keys, and the signatures that they check.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use crate::model::Digest;

/// What every P-256 key in SubjectPublicKeyInfo form begins with: the algorithm, the curve, and an uncompressed point
/// of 64 bytes (RFC 5480).
const SPKI_PREFIX: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// The first and last line of a public key in PEM.
const PEM: (&str, &str) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
/// Characters of a line of PEM.
const PEM_LINE: usize = 64;

/// A P-256 public key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey {
    spki: Vec<u8>,
    /// Known from the start: every bundle is asked for its key by it.
    id: String,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// It is not the DER of two numbers.
    Encoding,
    /// It is not of these bytes by this key.
    Mismatch,
}

impl PublicKey {
    /// Takes the SubjectPublicKeyInfo (DER) of an uncompressed P-256 point.
    pub fn from_spki(spki: &[u8]) -> Option<PublicKey> {
        let point = spki.strip_prefix(&SPKI_PREFIX)?;
        // all zeros is what a key looks like that nobody ever set
        let is_key = point.len() == 64 && point.iter().any(|byte| *byte != 0);
        is_key.then(|| PublicKey {
            spki: spki.to_vec(),
            id: STANDARD.encode(Digest::of(spki).bytes()),
        })
    }

    /// Takes the point alone: `04`, then its coordinates.
    pub fn from_point(point: &[u8]) -> Option<PublicKey> {
        let spki = [&SPKI_PREFIX[..SPKI_PREFIX.len() - 1], point].concat();
        PublicKey::from_spki(&spki)
    }

    /// Reads a key in PEM.
    pub fn from_pem(text: &str) -> Option<PublicKey> {
        let body = text.trim().strip_prefix(PEM.0)?.strip_suffix(PEM.1)?;
        let body: String = body.split_ascii_whitespace().collect();
        PublicKey::from_spki(&STANDARD.decode(body).ok()?)
    }

    /// The key in PEM.
    pub fn to_pem(&self) -> String {
        let body = STANDARD.encode(&self.spki);
        let mut text = format!("{}\n", PEM.0);
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at(rest.len().min(PEM_LINE));
            text.push_str(line);
            text.push('\n');
            rest = more;
        }
        text.push_str(PEM.1);
        text.push('\n');
        text
    }

    /// The key as SubjectPublicKeyInfo (DER).
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// What bundles call the key: the base64 of the SHA-256 of its SubjectPublicKeyInfo, as cosign writes it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Checks an ASN.1 (DER) signature over these bytes. A high S is accepted, as everywhere but in Bitcoin.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureFault> {
        if !is_der_signature(signature) {
            return Err(SignatureFault::Encoding);
        }
        let point = &self.spki[SPKI_PREFIX.len() - 1..];
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .verify(message, signature)
            .map_err(|_| SignatureFault::Mismatch)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// Whether the bytes are a DER sequence of two positive integers in their shortest form, and nothing else.
fn is_der_signature(bytes: &[u8]) -> bool {
    let Some((0x30, rest)) = split(bytes) else { return false };
    let Some((length, mut rest)) = split(rest) else {
        return false;
    };
    if usize::from(length) != rest.len() {
        return false;
    }
    for _ in 0..2 {
        let Some(after) = after_integer(rest) else { return false };
        rest = after;
    }
    rest.is_empty()
}

fn after_integer(bytes: &[u8]) -> Option<&[u8]> {
    let (0x02, rest) = split(bytes)? else { return None };
    let (length, rest) = split(rest)?;
    let (value, rest) = rest.split_at_checked(usize::from(length))?;
    let is_positive = value.first().is_some_and(|first| first & 0x80 == 0);
    let is_shortest = !matches!(value, [0, next, ..] if next & 0x80 == 0);
    (is_positive && is_shortest).then_some(rest)
}

fn split(bytes: &[u8]) -> Option<(u8, &[u8])> {
    bytes.split_first().map(|(first, rest)| (*first, rest))
}
