use super::State;
use crate::{Ratio, Rejection};
use enhanced_config_clock::Instant;
use std::fmt;
use std::time::Duration;

/// What happened in a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It is in another state.
    Changed(Transition),
    /// In [`State::MetricsOnly`], what would have opened it. Told once for each kind of cause.
    WouldOpen(Cause),
    /// A call was not let through.
    Rejected(Rejected),
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The state before.
    pub from: State,
    /// The state since.
    pub to: State,
    /// Why.
    pub cause: Cause,
    /// When.
    pub at: Instant,
}

/// Why a breaker changed its state.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// This share of the calls failed.
    FailureRatio(Ratio),
    /// This share of the calls was slow.
    SlowRatio(Ratio),
    /// So many calls of the window failed.
    Failures(u64),
    /// So many calls failed in a row.
    Consecutive(u32),
    /// A result was [`Verdict::Trip`](crate::Verdict::Trip).
    Tripped,
    /// The wait, the time for a decision or the ramp is over.
    Time,
    /// The probes have decided.
    Probes {
        /// How many succeeded.
        succeeded: u64,
        /// How many failed.
        failed: u64,
    },
    /// Somebody said so.
    Forced,
}

/// Why a breaker did not let a call through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Rejected {
    /// The breaker's state.
    pub state: State,
    /// When it is worth asking again. None if somebody has to act first.
    ///
    /// | | |
    /// |---|---|
    /// | open | the rest of the wait |
    /// | half-open | a guess: as long again as the latest probe has been out, and no longer than until it is given up |
    /// | ramp | a tenth of it, over which the share of calls that is let through grows by as much; or the rest |
    pub retry_after: Option<Duration>,
}

impl Rejection for Rejected {
    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::HalfOpen => "trying a few calls",
            State::Ramp => "letting calls through again by and by",
            State::ForcedOpen => "held open",
            _ => "open",
        };
        write!(f, "circuit breaker is {state}")?;
        match self.retry_after {
            Some(wait) => write!(f, ", retry after {wait:?}"),
            None => Ok(()),
        }
    }
}
