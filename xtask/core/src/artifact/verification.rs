//! Whether a bundle is a release that someone may have signed: form, signature, statement, signer, in that order.

use std::collections::BTreeSet;

use super::bundle::{self, Opened};
use super::json;
use super::key::PublicKey;
use super::statement::{Kind, RELEASE_PREDICATE, STATEMENT_TYPE, Statement};
use super::trust::{Proof, Trust, TrustedSigner};
use crate::model::{Digest, Problem};

/// Most subjects of one statement: a unit has about eight files.
pub(super) const MAX_SUBJECTS: usize = 1000;

/// A statement that someone in the trust file has signed.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    /// The statement.
    pub statement: Statement,
    /// SHA-256 of its bytes: what the next one calls the one before it.
    pub digest: Digest,
    /// Who signed it: the entries with that key or identity.
    pub signers: Vec<&'a TrustedSigner>,
    /// When it was signed, seconds since 1970, where a log or an authority tells.
    pub signed: Option<i64>,
}

/// What is known of a bundle whose certificate, log entry and signature hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The identity that the certificate names.
    pub identity: String,
    /// Who vouched for it.
    pub issuer: String,
    /// When it was signed, seconds since 1970, as the log or an authority tells.
    pub signed: i64,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Certified {
    /// What it was signed with.
    pub(super) fn proof(&self) -> Proof {
        Proof::Identity {
            identity: self.identity.clone(),
            issuer: self.issuer.clone(),
        }
    }
}

/// Checks a bundle that was signed with a certificate, over bytes with this digest: with the roots of Sigstore, which
/// are the caller's to know.
pub type CheckCertificate<'a> = &'a (dyn Fn(&[u8]) -> Result<Certified, Problem> + Sync);

/// Checks a bundle's form, signature and statement. Whether the signer may sign that is for [`authority`] to say.
pub fn check<'a>(bytes: &[u8], trust: &'a Trust, certificate: CheckCertificate<'_>) -> Result<Signed<'a>, Problem> {
    let (payload, signers, signed) = believed(bytes, trust, certificate)?;
    Ok(Signed {
        statement: read_statement(&payload)?,
        digest: Digest::of(&payload),
        signers,
        signed,
    })
}

/// A payload that somebody in the trust file has signed, who that is, and when, where that is known.
type Believed<'a> = (Vec<u8>, Vec<&'a TrustedSigner>, Option<i64>);

/// Checks a bundle's form and signature, whatever it is about.
pub(super) fn believed<'a>(
    bytes: &[u8],
    trust: &'a Trust,
    certificate: CheckCertificate<'_>,
) -> Result<Believed<'a>, Problem> {
    match bundle::open(bytes)? {
        Opened::Key(envelope) => {
            let signers = trust.with_key(&envelope.key_id);
            let key = signers.first().and_then(|signer| key(signer)).ok_or_else(|| {
                Problem::error(
                    "unknown-signer",
                    "/verificationMaterial/publicKey/hint",
                    format!("expected a key of the trust file, found `{}`", envelope.key_id),
                )
                .help("if this key may sign, add it with `cargo xtask keys`; otherwise find out who wrote this")
            })?;
            envelope.check(key)?;
            envelope.check_form(bytes)?;
            Ok((envelope.payload, signers, None))
        }
        Opened::Certificate => {
            let found = certificate(bytes)?;
            let signers = with_identity(trust, &found)?;
            bundle::check_certified_form(bytes)?;
            Ok((found.payload, signers, Some(found.signed)))
        }
    }
}

/// What keeps everybody who signed a statement from signing it; the first entry's reason.
pub fn authority(signed: &Signed<'_>, now: i64) -> Option<Problem> {
    let predicate = &signed.statement.predicate;
    let mut refusals = Vec::new();
    for signer in &signed.signers {
        let refusal = signer.refusal(
            &predicate.environment,
            &predicate.agent,
            predicate.sequence,
            now,
            signed.signed,
        );
        refusals.push(refusal?);
    }
    refusals.into_iter().next()
}

/// The payload of a bundle without a check of anything: what a statement's digest is taken over.
pub fn payload(bytes: &[u8]) -> Option<Vec<u8>> {
    match bundle::open(bytes).ok()? {
        Opened::Key(envelope) => Some(envelope.payload),
        Opened::Certificate => bundle::certified_payload(bytes),
    }
}

/// The id of the key that a bundle says it was signed with, without a check of anything; nothing of a certificate.
pub fn key_id(bytes: &[u8]) -> Option<String> {
    match bundle::open(bytes).ok()? {
        Opened::Key(envelope) => Some(envelope.key_id),
        Opened::Certificate => None,
    }
}

/// Reads a statement that is signed: it must be the one way of writing it down, and true to itself.
pub fn read_statement(payload: &[u8]) -> Result<Statement, Problem> {
    outline(payload, RELEASE_PREDICATE)?;
    let statement: Statement = json::read(payload, malformed)?;
    if statement.subject.len() > MAX_SUBJECTS {
        let message = format!(
            "expected at most {MAX_SUBJECTS} subjects, found {}",
            statement.subject.len()
        );
        return Err(Problem::error("too-many-subjects", "/subject", message));
    }
    subjects(&statement)?;
    if statement.bytes() != payload {
        return Err(json::duplicate(payload).unwrap_or_else(|| {
            Problem::error(
                "malformed-statement",
                "",
                "expected canonical JSON (RFC 8785), found the same in another form",
            )
        }));
    }
    consistent(&statement)?;
    Ok(statement)
}

/// Checks what kind of statement it is before its fields: another kind has other fields.
pub(super) fn outline(payload: &[u8], predicate_type: &str) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Outline {
        #[serde(rename = "_type", default)]
        statement_type: String,
        #[serde(default)]
        predicate_type: String,
    }
    let outline: Outline = json::read(payload, malformed)?;
    if outline.statement_type != STATEMENT_TYPE {
        let message = format!("expected `{STATEMENT_TYPE}`, found `{}`", outline.statement_type);
        return Err(Problem::error("wrong-statement-type", "/_type", message));
    }
    if outline.predicate_type != predicate_type {
        let message = format!("expected `{predicate_type}`, found `{}`", outline.predicate_type);
        return Err(Problem::error("wrong-predicate-type", "/predicateType", message));
    }
    Ok(())
}

fn malformed(message: String) -> Problem {
    Problem::error("malformed-statement", "", message)
}

fn subjects(statement: &Statement) -> Result<(), Problem> {
    let mut names = BTreeSet::new();
    for (index, subject) in statement.subject.iter().enumerate() {
        let pointer = format!("/subject/{index}");
        if subject.sha256().is_none() {
            let message = format!(
                "expected 64 lower-case hexadecimal digits without a prefix, found `{}`",
                subject.digest.sha256
            );
            return Err(Problem::error(
                "digest-encoding",
                format!("{pointer}/digest/sha256"),
                message,
            ));
        }
        if !names.insert(&subject.name) {
            let message = format!("`{}` is a subject twice", subject.name);
            return Err(Problem::error("duplicate-subject", format!("{pointer}/name"), message));
        }
    }
    Ok(())
}

/// Whether the predicate's parts fit each other.
fn consistent(statement: &Statement) -> Result<(), Problem> {
    let predicate = &statement.predicate;
    if let Some(tuple) = &predicate.tuple {
        let id = tuple.components.id();
        if id != tuple.id {
            let message = format!(
                "expected a tuple with the id `{}`, found parts that make `{id}`",
                tuple.id
            );
            return Err(Problem::error("mixed-tuple", "/predicate/tuple", message));
        }
        if tuple.components.agent.as_str() != predicate.agent {
            let message = format!(
                "expected a tuple of `{}`, found one of `{}`",
                predicate.agent, tuple.components.agent
            );
            return Err(Problem::error(
                "mixed-tuple",
                "/predicate/tuple/components/agent",
                message,
            ));
        }
    }
    let told = (predicate.promotion.is_some(), predicate.rollback.is_some());
    let fits = match predicate.kind {
        Kind::Release => told == (false, false),
        Kind::Promotion => told == (true, false),
        Kind::Rollback => told == (false, true),
    };
    if !fits {
        let message = "expected `promotion` of a promotion and `rollback` of a rollback, and neither of a release";
        return Err(Problem::error("malformed-statement", "/predicate/kind", message));
    }
    Ok(())
}

fn key(signer: &TrustedSigner) -> Option<&PublicKey> {
    match &signer.proof {
        Proof::Key(key) => Some(key),
        Proof::Identity { .. } => None,
    }
}

/// The entries of the identity that a certificate names, letter by letter.
fn with_identity<'a>(trust: &'a Trust, found: &Certified) -> Result<Vec<&'a TrustedSigner>, Problem> {
    let proof = found.proof();
    let signers = trust.with_proof(&proof);
    if signers.is_empty() {
        return Err(Problem::error(
            "wrong-identity",
            "/verificationMaterial/certificate",
            format!("expected an identity of the trust file, found {proof}"),
        ));
    }
    Ok(signers)
}
