//! A P-256 key on this machine: no network, no other program.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockstep::artifact::{IN_TOTO, Proof, PublicKey, bundle, pae};
use rayon::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use crate::failure::{Failure, FailureKind};
use crate::ports::Signer;

/// The first and last line of a private key in PEM that is not encrypted.
const PEM: (&str, &str) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");

/// A P-256 key pair.
pub struct LocalKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
    random: SystemRandom,
}

impl LocalKey {
    /// A new key: its private half as PKCS#8 (DER).
    pub fn generate() -> Result<Vec<u8>, Failure> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        let document = document.map_err(|_| no_randomness())?;
        Ok(document.as_ref().to_vec())
    }

    /// The key of a PKCS#8 document (DER).
    pub fn from_pkcs8(document: &[u8]) -> Result<LocalKey, Failure> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document, &random).map_err(|error| {
            Failure::new(FailureKind::Usage, format!("this is no P-256 private key: {error}"))
                .hint("make one with `cargo xtask keys init` or `cosign generate-key-pair`")
        })?;
        let public = PublicKey::from_point(pair.public_key().as_ref())
            .ok_or_else(|| Failure::new(FailureKind::Usage, "the key's public half is none of P-256"))?;
        Ok(LocalKey { pair, public, random })
    }

    /// The key of a PEM file that is not encrypted.
    pub fn from_pem(text: &str) -> Option<Result<LocalKey, Failure>> {
        let body = text.trim().strip_prefix(PEM.0)?.strip_suffix(PEM.1)?;
        let body: String = body.split_ascii_whitespace().collect();
        let document = STANDARD.decode(body).ok()?;
        Some(LocalKey::from_pkcs8(&document))
    }

    /// A PKCS#8 document in PEM.
    pub fn to_pem(document: &[u8]) -> String {
        format!("{}\n{}\n{}\n", PEM.0, STANDARD.encode(document), PEM.1)
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Signer for LocalKey {
    fn proof(&self) -> Proof {
        Proof::Key(self.public.clone())
    }

    fn sign(&self, statements: &[Arc<[u8]>]) -> Result<Vec<Arc<[u8]>>, Failure> {
        let sign = |statement: &Arc<[u8]>| {
            let message = pae(IN_TOTO, statement);
            let signature = self.pair.sign(&self.random, &message).map_err(|_| no_randomness())?;
            Ok(Arc::from(bundle::write(statement, signature.as_ref(), &self.public)))
        };
        statements.par_iter().with_min_len(16).map(sign).collect()
    }
}

fn no_randomness() -> Failure {
    Failure::new(FailureKind::Outside, "the system gives no random numbers")
}
