use crate::{Clock, Instant, Sleep};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A clock that stands still until told to advance, for tests.
///
/// Sleeping on it advances it by the whole duration and returns at once, so that one thread can run a retry loop with
/// an hour of waiting in microseconds and then ask what time it has become. Several threads sleeping on one clock add
/// their waits up, as if they had slept one after the other.
#[derive(Debug, Default)]
pub struct ManualClock {
    nanos: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at its origin.
    #[must_use]
    pub const fn new() -> Self {
        Self { nanos: AtomicU64::new(0) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let forward = |nanos| Some((Instant::from_nanos(nanos) + duration).as_nanos());
        // Cannot fail: the closure always has an answer.
        let _ = self.nanos.fetch_update(Ordering::AcqRel, Ordering::Acquire, forward);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.nanos.load(Ordering::Acquire))
    }
}

impl Sleep for ManualClock {
    fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}
