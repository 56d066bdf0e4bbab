//! Who signs: a key on this machine, or an identity that Sigstore certifies.

mod local;

pub use local::LocalKey;
