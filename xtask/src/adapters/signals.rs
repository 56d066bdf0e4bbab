//! Signals that ask the program to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Heeds SIGINT and SIGTERM from here on: the first one is noted, and the program ends in its own time; a second one ends it
/// at once, as a program ends that heeds none. Returns whether one was noted.
pub fn heed() -> impl Fn() -> bool + Send + Sync {
    let noted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // where a signal cannot be heeded, it does what it always did
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&noted));
        let _ = flag::register(signal, Arc::clone(&noted));
    }
    move || noted.load(Ordering::Relaxed)
}
