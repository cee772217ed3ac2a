use super::Limit;
use enhanced_config_clock::Instant;
use std::time::Duration;

/// Until when something may take, and which limit says so.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::timeout::Limit;
/// use enhanced_config_fault_tolerance::{AttemptTimeout, TotalTimeout};
/// use std::time::Duration;
///
/// let at = |seconds| Instant::default() + Duration::from_secs(seconds);
/// let (total, attempt) = (TotalTimeout::new(Duration::from_secs(10))?, AttemptTimeout::new(Duration::from_secs(4))?);
/// let total = total.begin(at(0));
/// assert_eq!(attempt.begin(at(0)).sooner(total).remaining(at(1)), Ok(Duration::from_secs(3)));
///
/// let last = attempt.begin(at(8)).sooner(total);
/// assert_eq!((last.at(), last.limit()), (at(10), Limit::Total));
/// assert!(last.check(at(10)).is_err());
/// # Ok::<(), enhanced_config_fault_tolerance::OptionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a deadline that nobody looks at ends nothing"]
pub struct Deadline {
    began: Instant,
    at: Instant,
    limit: Limit,
}

/// What was limited has taken too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{limit} timed out after {after:?}")]
pub struct TimedOut {
    /// Which limit was reached.
    pub limit: Limit,
    /// How long it had taken then.
    pub after: Duration,
}

impl Deadline {
    pub(super) fn new(began: Instant, length: Duration, limit: Limit) -> Self {
        Self { began, at: began + length, limit }
    }

    /// When it is.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// The limit that it is by.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// The one that comes first, `self` if both do.
    pub fn sooner(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }

    /// What is left at `now`, as for the timeout of a socket.
    ///
    /// # Errors
    /// Nothing: at exactly the deadline it is over.
    pub fn remaining(&self, now: Instant) -> Result<Duration, TimedOut> {
        self.check(now).map(|()| self.at - now)
    }

    /// Asks at `now` whether to go on, which a long call does between two steps.
    ///
    /// # Errors
    /// It is over: at exactly the deadline it is.
    pub fn check(&self, now: Instant) -> Result<(), TimedOut> {
        if now < self.at { Ok(()) } else { Err(TimedOut { limit: self.limit, after: now - self.began }) }
    }
}
