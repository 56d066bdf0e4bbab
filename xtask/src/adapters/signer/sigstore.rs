//! Bundles that were signed with certificates, and keys that are encrypted as cosign does it.

use lockstep::artifact::Certified;
use lockstep::model::Problem;
use sigstore_verify::trust_root::{SigstoreInstance, TrustedRoot};
use sigstore_verify::types::bundle::VerificationMaterialContent;
use sigstore_verify::types::{Artifact, Bundle, DerPublicKey, Sha256Hash, SignatureContent};
use sigstore_verify::{
    CertificateError, Error, Policy, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier,
};

/// What a bundle is to be a signature of.
#[derive(Clone, Copy, Debug)]
pub enum Signed<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes with this SHA-256.
    Digest([u8; 32]),
}

/// Who is to have signed a bundle.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// Anybody whom the certificate names; who that is, is for the caller to judge.
    Anybody,
    /// This identity, vouched for by this issuer, letter by letter.
    Identity(&'a str, &'a str),
    /// A key in PEM, with an entry in the log.
    Key(&'a str),
}

/// The roots that certificates, logs and time stamps are held to.
pub struct Roots(Verifier);

impl Roots {
    /// Those of the public instance, as this program knows them.
    pub fn public() -> Result<Roots, Problem> {
        Roots::of(TrustedRoot::from_embedded(SigstoreInstance::PublicGood).map_err(Error::from))
    }

    /// Those of a `trusted_root.json`.
    pub fn from_json(text: &str) -> Result<Roots, Problem> {
        Roots::of(TrustedRoot::from_json(text).map_err(Error::from))
    }

    fn of(root: Result<TrustedRoot, Error>) -> Result<Roots, Problem> {
        let verifier = root.and_then(|root| Verifier::new(&root));
        verifier.map(Roots).map_err(|error| problem(&error))
    }

    /// Checks a bundle: certificate, log entry, time, signature, and what it is a signature of.
    pub fn check(&self, bundle: &[u8], signed: Signed<'_>, by: By<'_>) -> Result<Certified, Problem> {
        let text =
            std::str::from_utf8(bundle).map_err(|error| Problem::error("malformed-bundle", "", error.to_string()))?;
        let bundle = Bundle::from_json(text).map_err(|error| problem(&error.into()))?;
        let policy: Box<dyn Policy> = match by {
            By::Anybody => Box::new(VerificationPolicy::any_identity()),
            By::Identity(identity, issuer) => Box::new(VerificationPolicy::new(identity, issuer)),
            By::Key(pem) => {
                let key = DerPublicKey::from_pem(pem).map_err(|error| problem(&error.into()))?;
                Box::new(PublicKeyVerificationPolicy::new(key))
            }
        };
        let artifact = match signed {
            Signed::Bytes(bytes) => Artifact::from_blob(bytes),
            Signed::Digest(digest) => Artifact::from_digest(Sha256Hash::new(digest)),
        };
        let result = self
            .0
            .verify(artifact, &bundle, &*policy)
            .map_err(|error| problem(&error))?;
        Ok(certified(&bundle, &result))
    }
}

/// Checks a bundle of a release, of its provenance or of events: its first subject's digest is what the certificate's holder
/// signed, and the statement names the others.
pub fn check_release(roots: &Roots, bundle: &[u8]) -> Result<Certified, Problem> {
    let digest = first_subject(bundle).ok_or_else(|| {
        Problem::error(
            "malformed-bundle",
            "/dsseEnvelope/payload",
            "expected a statement with subjects",
        )
    })?;
    roots.check(bundle, Signed::Digest(digest), By::Anybody)
}

fn first_subject(bundle: &[u8]) -> Option<[u8; 32]> {
    lockstep::artifact::first_subject(&lockstep::artifact::payload(bundle)?).map(|digest| *digest.bytes())
}

fn certified(bundle: &Bundle, result: &VerificationResult) -> Certified {
    let payload = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => envelope.payload.as_bytes().to_vec(),
        _ => Vec::new(),
    };
    let has_certificate = !matches!(
        bundle.verification_material.content,
        VerificationMaterialContent::PublicKey(_)
    );
    let times = result
        .verified_timestamps()
        .iter()
        .copied()
        .chain(result.integrated_time());
    Certified {
        identity: result
            .identity()
            .filter(|_| has_certificate)
            .map(|identity| identity.as_str().to_owned())
            .unwrap_or_default(),
        issuer: result.issuer().unwrap_or_default().to_owned(),
        signed: times.map(|time| time.as_second()).min().unwrap_or_default(),
        payload,
    }
}

/// What a check found, in our words.
fn problem(error: &Error) -> Problem {
    let message = error.to_string();
    let place = "/verificationMaterial";
    match error {
        Error::IdentityMismatch { .. } | Error::IssuerMismatch { .. } => {
            Problem::error("wrong-identity", place, message)
        }
        Error::SignatureInvalid(_) => Problem::error("wrong-signature", place, message),
        Error::ArtifactMismatch(_) => Problem::error("wrong-artifact", place, message),
        Error::Certificate(CertificateError::Expired { .. } | CertificateError::NotYetValid { .. }) => {
            Problem::error("expired-certificate", place, message)
        }
        Error::Certificate(_) => Problem::error("wrong-certificate", place, message),
        Error::TransparencyLog(_) => Problem::error("wrong-log-entry", place, message),
        Error::Timestamp(_) => Problem::error("wrong-timestamp", place, message),
        _ => Problem::error("malformed-bundle", place, message),
    }
}
