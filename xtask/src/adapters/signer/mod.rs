//! Who signs: a key on this machine, or an identity that Sigstore certifies.

pub mod encrypted;
pub mod keyless;
mod local;
mod opened;
pub mod passphrase;
#[cfg(feature = "sigstore")]
pub mod sigstore;

pub use local::LocalKey;
pub use opened::Opened;
