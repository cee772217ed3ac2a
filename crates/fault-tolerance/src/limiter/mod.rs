//! Rate limits.

#[cfg(test)]
mod checks;
mod event;
mod gcra;
mod keyed;
mod quota;
mod sliding;
mod state;

use crate::{Observer, Policy, Rejection, Verdict};
use enhanced_config_clock::{Clock, Instant};
use state::{Seen, State};
use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

pub use event::Event;
pub use keyed::{KeyedLimiter, KeysSnapshot};
pub use quota::Quota;
pub use sliding::{SlidingWindow, WindowSnapshot};

/// Lets so much through in a time, and bursts up to a bound.
///
/// ```
/// use enhanced_config_clock::{Clock, Instant};
/// use enhanced_config_fault_tolerance::{Quota, RateLimiter};
/// use std::num::NonZeroU32;
/// use std::time::Duration;
///
/// let limiter = RateLimiter::new(Quota::per_second(NonZeroU32::new(2).ok_or("zero")?));
/// let now = Instant::default();
/// assert!(limiter.check(now).is_ok() && limiter.check(now).is_ok());
/// let limited = limiter.check(now).err().ok_or("let through")?;
/// assert_eq!(limited.retry_after, Some(Duration::from_millis(500)));
/// assert!(limiter.check(now + Duration::from_millis(500)).is_ok());
/// # Ok::<(), &str>(())
/// ```
///
/// The generic cell rate algorithm, which is a token bucket without a timer and without rounding: all state is one
/// moment in one atomic. In any time `t` no more gets through than the burst and `t` divided by the interval.
///
/// A moment before one that was told earlier is fine: it earns nothing.
pub struct RateLimiter<O: Observer<Event> = ()> {
    state: State,
    observer: O,
}

/// Leave to act at a moment that may lie ahead. It is given back once at most, and so cannot be copied:
///
/// ```compile_fail,E0382
/// # use enhanced_config_clock::Instant;
/// # use enhanced_config_fault_tolerance::{Quota, RateLimiter};
/// # use std::time::Duration;
/// # let limiter = RateLimiter::new(Quota::every(Duration::from_secs(1)));
/// # let now = Instant::default();
/// # let Ok(reservation) = limiter.reserve(1, now, Duration::ZERO) else { return };
/// limiter.cancel(reservation, now);
/// limiter.cancel(reservation, now);
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "what is reserved and not used is to be cancelled"]
pub struct Reservation {
    /// When.
    pub at: Instant,
    count: u32,
    /// When all that was reserved until then will have been earned.
    earned: u64,
}

/// More was asked for than is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Limited {
    /// When as much will be let through. None if that is never: it is more than a burst, or than can be earned before the
    /// clock ends.
    pub retry_after: Option<Duration>,
}

/// What there is to see of a limiter at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many may pass now.
    pub remaining: u32,
    /// When a whole burst may pass again.
    pub full_after: Duration,
    /// What is let through.
    pub quota: Quota,
}

impl RateLimiter {
    /// A limiter that lets a whole burst through at first.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self::with_observer(quota, ())
    }
}

impl<O: Observer<Event>> RateLimiter<O> {
    /// The same; tells `observer` what happens.
    #[must_use]
    pub fn with_observer(quota: Quota, observer: O) -> Self {
        Self { state: State::new(quota), observer }
    }

    /// Asks for one.
    ///
    /// # Errors
    /// It has to wait.
    #[inline]
    pub fn check(&self, now: Instant) -> Result<(), Limited> {
        self.check_n(1, now)
    }

    /// Asks for `count` at once, all or none; none are always let through.
    ///
    /// # Errors
    /// They have to wait, or are more than a burst.
    #[inline]
    pub fn check_n(&self, count: u32, now: Instant) -> Result<(), Limited> {
        self.reserve(count, now, Duration::ZERO).map(|_| ())
    }

    /// Asks for `count`, now or within `max_wait`. Whoever comes later comes after them. None are let through now.
    ///
    /// # Errors
    /// They would have to wait longer, or are more than a burst. Nothing is reserved then.
    #[inline]
    pub fn reserve(&self, count: u32, now: Instant, max_wait: Duration) -> Result<Reservation, Limited> {
        let reserved = self.try_reserve(count, now, max_wait);
        if let Err(limited) = reserved {
            self.observer.event(&Event::Rejected(limited));
        }
        reserved
    }

    #[inline]
    fn try_reserve(&self, count: u32, now: Instant, max_wait: Duration) -> Result<Reservation, Limited> {
        let (now, max_wait) = (now.as_nanos(), u64::try_from(max_wait.as_nanos()).unwrap_or(u64::MAX));
        self.state.update(|seen| {
            let (next, at) = gcra::reserve(&seen.quota, seen.arrival, count, now, max_wait)?;
            Ok((next, Reservation { at: Instant::from_nanos(at), count, earned: next }))
        })
    }

    /// Gives back what was reserved and will not be used, unless its moment has passed. What others have reserved
    /// after it keeps its moment.
    pub fn cancel(&self, reservation: Reservation, now: Instant) {
        let Reservation { at, count, .. } = reservation;
        self.take_back(|quota, arrival| gcra::cancel(quota, arrival, count, at.as_nanos(), now.as_nanos()));
    }

    /// Makes it as if a call that was let through never was, as far as that can be told: what has been earned since is not
    /// earned twice. Exact if nobody else came, and never more than that.
    fn forget(&self, reservation: &Reservation, now: Instant) {
        let left = reservation.earned.saturating_sub(now.as_nanos());
        self.take_back(|quota, arrival| arrival.saturating_sub(left.min(quota.cost(reservation.count))));
    }

    fn take_back(&self, arrival: impl Fn(&Quota, u64) -> u64) {
        let Ok(()) = self.state.update(|seen| Ok::<_, Infallible>((arrival(&seen.quota, seen.arrival), ())));
    }

    /// What there is to see at `now`; nothing is taken.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let Seen { quota, arrival, .. } = self.state.read();
        Snapshot {
            remaining: gcra::remaining(&quota, arrival, now.as_nanos()),
            full_after: Instant::from_nanos(arrival) - now,
            quota,
        }
    }

    /// Changes the quota. As many as could pass before can pass now, and no more than its burst: whoever was out stays
    /// out, and there is no burst for free.
    pub fn set_quota(&self, quota: Quota, now: Instant) {
        let convert = |old: &Quota, arrival| gcra::convert(old, &quota, arrival, now.as_nanos());
        let from = self.state.change(quota, convert);
        self.observer.event(&Event::Changed { from, to: quota });
    }
}

/// One for each call. A call that is cancelled gives it back.
impl<O: Observer<Event>> Policy for RateLimiter<O> {
    type Permit<'a>
        = Reservation
    where
        O: 'a;
    type Rejected = Limited;

    #[inline]
    fn begin(&self, clock: &impl Clock) -> Result<Reservation, Limited> {
        self.reserve(1, clock.now(), Duration::ZERO)
    }

    #[inline]
    fn end(&self, _: Reservation, _: Verdict, _: &impl Clock) {}

    fn cancel(&self, reservation: Reservation, clock: &impl Clock) {
        self.forget(&reservation, clock.now());
    }
}

impl Rejection for Limited {
    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl<O: Observer<Event>> fmt::Debug for RateLimiter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter").field("quota", &self.state.read().quota).finish_non_exhaustive()
    }
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after {
            Some(wait) => write!(f, "rate limit reached, retry after {wait:?}"),
            None => f.write_str("more at once than the rate limit ever lets through"),
        }
    }
}
