use super::Refusal;
use crate::Verdict;
use crate::retry::GiveUp;
use crate::timeout::TimedOut;
use std::time::Duration;

/// What happened to a call in a pipeline. What changes in a policy, as when a breaker opens, its own observer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A policy did not let an attempt begin.
    Refused(Refusal),
    /// What was limited took too long, and was dropped.
    TimedOut(TimedOut),
    /// An attempt is to be made again.
    Retry {
        /// How the last one ended.
        verdict: Verdict,
        /// How long the next one waits.
        wait: Duration,
    },
    /// An attempt is not made again.
    GaveUp {
        /// How the last one ended.
        verdict: Verdict,
        /// Why there is no other.
        reason: GiveUp,
    },
    /// The call is over. Not told of one that panicked, or whose future was dropped.
    Ended {
        /// What its result means.
        verdict: Verdict,
        /// Whether it was begun at all.
        made: bool,
    },
}
