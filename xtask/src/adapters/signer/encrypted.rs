//! Key files that are encrypted as cosign does it, which needs a build with the feature `sigstore`.

use super::LocalKey;
use crate::failure::Failure;
#[cfg(feature = "sigstore")]
use crate::failure::FailureKind;

/// What the first line of an encrypted key holds.
const MARK: &str = "-----BEGIN ENCRYPTED ";

/// Whether a key file in PEM is encrypted.
pub fn is_encrypted(text: &str) -> bool {
    text.trim_start().starts_with(MARK)
}

/// The key in an encrypted file.
#[cfg(feature = "sigstore")]
pub fn open(text: &str, passphrase: &str) -> Result<LocalKey, Failure> {
    use sigstore::crypto::signing_key::KeyPair;
    use sigstore::crypto::signing_key::ecdsa::ec::EcdsaKeys;
    // its own words for a wrong passphrase are about encrypting
    let pair = EcdsaKeys::from_encrypted_pem(text.as_bytes(), passphrase.as_bytes()).map_err(|_| {
        let message = "could not open the key: the passphrase is another one, or the file was changed";
        Failure::new(FailureKind::Usage, message).hint("look at the passphrase")
    })?;
    let document = pair.private_key_to_der().map_err(|error| unusable(&error))?;
    LocalKey::from_pkcs8(&document)
}

/// A new key: its encrypted file, and the key itself.
#[cfg(feature = "sigstore")]
pub fn generate(passphrase: &str) -> Result<(String, LocalKey), Failure> {
    use sigstore::crypto::signing_key::KeyPair;
    use sigstore::crypto::signing_key::ecdsa::{EllipticCurve, ec::EcdsaKeys};
    let pair = EcdsaKeys::new(EllipticCurve::P256).map_err(|error| unusable(&error))?;
    let text = pair
        .private_key_to_encrypted_pem(passphrase.as_bytes())
        .map_err(|error| unusable(&error))?;
    let document = pair.private_key_to_der().map_err(|error| unusable(&error))?;
    Ok((text.to_string(), LocalKey::from_pkcs8(&document)?))
}

#[cfg(feature = "sigstore")]
fn unusable(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Usage, format!("could not use the key: {error}"))
}

/// The key in an encrypted file.
#[cfg(not(feature = "sigstore"))]
pub fn open(_text: &str, _passphrase: &str) -> Result<LocalKey, Failure> {
    Err(lacks())
}

/// A new key: its encrypted file, and the key itself.
#[cfg(not(feature = "sigstore"))]
pub fn generate(_passphrase: &str) -> Result<(String, LocalKey), Failure> {
    Err(lacks())
}

/// Fails at once where this build cannot, before a passphrase is asked for in vain.
pub fn available() -> Result<(), Failure> {
    if cfg!(feature = "sigstore") {
        Ok(())
    } else {
        Err(lacks())
    }
}

fn lacks() -> Failure {
    Failure::lacks("sigstore", "encrypt keys or open encrypted ones")
}
