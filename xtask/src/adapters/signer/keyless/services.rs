//! The services that a signature with a certificate needs: who certifies, which log, whose time stamps.

use std::fmt::Display;

use sigstore_sign::bundle::BundleV03;
use sigstore_sign::crypto::{KeyPair, sha256};
use sigstore_sign::fulcio::FulcioClient;
use sigstore_sign::oidc::IdentityToken;
use sigstore_sign::rekor::{DsseEntry, HashedRekordV2, RekorApiVersion, RekorClient, RekorV2Client, RekorV2KeyDetails};
use sigstore_sign::trust_root::{
    SIGSTORE_PRODUCTION_SIGNING_CONFIG, ServiceConfiguration, ServiceSelector, SigningConfig,
};
use sigstore_sign::tsa::TimestampClient;
use sigstore_sign::types::{
    DerCertificate, DsseEnvelope, DsseSignature, KeyId, KindVersion, PayloadBytes, TransparencyLogEntry,
};

use crate::failure::{Failure, FailureKind};

/// Clients of the services.
#[derive(Clone)]
pub(super) struct Services {
    fulcio: FulcioClient,
    log: Log,
    clock: Option<TimestampClient>,
}

#[derive(Clone)]
enum Log {
    V1(RekorClient),
    V2(RekorV2Client),
}

impl Services {
    /// Those that a `signing_config.json` names, or those of the public instance.
    pub(super) fn of(config: Option<&str>) -> Result<Services, Failure> {
        let config = SigningConfig::from_json(config.unwrap_or(SIGSTORE_PRODUCTION_SIGNING_CONFIG))
            .map_err(|error| unusable(&error))?;
        let (Some(fulcio), Some(log)) = (config.fulcio_url(), config.rekor_url(None)) else {
            return Err(unusable(&"it names no Fulcio or no Rekor that is in service now"));
        };
        enough(&config.rekor_tlog_config, config.eligible_rekor_urls(None).len())?;
        enough(&config.tsa_config, config.eligible_tsa_urls().len())?;
        let clock = config.tsa_url().map(|clock| TimestampClient::new(&clock.url));
        let log = match RekorApiVersion::from_major(log.major_api_version) {
            Some(RekorApiVersion::V1) => Log::V1(RekorClient::new(&log.url).map_err(|error| unusable(&error))?),
            // entries of its second version carry no time
            Some(RekorApiVersion::V2) if clock.is_some() => {
                Log::V2(RekorV2Client::new(&log.url).map_err(|error| unusable(&error))?)
            }
            _ => {
                return Err(unusable(
                    &"its Rekor needs a time stamp authority, which it does not name",
                ));
            }
        };
        Ok(Services {
            fulcio: FulcioClient::new(&fulcio.url).map_err(|error| unusable(&error))?,
            log,
            clock: clock.transpose().map_err(|error| unusable(&error))?,
        })
    }

    /// A certificate for a key, of whom the token names.
    pub(super) async fn certificate(&self, token: &IdentityToken, pair: &KeyPair) -> Result<DerCertificate, Failure> {
        let answer = self.fulcio.create_signing_certificate(token, pair).await;
        let answer = answer.map_err(|error| {
            let message = format!("`{}` gave no certificate: {error}", self.fulcio.url());
            Failure::new(FailureKind::Outside, message).hint("try again: a token is good for some minutes only")
        })?;
        Ok(answer.leaf_certificate().clone())
    }

    /// Signs a statement, has it logged and its time told: the bundle.
    pub(super) async fn sign(
        self,
        pair: &KeyPair,
        certificate: DerCertificate,
        statement: &[u8],
    ) -> Result<Vec<u8>, String> {
        let kind = lockstep::artifact::IN_TOTO;
        let message = lockstep::artifact::pae(kind, statement);
        let signature = pair.sign(&message).map_err(text)?;
        let envelope = DsseEnvelope::new(
            kind.to_owned(),
            PayloadBytes::new(statement.to_vec()),
            DsseSignature::new(signature.clone(), KeyId::default()),
        );
        let entry: TransparencyLogEntry = match &self.log {
            Log::V1(log) => {
                let request = DsseEntry::new(&envelope, &certificate).map_err(text)?;
                let entry = log.create_dsse_entry(request).await.map_err(text)?;
                entry.to_bundle_entry(KindVersion::DsseV001).map_err(text)?
            }
            Log::V2(log) => {
                let details = RekorV2KeyDetails::PkixEcdsaP256Sha256;
                let request =
                    HashedRekordV2::new_with_certificate(&sha256(&message), &signature, &certificate, details);
                log.create_entry(request).await.map_err(text)?
            }
        };
        let mut bundle = BundleV03::with_certificate_and_dsse(certificate, envelope).with_tlog_entry(entry);
        if let Some(clock) = &self.clock {
            let stamp = clock.timestamp_signature(&signature).await.map_err(text)?;
            bundle = bundle.with_rfc3161_timestamp(stamp);
        }
        let mut json = bundle.into_bundle().to_json().map_err(text)?.into_bytes();
        json.push(b'\n');
        Ok(json)
    }
}

/// Refuses a configuration that asks for more of a service than one: a bundle of ours has one entry and one time stamp.
fn enough(config: &ServiceConfiguration, eligible: usize) -> Result<(), Failure> {
    match config.selector {
        ServiceSelector::Any => Ok(()),
        ServiceSelector::Exact if config.count == Some(1) => Ok(()),
        ServiceSelector::All if eligible <= 1 => Ok(()),
        _ => Err(unusable(&"it asks for more than one log or time stamp authority")),
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}

fn unusable(error: &dyn Display) -> Failure {
    let message = format!("could not use the signing configuration: {error}");
    let hint = format!(
        "write `{}` as your instance of Sigstore publishes it",
        lockstep::workspace::layout::SIGNING_CONFIG
    );
    Failure::new(FailureKind::Usage, message).hint(hint)
}
