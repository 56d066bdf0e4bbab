//! Signing with certificates: Fulcio vouches for who a job is, a log and a time stamp for when. The work needs a build
//! with the feature `sigstore`.

#[cfg(feature = "sigstore")]
mod services;
#[cfg(feature = "sigstore")]
mod session;

use std::sync::Arc;

use crate::adapters::environment::Identity;
use crate::failure::Failure;
use crate::ports::Signer;

/// Whose services sign, in the forms that Sigstore publishes; what is left out is that of the public instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// A `signing_config.json`: where the services are.
    pub signing_config: Option<String>,
    /// A `trusted_root.json`: what their answers are held to.
    pub trusted_root: Option<String>,
}

/// Asks for a certificate, with which everything of a run is signed.
#[cfg(feature = "sigstore")]
pub fn open(identity: &Identity, instance: &Instance) -> Result<Arc<dyn Signer>, Failure> {
    Ok(Arc::new(session::Session::open(identity, instance)?))
}

/// Asks for a certificate, with which everything of a run is signed.
#[cfg(not(feature = "sigstore"))]
pub fn open(_identity: &Identity, _instance: &Instance) -> Result<Arc<dyn Signer>, Failure> {
    Err(Failure::lacks("sigstore", "sign with a certificate"))
}
