//! Who signs: a key on this machine, or an identity that Sigstore certifies.

mod local;
#[cfg(feature = "sigstore")]
pub mod sigstore;

pub use local::LocalKey;
