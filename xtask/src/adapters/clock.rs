//! The real clock.
#![expect(clippy::disallowed_methods, reason = "this is where time enters the program")]

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::ports::Clock;

/// What a first pause lasts at most.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// How often a pause gets twice as long: up to a third of a second.
const MOST_DOUBLINGS: u32 = 6;

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that measures from now on.
    pub fn new() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
        }
    }

    fn monotonic(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    fn pause(&self, attempt: u32) {
        let most = SHORTEST_PAUSE * 2_u32.saturating_pow(attempt.min(MOST_DOUBLINGS));
        thread::sleep(most.mul_f64(0.5 + part() / 2.0));
    }

    fn stagger(&self, most: Duration) {
        thread::sleep(most.mul_f64(part()));
    }

    fn wait(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// A number from 0 to 1. Processes that lost the same race were started apart: their nanoseconds differ.
fn part() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = u64::from(now.subsec_nanos()) ^ u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((seed >> 7) % 1000) as f64 / 1000.0
}
