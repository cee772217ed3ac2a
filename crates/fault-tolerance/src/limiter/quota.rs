use std::num::NonZeroU32;
use std::time::Duration;

/// A hundred years: longer ones would leave no room on a clock of 584.
const LONGEST: u64 = 100 * 365 * 24 * 3600 * 1_000_000_000;

/// How much is let through: so much at once, and one more after each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(from = "crate::data::QuotaData"))]
pub struct Quota {
    burst: NonZeroU32,
    /// In nanoseconds, at least one.
    interval: u64,
}

impl Quota {
    /// `count` in every `period`, all of them at once if nothing came before. The interval is rounded up to the
    /// nanosecond, so that no more than that gets through.
    #[must_use]
    pub fn per(count: NonZeroU32, period: Duration) -> Self {
        let interval = period.as_nanos().div_ceil(u128::from(count.get()));
        Self::every(Duration::from_nanos(u64::try_from(interval).unwrap_or(u64::MAX))).with_burst(count)
    }

    /// `count` per second, all of them at once if nothing came before.
    #[must_use]
    pub fn per_second(count: NonZeroU32) -> Self {
        Self::per(count, Duration::from_secs(1))
    }

    /// One after each `interval`, and no burst. At least a nanosecond, at most a hundred years.
    #[must_use]
    pub fn every(interval: Duration) -> Self {
        let interval = u64::try_from(interval.as_nanos()).unwrap_or(LONGEST).clamp(1, LONGEST);
        Self { burst: NonZeroU32::MIN, interval }
    }

    /// So many at once.
    #[must_use]
    pub const fn with_burst(mut self, burst: NonZeroU32) -> Self {
        self.burst = burst;
        self
    }

    /// How many at once.
    #[must_use]
    pub const fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// The time after which there is one more.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        Duration::from_nanos(self.interval)
    }

    #[inline]
    pub(super) const fn from_parts(burst: NonZeroU32, interval: u64) -> Self {
        Self { burst, interval }
    }

    /// The time in which `count` come about, in nanoseconds.
    #[inline]
    pub(super) fn cost(&self, count: u32) -> u64 {
        self.interval.saturating_mul(count.into())
    }

    /// The time in which a whole burst comes about, in nanoseconds.
    #[inline]
    pub(super) fn tolerance(&self) -> u64 {
        self.cost(self.burst.get())
    }
}
