use crate::Rejection;
use std::time::Duration;

/// What happened in a bulkhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A call began to wait for a place.
    Queued,
    /// A call that had waited was let through.
    Admitted {
        /// How long it had waited.
        waited: Duration,
    },
    /// A call was not let through.
    Rejected(Rejected),
}

/// Why a bulkhead did not let a call through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// As many calls as may be are in flight, and no other may wait.
    #[error("bulkhead is full")]
    Full,
    /// No place came free in time.
    #[error("bulkhead is full, and was for {waited:?}")]
    TimedOut {
        /// How long the call had waited.
        waited: Duration,
    },
}

impl Rejection for Rejected {
    /// None: nobody knows how long the calls in flight will take, and asking again at once is the load that is to be
    /// spared.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
