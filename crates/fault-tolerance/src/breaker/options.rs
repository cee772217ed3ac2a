use crate::error::Checks;
use crate::{Backoff, Jitter, OptionError, Ratio};
use std::time::Duration;

/// The longest count of calls that a window remembers: a byte for each.
const MOST_CALLS: u32 = 1 << 20;
/// The most buckets of a window of time.
const MOST_BUCKETS: u32 = 1 << 16;
/// The most probes: as many as fit into their part of the state word.
pub(super) const MOST_PROBES: u16 = (1 << 12) - 1;

/// How a [`CircuitBreaker`](crate::CircuitBreaker) decides.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct BreakerOptions {
    /// The calls that count. Default: the last 100.
    pub window: Window,
    /// What opens the breaker. Default: half of at least 20 calls failed.
    pub trip: Trip,
    /// How it finds out whether it may close. Default: 3 probes that all succeed.
    pub half_open: HalfOpen,
    /// How long it stays open: the first wait after calls have flowed, the second if the probes then fail, and so on.
    /// Default: 5 s, doubled each time up to a minute, 10 % to either side.
    pub wait: Backoff,
    /// Where the jitter of `wait` begins. Default: somewhere else in every breaker.
    pub seed: Option<u64>,
    /// The longest wait that is taken from an error ([`Verdict::RetryAfter`](crate::Verdict::RetryAfter)), which makes
    /// `wait` longer and never shorter. Default: 5 minutes.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub longest_retry_after: Duration,
}

/// The calls that count towards a trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Window {
    /// The last so many, 1 to 1,048,576.
    Calls(u32),
    /// Those of the last `buckets` spans of `width`, the present one included; a span begins at a multiple of `width`
    /// on the clock. 1 to 65,536 of them.
    Time {
        /// The length of one span, which leaves the window as a whole.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
        width: Duration,
        /// How many spans.
        buckets: u32,
    },
    /// Only the unbroken row of failures. The cheapest: a success after a success writes nothing.
    Consecutive,
}

/// What opens a breaker: any of these that is set. All are `>=`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
pub struct Trip {
    /// This share of the window failed. Default: half.
    pub failure_ratio: Option<Ratio>,
    /// Too many calls were slow. Default: not looked at, and then a success costs no look at the clock.
    pub slow: Option<SlowCalls>,
    /// So many calls of the window failed. Default: no bound.
    pub failures: Option<u32>,
    /// [`failures`](Self::failures) says nothing before the window holds so many calls, or is full. Default: 0, so that
    /// it says at once what it sees.
    pub failures_among: u32,
    /// So many calls failed in a row, in the window or longer ago. Default: no bound.
    pub consecutive: Option<u32>,
    /// The two ratios say nothing before the window holds so many calls, or is full. Default: 20.
    pub minimum_calls: u32,
}

/// When slowness alone opens a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct SlowCalls {
    /// A call is slow if it takes longer than this.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub longer_than: Duration,
    /// This share of the window was slow.
    pub ratio: Ratio,
}

/// How an open breaker finds out whether it may close.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(from = "crate::data::HalfOpenData"))]
pub struct HalfOpen {
    /// How many calls may be out, or have counted, before it is decided; 1 to 4,095. Default: 3.
    pub probes: u16,
    /// What they have to show. Default: all succeed.
    pub closing: Closing,
    /// A probe without a result for so long is given up: its place is free again, and its result, should it come, is
    /// stale. Counted from when the latest probe began. Default: 30 s.
    pub probe_timeout: Duration,
    /// How long the whole decision may take, and how it then falls. Default: as long as it needs.
    pub limit: Option<(Duration, Undecided)>,
    /// After the decision to close, lets a share of the calls through that grows to all of them over this time.
    /// Default: all at once.
    pub ramp: Option<Duration>,
}

/// What probes have to show before a breaker closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Closing {
    /// So many succeed. It reopens as soon as that has become impossible. A slow probe has failed, if slowness trips.
    Successes(u16),
    /// [`Trip::minimum_calls`] of them have come back, or all if those are fewer, and the ratios of [`Trip`] are kept
    /// among them; it reopens if they are not. As resilience4j decides.
    Ratios,
}

/// What happens to a decision that takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Undecided {
    /// The breaker closes.
    Close,
    /// It opens again.
    Open,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        let wait = Backoff::exponential(Duration::from_secs(5), 2.0)
            .with_cap(Duration::from_secs(60))
            .with_jitter(Jitter::Proportional(Ratio::percent(10)));
        Self {
            window: Window::Calls(100),
            trip: Trip::default(),
            half_open: HalfOpen::default(),
            wait,
            seed: None,
            longest_retry_after: Duration::from_secs(300),
        }
    }
}

impl Default for Trip {
    fn default() -> Self {
        Self { failure_ratio: Some(Ratio::HALF), minimum_calls: 20, ..Self::never() }
    }
}

impl Default for HalfOpen {
    fn default() -> Self {
        Self::all_of(3)
    }
}

impl Trip {
    /// Nothing opens the breaker but [`Verdict::Trip`](crate::Verdict::Trip) and whoever does it by hand.
    #[must_use]
    pub const fn never() -> Self {
        let (failure_ratio, slow, failures, consecutive) = (None, None, None, None);
        Self { failure_ratio, slow, failures, failures_among: 0, consecutive, minimum_calls: 0 }
    }

    /// Opens at this share of failures among at least `minimum_calls`.
    #[must_use]
    pub const fn at_ratio(ratio: Ratio, minimum_calls: u32) -> Self {
        Self { failure_ratio: Some(ratio), minimum_calls, ..Self::never() }
    }

    /// Opens at so many failures in the window.
    #[must_use]
    pub const fn at_failures(failures: u32) -> Self {
        Self { failures: Some(failures), ..Self::never() }
    }

    /// Opens at so many failures in the window only once it holds `calls` calls, or is full.
    #[must_use]
    pub const fn among(mut self, calls: u32) -> Self {
        self.failures_among = calls;
        self
    }

    /// Opens at so many failures in a row.
    #[must_use]
    pub const fn at_consecutive(failures: u32) -> Self {
        Self { consecutive: Some(failures), ..Self::never() }
    }

    /// Opens also at this share of slow calls.
    #[must_use]
    pub const fn with_slow(mut self, longer_than: Duration, ratio: Ratio) -> Self {
        self.slow = Some(SlowCalls { longer_than, ratio });
        self
    }
}

impl HalfOpen {
    /// Closes when so many probes have succeeded, reopens at the first failure.
    #[must_use]
    pub const fn all_of(probes: u16) -> Self {
        Self::some_of(probes, probes)
    }

    /// Closes when `successes` of `probes` have succeeded, reopens when they no longer can.
    #[must_use]
    pub const fn some_of(successes: u16, probes: u16) -> Self {
        let closing = Closing::Successes(successes);
        Self { probes, closing, probe_timeout: Duration::from_secs(30), limit: None, ramp: None }
    }
}

macro_rules! with {
    ($($(#[$doc:meta])* $with:ident, $field:ident: $type:ty;)*) => {
        impl BreakerOptions {
            $($(#[$doc])*
            #[must_use]
            pub const fn $with(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            })*
        }
    };
}

with! {
    /// Counts these calls.
    with_window, window: Window;
    /// Opens at this.
    with_trip, trip: Trip;
    /// Closes by this.
    with_half_open, half_open: HalfOpen;
    /// Stays open for so long.
    with_wait, wait: Backoff;
    /// The same waits in every run.
    with_seed, seed: Option<u64>;
    /// Believes an error about when to come back up to this.
    with_longest_retry_after, longest_retry_after: Duration;
}

impl BreakerOptions {
    /// Whether counting a call needs to know what time it is.
    pub(super) const fn timed(&self) -> bool {
        self.trip.slow.is_some() || matches!(self.window, Window::Time { .. })
    }

    pub(super) fn check(&self) -> Result<(), OptionError> {
        let mut checks = Checks::default();
        self.check_all(&mut checks);
        checks.first()
    }

    pub(crate) fn check_all(&self, checks: &mut Checks) {
        self.window.check(&self.trip, checks);
        checks.require(self.trip.failures != Some(0), "trip.failures", "at least 1");
        checks.require(self.trip.consecutive != Some(0), "trip.consecutive", "at least 1");
        self.half_open.check(&self.trip, checks);
    }
}

impl Window {
    fn check(self, trip: &Trip, checks: &mut Checks) {
        match self {
            Self::Calls(calls) => {
                checks.require((1..=MOST_CALLS).contains(&calls), "window.calls", "1 to 1048576");
                let reached = calls == 0 || trip.failures.is_none_or(|failures| failures <= calls);
                checks.require(reached, "trip.failures", "as many as the window holds calls, or fewer");
            }
            Self::Time { width, buckets } => {
                let wide = !width.is_zero() && width.as_nanos() <= u128::from(u64::MAX);
                checks.require(wide, "window.time.width", "longer than nothing, shorter than 584 years");
                checks.require((1..=MOST_BUCKETS).contains(&buckets), "window.time.buckets", "1 to 65536");
            }
            Self::Consecutive => {
                let ratios = trip.failure_ratio.is_some() || trip.slow.is_some();
                let alone = !ratios && trip.failures.is_none();
                checks.require(alone, "trip", "`consecutive` alone, as the window has no more");
            }
        }
    }
}

impl HalfOpen {
    fn check(&self, trip: &Trip, checks: &mut Checks) {
        checks.require((1..=MOST_PROBES).contains(&self.probes), "half_open.probes", "1 to 4095");
        // Without time for a decision there would never be one, and without time for a probe any number of them.
        checks.require(!self.probe_timeout.is_zero(), "half_open.probe_timeout", "longer than nothing");
        let limit = self.limit.is_none_or(|(limit, _)| !limit.is_zero());
        checks.require(limit, "half_open.limit", "longer than nothing");
        match self.closing {
            Closing::Successes(successes) => {
                let fits = (1..=self.probes).contains(&successes);
                checks.require(fits, "half_open.closing.successes", "1 to the number of probes");
            }
            Closing::Ratios => {
                let any = trip.failure_ratio.is_some() || trip.slow.is_some();
                checks.require(any, "half_open.closing", "a ratio in `trip` to judge the probes by");
            }
        }
    }
}
