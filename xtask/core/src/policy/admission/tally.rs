//! How many objects each policy was about.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts; threads may share it.
#[derive(Debug)]
pub struct Tally {
    counts: Vec<AtomicU64>,
}

impl Tally {
    pub(super) fn new(policies: usize) -> Tally {
        Tally {
            counts: std::iter::repeat_with(AtomicU64::default).take(policies).collect(),
        }
    }

    pub(super) fn note(&self, policy: usize) {
        self.counts[policy].fetch_add(1, Ordering::Relaxed);
    }

    /// How many objects a policy met, by its place among the policies.
    pub fn count(&self, policy: usize) -> u64 {
        self.counts[policy].load(Ordering::Relaxed)
    }
}
