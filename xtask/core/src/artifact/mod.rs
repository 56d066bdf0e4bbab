//! Artifacts: what a release records of a unit, what is hashed and signed, and whom to believe.

pub mod bundle;
mod commit;
mod dsse;
mod events;
mod image;
mod inventory;
mod json;
mod key;
mod provenance;
mod record;
mod rules;
mod statement;
#[cfg(test)]
mod tests;
mod trust;
mod trust_file;
mod verification;

pub use commit::{CommitKey, CommitProof, GPG_ARMOUR, SSH_ARMOUR, gpg_proof, ssh_key};
pub use dsse::{IN_TOTO, pae};
pub use events::{EVENTS_PREDICATE, MOST_EVENTS, SignedEvents, check_events, events_statement};
pub use image::{CheckLogged, check_image};
pub use inventory::{Inventory, InventoryObject};
pub use key::{PublicKey, SignatureFault};
pub use provenance::{BUILD_TYPE, BuildRun, DrySource, PROVENANCE_PREDICATE, check_provenance, provenance};
pub use record::{TupleRecord, component_changes};
pub use rules::RULES;
pub use statement::{
    Generator, Kind, Predicate, Promotion, RELEASE_PREDICATE, ReleasedTuple, Rollback, STATEMENT_TYPE, Statement,
    Subject, SubjectDigest, first_subject,
};
pub use trust::{Proof, Trust, TrustedImageSigner, TrustedSigner, proof};
pub use trust_file::{
    CommitSigner, DEVELOPMENT, ImageSigner, Revocation, SequenceRange, SignedLedger, SignerEntry, TrustFile,
    key_command,
};
pub use verification::{Certified, CheckCertificate, Signed, authority, check, key_id, payload, read_statement};

pub use crate::model::ComponentChange;
