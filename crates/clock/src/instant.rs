use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment on a clock, as nanoseconds since that clock's origin.
///
/// Unlike [`std::time::Instant`] it takes 8 bytes, so that an `AtomicU64` can hold it, and can be made from nothing.
/// Only moments of the same clock compare in a useful way.
///
/// Arithmetic saturates and never panics: before the origin there is the origin, and the last moment is 584 years
/// after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The moment `nanos` nanoseconds after the clock's origin.
    #[must_use]
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's origin.
    #[must_use]
    #[inline]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    #[inline]
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    #[inline]
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(duration)))
    }
}

/// The time from `earlier` to `self`; zero when `earlier` is the later one.
impl Sub for Instant {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// `duration` in nanoseconds, or 584 years if it is longer. Works in 64 bits: `Duration::as_nanos` needs 128.
#[inline]
const fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}
