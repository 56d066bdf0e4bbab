//! Who signs: a key on this machine, or an identity that Sigstore certifies.

pub mod encrypted;
pub mod keyless;
mod local;
pub mod passphrase;
#[cfg(feature = "sigstore")]
pub mod sigstore;

pub use local::LocalKey;
