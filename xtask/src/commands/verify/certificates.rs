//! What checks bundles that were signed with certificates, where this build of the tool can.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use lockstep::artifact::{Certified, PublicKey};
use lockstep::model::{Digest, Problem};

use super::super::trust::Trusted;
use crate::context::Context;
use crate::failure::Failure;

/// Whether a rule says that this build cannot check a bundle, which is then neither good nor bad.
pub(in super::super) fn is_unchecked(rule: &str) -> bool {
    rule == "unchecked-certificate"
}

/// Checks bundles with certificates, or remembers that one should have been checked.
pub(in super::super) struct Certificates {
    #[cfg(feature = "sigstore")]
    roots: crate::adapters::signer::sigstore::Roots,
    missed: AtomicBool,
}

impl Certificates {
    /// With the roots of a `trusted_root.json` that is given, or those beside the trust file, or the public instance's.
    pub(in super::super) fn new(
        context: &Context,
        given: Option<&Path>,
        trusted: &Trusted,
    ) -> Result<Certificates, Failure> {
        let Some(path) = given else {
            return Certificates::of(trusted.instance.trusted_root.as_deref());
        };
        Certificates::of(Some(&String::from_utf8_lossy(&context.named_file(path)?)))
    }

    #[cfg(feature = "sigstore")]
    fn of(json: Option<&str>) -> Result<Certificates, Failure> {
        use crate::adapters::signer::sigstore::Roots;
        use crate::failure::FailureKind;
        let roots = json.map_or_else(Roots::public, Roots::from_json);
        Ok(Certificates {
            roots: roots.map_err(|problem| Failure::new(FailureKind::Usage, problem.message))?,
            missed: AtomicBool::new(false),
        })
    }

    #[cfg(not(feature = "sigstore"))]
    fn of(_json: Option<&str>) -> Result<Certificates, Failure> {
        Ok(Certificates {
            missed: AtomicBool::new(false),
        })
    }

    /// Checks a bundle of a release.
    pub(in super::super) fn check(&self, bundle: &[u8]) -> Result<Certified, Problem> {
        #[cfg(feature = "sigstore")]
        return crate::adapters::signer::sigstore::check_release(&self.roots, bundle);
        #[cfg(not(feature = "sigstore"))]
        {
            let _ = bundle;
            self.missed.store(true, Ordering::Relaxed);
            Err(Problem::error(
                "unchecked-certificate",
                "/verificationMaterial/certificate",
                "this build of the tool cannot check certificates and entries in a log",
            ))
        }
    }

    /// Checks a bundle over this digest: by this key, with its entries in the log, or by whomever its certificate names.
    pub(super) fn check_digest(
        &self,
        bundle: &[u8],
        digest: Digest,
        key: Option<&PublicKey>,
    ) -> Result<Certified, Problem> {
        #[cfg(feature = "sigstore")]
        {
            use crate::adapters::signer::sigstore::{By, Signed};
            let pem = key.map(PublicKey::to_pem);
            let by = pem.as_deref().map_or(By::Anybody, By::Key);
            self.roots.check(bundle, Signed::Digest(*digest.bytes()), by)
        }
        #[cfg(not(feature = "sigstore"))]
        {
            let _ = (digest, key);
            self.check(bundle)
        }
    }

    /// Fails where a bundle went unchecked: that is neither a pass nor a finding.
    pub(in super::super) fn missed(&self) -> Result<(), Failure> {
        if self.missed.load(Ordering::Relaxed) {
            return Err(Failure::lacks("sigstore", "check a bundle with a certificate"));
        }
        Ok(())
    }
}
