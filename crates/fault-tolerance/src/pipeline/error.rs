use crate::retry::{GiveUp, History, Times};
use crate::timeout::TimedOut;
use crate::{Rejection, breaker, bulkhead, limiter, throttle};
use std::fmt;
use std::time::Duration;

/// Why a call through a pipeline gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}{}", After(retries.as_ref()))]
#[non_exhaustive]
pub struct PipelineError<E> {
    /// What became of the last attempt that was made; or, if none was, which policy refused it.
    #[source]
    pub cause: Cause<E>,
    /// What the outermost retry tried; none without one.
    pub retries: Option<Retries>,
}

/// What became of a call that gave no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum Cause<E> {
    /// It failed: its own error.
    Failed(E),
    /// It was never begun.
    Refused(Refusal),
    /// It was dropped, as it took too long, and may have had its effect.
    TimedOut(TimedOut),
}

/// What a retry has tried before it gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retries {
    /// Why there was no other attempt.
    pub reason: GiveUp,
    /// The attempts, the last included, and those that were refused too.
    pub history: History,
    /// How many of them were refused before they began.
    pub refused: u32,
}

/// A policy's refusal, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Refusal {
    /// A circuit breaker's.
    Breaker(#[from] breaker::Rejected),
    /// A bulkhead's.
    Bulkhead(#[from] bulkhead::Rejected),
    /// A timeout's: the time was over before the call could begin.
    #[error("{0}, before it could begin")]
    Timeout(#[from] TimedOut),
    /// A rate limit's.
    Limiter(#[from] limiter::Limited),
    /// An adaptive throttle's.
    Throttle(#[from] throttle::Throttled),
}

impl Rejection for Refusal {
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Breaker(rejected) => rejected.retry_after(),
            Self::Bulkhead(rejected) => rejected.retry_after(),
            // Only more time would help.
            Self::Timeout(_) => None,
            Self::Limiter(limited) => limited.retry_after(),
            Self::Throttle(throttled) => throttled.retry_after(),
        }
    }
}

struct After<'a>(Option<&'a Retries>);

impl fmt::Display for After<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Retries { reason, history, refused }) = self.0 else { return Ok(()) };
        let made = Times(history.attempts().saturating_sub(*refused));
        match (made.0, Times(*refused)) {
            (_, Times(0)) => write!(f, " ({reason}, {made} attempted)"),
            (0, refused) => write!(f, " ({reason}, {refused} refused)"),
            (_, refused) => write!(f, " ({reason}, {made} attempted, {refused} refused)"),
        }
    }
}
