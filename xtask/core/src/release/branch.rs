//! What stands on an environment branch before a release.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::artifact::{Inventory, TupleRecord, payload};
use crate::model::{Digest, Manifest};
use crate::release::HydratorMetadata;
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::yaml;

/// What a branch holds of the units that a run is about.
#[derive(Clone, Debug, Default)]
pub struct BranchState {
    /// Every unit that has a record on the branch; only those that the run is about are read.
    pub units: BTreeMap<String, PreviousUnit>,
    /// The number of the last environment commit; 0 on an unborn branch.
    pub sequence: u64,
    /// Every unit with the digest of its statement, as the environment's own inventory lists them.
    pub listed: BTreeMap<String, Digest>,
    /// Digest of the environment's own statement, if it is signed.
    pub statement: Option<Digest>,
}

/// A unit as the branch has it; a file that is not there is absent.
#[derive(Clone, Debug, Default)]
pub struct PreviousUnit {
    /// `apps/<unit>/manifest.yaml`
    pub manifest: Option<Arc<[u8]>>,
    /// `apps/<unit>/hydrator.metadata`
    pub metadata: Option<Arc<[u8]>>,
    /// `.lockstep/<unit>/tuple.json`
    pub tuple: Option<Arc<[u8]>>,
    /// `.lockstep/<unit>/inventory.json`
    pub inventory: Option<Arc<[u8]>>,
    /// `.lockstep/<unit>/release.sigstore.json`
    pub bundle: Option<Arc<[u8]>>,
    /// `argocd/…`, by path.
    pub argocd: BTreeMap<String, Arc<[u8]>>,
}

impl BranchState {
    /// The state of a branch that has these units.
    pub fn new(units: BTreeMap<String, PreviousUnit>) -> BranchState {
        // the environment's own inventory numbers the commits and lists the units
        let unit = units.get(ENVIRONMENT_UNIT);
        let own = unit.and_then(PreviousUnit::inventory);
        let statement = unit
            .and_then(|unit| payload(unit.bundle.as_deref()?))
            .map(|payload| Digest::of(&payload));
        let (sequence, listed) = own
            .map(|inventory| (inventory.sequence, inventory.units))
            .unwrap_or_default();
        BranchState {
            units,
            sequence,
            listed,
            statement,
        }
    }
}

impl PreviousUnit {
    /// The unit's inventory.
    pub fn inventory(&self) -> Option<Inventory> {
        serde_json::from_slice(self.inventory.as_deref()?).ok()
    }

    /// The unit's tuple.
    pub fn record(&self) -> Option<TupleRecord> {
        serde_json::from_slice(self.tuple.as_deref()?).ok()
    }

    /// The dry commit that the unit was rendered from.
    pub fn dry_sha(&self) -> Option<String> {
        let metadata: HydratorMetadata = serde_json::from_slice(self.metadata.as_deref()?).ok()?;
        Some(metadata.dry_sha)
    }

    /// The unit's objects; none where the manifest cannot be read, since somebody else wrote it.
    pub fn objects(&self) -> Vec<Manifest> {
        self.manifest.as_deref().map(objects).unwrap_or_default()
    }

    /// The Argo CD objects of one of the unit's files.
    pub fn argocd_objects(&self, path: &str) -> Vec<Manifest> {
        self.argocd.get(path).map(|bytes| objects(bytes)).unwrap_or_default()
    }

    /// What the unit was rendered from, whether it is an agent's or the environment's own.
    pub fn input_digest(&self) -> Option<Digest> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Recorded {
            input_digest: Digest,
        }
        let recorded: Recorded = serde_json::from_slice(self.tuple.as_deref()?).ok()?;
        Some(recorded.input_digest)
    }
}

fn objects(bytes: &[u8]) -> Vec<Manifest> {
    let documents = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| yaml::read_manifests(text).ok())
        .map(|manifests| manifests.documents)
        .unwrap_or_default();
    documents
        .into_iter()
        .filter_map(|document| Manifest::new(document.value).ok())
        .collect()
}
