use crate::AsyncSleep;
use enhanced_config_clock::{Clock, Instant};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// No moment that anybody would keep: the end of the clock, at which it is looked at each time.
const UNKNOWN: u64 = u64::MAX;

/// The clock of one call, looked at once for all policies until time may have passed: while the call itself runs, and while
/// somebody waits. Whoever did either says so.
///
/// Looking at the machine's clock is most of what policies cost that do not wait. Several readings that nothing lies
/// between say the same.
#[derive(Debug)]
pub struct Glance<'a, C> {
    clock: &'a C,
    /// The moment that was read, in nanoseconds. Of one thread at a time.
    seen: AtomicU64,
}

impl<'a, C: Clock> Glance<'a, C> {
    pub(super) const fn new(clock: &'a C) -> Self {
        Self { clock, seen: AtomicU64::new(UNKNOWN) }
    }

    /// Time may have passed.
    #[inline]
    pub(super) fn forget(&self) {
        self.seen.store(UNKNOWN, Relaxed);
    }

    /// Once in the code of a call too, which every policy is in.
    #[inline(never)]
    fn look(&self) -> Instant {
        let now = self.clock.now();
        self.seen.store(now.as_nanos(), Relaxed);
        now
    }

    /// Waits by the clock itself.
    pub(super) fn wait<R>(&self, wait: impl FnOnce(&'a C) -> R) -> R {
        let result = wait(self.clock);
        self.forget();
        result
    }
}

impl<C: Clock> Clock for Glance<'_, C> {
    #[inline]
    fn now(&self) -> Instant {
        match self.seen.load(Relaxed) {
            UNKNOWN => self.look(),
            nanos => Instant::from_nanos(nanos),
        }
    }
}

/// Waits in a future, and says so.
pub(super) struct Timer<'a, C, S> {
    pub(super) clock: &'a Glance<'a, C>,
    pub(super) sleep: &'a S,
}

impl<C: Clock, S: AsyncSleep> AsyncSleep for Timer<'_, C, S> {
    async fn sleep(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
        self.clock.forget();
    }
}
