//! Adaptive throttling.

use crate::backoff::Random;
use crate::error::require;
use crate::spans::{Counts, Spans};
use crate::sync::{AtomicU64, Mutex};
use crate::{Observer, OptionError, Policy, Ratio, Rejection, Verdict};
use enhanced_config_clock::{Clock, Instant};
use std::fmt;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Over how many spans a throttle looks back.
const SPANS: u32 = 24;
/// Shorter windows forget every call before the next.
const SHORTEST: Duration = Duration::from_millis(1);

/// Turns calls away before they are made, the more the more of them the dependency fails.
///
/// Google's formula ("Site Reliability Engineering", 2016, chapter 21, "Client-Side Throttling"): of `requests` in the
/// last two minutes the dependency did `accepts`, and a call is turned away with the probability
/// `max(0, (requests - K * accepts) / (requests + 1))`. Unlike a circuit breaker it never stops asking, and so needs no
/// probes; it is for a dependency that is overloaded rather than down.
///
/// ```
/// use enhanced_config_clock::{Clock, ManualClock};
/// use enhanced_config_fault_tolerance::{AdaptiveThrottle, Policy};
///
/// let (throttle, clock) = (AdaptiveThrottle::default(), ManualClock::new());
/// let mut calls = 0;
/// for _ in 0..1000 {
///     let _ = throttle.call(&clock, || {
///         calls += 1;
///         Err::<(), _>("overloaded")
///     });
/// }
/// assert!(calls < 50);
/// assert!(throttle.probability(clock.now()).get() > 0.99);
/// ```
pub struct AdaptiveThrottle<O: Observer<Event> = ()> {
    factor: f64,
    inner: Mutex<Inner>,
    rejected: AtomicU64,
    observer: O,
}

#[derive(Debug)]
struct Inner {
    spans: Spans<Asked>,
    random: Random,
}

/// What was asked of a dependency, and what it did.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    requests: u64,
    accepts: u64,
}

impl Counts for Asked {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.accepts += other.accepts;
    }

    fn remove(&mut self, other: Self) {
        self.requests -= other.requests;
        self.accepts -= other.accepts;
    }
}

/// Leave to make one call. Dropped, it is as if the call never was.
#[derive(Debug)]
#[must_use = "a permit that is dropped counts nothing"]
pub struct Permit(());

/// A call that was turned away before it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("turned away, as too many calls fail")]
#[non_exhaustive]
pub struct Throttled;

/// What happened in a throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A call was turned away.
    Rejected(Throttled),
}

/// What there is to see of a throttle at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// With which a call is turned away.
    pub probability: Ratio,
    /// The calls in the window, with those that were turned away.
    pub requests: u64,
    /// Those of them that succeeded.
    pub accepts: u64,
    /// Calls that were turned away so far.
    pub rejected: u64,
}

impl Rejection for Throttled {
    /// None: another draw may fall otherwise, but asking again at once is the load that is to be spared.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

impl Default for AdaptiveThrottle {
    /// Two minutes, and a factor of two.
    fn default() -> Self {
        Self::build(Duration::from_secs(120), 2.0, Random::seed(), ())
    }
}

impl AdaptiveThrottle {
    /// Looks back over `window`. `factor` is the formula's K: 2 makes twice the calls that succeed, 1.1 spares the
    /// dependency more, and notices later that it is well again. The same `seed` draws the same.
    ///
    /// # Errors
    /// A factor below one, or no number; a window of less than a millisecond, in which nothing adds up.
    pub fn new(window: Duration, factor: f64, seed: u64) -> Result<Self, OptionError> {
        Self::with_observer(window, factor, seed, ())
    }
}

impl<O: Observer<Event>> AdaptiveThrottle<O> {
    /// The same; tells `observer` what happens.
    ///
    /// # Errors
    /// A factor below one, or no number; a window of less than a millisecond, in which nothing adds up.
    pub fn with_observer(window: Duration, factor: f64, seed: u64, observer: O) -> Result<Self, OptionError> {
        require(window >= SHORTEST, "window", "a millisecond or more")?;
        require(factor >= 1.0 && factor.is_finite(), "factor", "a number from 1 on")?;
        Ok(Self::build(window, factor, seed, observer))
    }

    fn build(window: Duration, factor: f64, seed: u64, observer: O) -> Self {
        let spans = Spans::new(window / SPANS, SPANS as usize);
        let inner = Mutex::new(Inner { spans, random: Random::new(seed) });
        Self { factor, inner, rejected: AtomicU64::new(0), observer }
    }

    /// Asks leave for one call at `now`.
    ///
    /// # Errors
    /// The draw was against it, which counts as a request: the formula has it so.
    pub fn admit(&self, now: Instant) -> Result<Permit, Throttled> {
        if self.draw(now) {
            return Ok(Permit(()));
        }
        self.rejected.fetch_add(1, Relaxed);
        self.observer.event(&Event::Rejected(Throttled));
        Err(Throttled)
    }

    fn draw(&self, now: Instant) -> bool {
        let mut inner = self.inner.lock();
        let probability = self.of(inner.spans.total(now));
        let is_for = inner.random.unit() >= probability;
        if !is_for {
            inner.spans.add(Asked { requests: 1, accepts: 0 }, now);
        }
        is_for
    }

    /// Counts how the call of `permit` ended, at `now`.
    pub fn record(&self, permit: Permit, verdict: Verdict, now: Instant) {
        let Permit(()) = permit;
        let accepts = u64::from(verdict == Verdict::Success);
        if verdict != Verdict::Ignore {
            self.inner.lock().spans.add(Asked { requests: 1, accepts }, now);
        }
    }

    /// The probability with which a call is turned away at `now`.
    pub fn probability(&self, now: Instant) -> Ratio {
        self.snapshot(now).probability
    }

    /// What there is to see at `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let total = self.inner.lock().spans.total(now);
        let Asked { requests, accepts } = total;
        let probability = Ratio::new(self.of(total)).unwrap_or(Ratio::ZERO);
        Snapshot { probability, requests, accepts, rejected: self.rejected.load(Relaxed) }
    }

    fn of(&self, Asked { requests, accepts }: Asked) -> f64 {
        let (requests, accepts) = (requests as f64, accepts as f64);
        ((requests - self.factor * accepts) / (requests + 1.0)).max(0.0)
    }
}

impl<O: Observer<Event>> Policy for AdaptiveThrottle<O> {
    type Permit<'a>
        = Permit
    where
        O: 'a;
    type Rejected = Throttled;

    fn begin(&self, clock: &impl Clock) -> Result<Permit, Throttled> {
        self.admit(clock.now())
    }

    fn end(&self, permit: Permit, verdict: Verdict, clock: &impl Clock) {
        self.record(permit, verdict, clock.now());
    }
}

impl<O: Observer<Event>> fmt::Debug for AdaptiveThrottle<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdaptiveThrottle").field("factor", &self.factor).finish_non_exhaustive()
    }
}
