//! One certificate for everything that a run signs, and the bundles that are made with it.
#![expect(clippy::disallowed_methods, reason = "a certificate ages while its holder works")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lockstep::artifact::Proof;
use rayon::prelude::*;
use sigstore_sign::crypto::{KeyPair, parse_certificate_info};
use sigstore_sign::oidc::IdentityToken;
use sigstore_sign::types::DerCertificate;
use tokio::runtime::{Builder, Runtime};

use super::Instance;
use super::services::Services;
use crate::adapters::environment::Identity;
use crate::adapters::signer::sigstore::{Roots, check_release};
use crate::failure::{Failure, FailureKind};
use crate::ports::Signer;

/// How many statements are at the services at once.
const AT_ONCE: usize = 8;
/// How often a statement is tried: servers stumble, and a fleet has a thousand statements.
const ATTEMPTS: u32 = 3;
/// The wait before a statement is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a certificate is used: Fulcio's hold for ten minutes.
const USE: Duration = Duration::from_secs(300);

/// Signs with a certificate, and asks for another one where a run takes long.
pub(super) struct Session {
    runtime: Runtime,
    services: Services,
    identity: Identity,
    proof: Proof,
    roots: Roots,
    held: Mutex<Arc<Held>>,
}

/// A key that lives as long as its certificate.
struct Held {
    pair: KeyPair,
    certificate: DerCertificate,
    since: Instant,
}

impl Session {
    /// Asks for a certificate; nothing is logged yet but that.
    pub(super) fn open(identity: &Identity, instance: &Instance) -> Result<Session, Failure> {
        let roots = match &instance.trusted_root {
            Some(json) => Roots::from_json(json),
            None => Roots::public(),
        };
        let roots = roots.map_err(|problem| Failure::new(FailureKind::Usage, problem.message))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::new(FailureKind::Outside, format!("could not start to sign: {error}")))?;
        let services = Services::of(instance.signing_config.as_deref())?;
        let (held, proof) = runtime.block_on(held(&services, identity))?;
        Ok(Session {
            runtime,
            services,
            identity: identity.clone(),
            proof,
            roots,
            held: Mutex::new(Arc::new(held)),
        })
    }

    /// The key and certificate to sign with now.
    fn held(&self) -> Result<Arc<Held>, Failure> {
        let mut slot = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.since.elapsed() > USE {
            let (held, proof) = self.runtime.block_on(held(&self.services, &self.identity))?;
            if proof != self.proof {
                let message = format!(
                    "the certificate is for {proof}, and the one before it was for {}",
                    self.proof
                );
                return Err(Failure::new(FailureKind::Outside, message));
            }
            *slot = Arc::new(held);
        }
        Ok(Arc::clone(&slot))
    }
}

impl Signer for Session {
    fn proof(&self) -> Proof {
        self.proof.clone()
    }

    fn sign(&self, statements: &[Arc<[u8]>]) -> Result<Vec<Arc<[u8]>>, Failure> {
        let mut bundles = Vec::with_capacity(statements.len());
        for some in statements.chunks(AT_ONCE) {
            let held = self.held()?;
            bundles.extend(self.runtime.block_on(together(&self.services, &held, some))?);
        }
        // what `verify` would refuse does not get onto a branch
        bundles
            .par_iter()
            .try_for_each(|bundle| check_release(&self.roots, bundle).map(drop))
            .map_err(|problem| {
                let message = format!("what the services signed does not hold: {}", problem.message);
                let hint = format!(
                    "they may have new keys: bring `{}` up to date, or this tool",
                    lockstep::workspace::layout::TRUSTED_ROOT
                );
                Failure::new(FailureKind::Outside, message).hint(hint)
            })?;
        Ok(bundles)
    }
}

/// A new key with a certificate, and whom it names.
async fn held(services: &Services, identity: &Identity) -> Result<(Held, Proof), Failure> {
    let token = token(identity).await?;
    let failed = |error: &dyn std::fmt::Display| {
        let message = format!("could not make a key for a certificate: {error}");
        Failure::new(FailureKind::Outside, message)
    };
    let since = Instant::now();
    let pair = KeyPair::generate_ecdsa_p256().map_err(|error| failed(&error))?;
    let certificate = services.certificate(&token, &pair).await?;
    let facts = parse_certificate_info(&certificate).map_err(|error| failed(&error))?;
    let proof = Proof::Identity {
        identity: facts.identity.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        issuer: facts.issuer.unwrap_or_default(),
    };
    let held = Held {
        pair,
        certificate,
        since,
    };
    Ok((held, proof))
}

/// The token that says who signs.
async fn token(identity: &Identity) -> Result<IdentityToken, Failure> {
    let token = match identity {
        Identity::Token(secret) => IdentityToken::from_jwt(secret.0.trim()),
        Identity::GitHub => match IdentityToken::detect_ambient().await {
            Ok(Some(token)) => Ok(token),
            Ok(None) => return Err(no_token("GitHub Actions offers this job none")),
            Err(error) => Err(error),
        },
    };
    let token = token.map_err(|error| no_token(&error))?;
    if token.is_expired() {
        return Err(no_token("it has expired").hint("ask for it right before it is used"));
    }
    Ok(token)
}

fn no_token(why: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Usage, format!("could not use the identity token: {why}"))
}

/// Signs some statements at once; their bundles, in their order.
async fn together(services: &Services, held: &Arc<Held>, statements: &[Arc<[u8]>]) -> Result<Vec<Arc<[u8]>>, Failure> {
    let sent: Vec<_> = statements
        .iter()
        .map(|statement| tokio::spawn(tried(services.clone(), Arc::clone(held), Arc::clone(statement))))
        .collect();
    let mut bundles = Vec::with_capacity(sent.len());
    for bundle in sent {
        let bundle = bundle.await.unwrap_or_else(|error| Err(error.to_string()));
        bundles.push(bundle.map_err(|why| {
            let message = format!("could not have a statement logged and its time told: {why}");
            Failure::new(FailureKind::Outside, message).hint("no branch has moved; try again")
        })?);
    }
    Ok(bundles)
}

/// Signs a statement, more than once where a service stumbles: each attempt has a signature, so an entry, of its own.
async fn tried(services: Services, held: Arc<Held>, statement: Arc<[u8]>) -> Result<Arc<[u8]>, String> {
    let mut attempt = 1;
    loop {
        let signed = services.clone().sign(&held.pair, held.certificate.clone(), &statement);
        match signed.await {
            Ok(bundle) => return Ok(Arc::from(bundle)),
            Err(_) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE * attempt).await,
            Err(why) => return Err(why),
        }
        attempt += 1;
    }
}
