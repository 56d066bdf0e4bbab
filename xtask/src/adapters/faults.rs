//! The moments at which something is written: a test ends the process at each of them, to see that nothing is left half
//! done.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many moments are left; 0 means that nobody counts.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Ends this process, as `kill -9` would, at the moment of this number.
pub fn die_at(moment: u64) {
    LEFT.store(moment, Ordering::SeqCst);
}

/// Something is written next.
pub(super) fn moment() {
    if LEFT.load(Ordering::Relaxed) != 0 && LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}
