use std::fmt;
use std::time::Duration;

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::breaker::{Snapshot, State};

/// Sources that are not read for now, because they have failed too often in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftAlone {
    /// How long they have been, when somebody wanted them.
    pub since: Duration,
    /// After what time they are read again, if somebody wants them then.
    pub retry_after: Duration,
}

impl LeftAlone {
    /// None while they are read.
    pub(super) fn of(breaker: &Snapshot, now: Instant) -> Option<Self> {
        let is_open = matches!(breaker.state, State::Open | State::HalfOpen);
        let retry_after = breaker.retry_after.filter(|_| is_open)?;
        Some(Self { since: now - breaker.since, retry_after })
    }
}

/// `left alone since 1.2s, and read again in 800.0ms at the earliest`
impl fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, retry_after } = self;
        write!(f, "left alone since {since:.1?}, and read again in {retry_after:.1?} at the earliest")
    }
}
