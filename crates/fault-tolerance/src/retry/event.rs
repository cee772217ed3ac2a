use super::GiveUp;
use crate::Verdict;
use std::time::Duration;

/// What happened to operations that did not succeed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An attempt is to be made again.
    Retry {
        /// How the last one ended.
        verdict: Verdict,
        /// How long the next one waits.
        wait: Duration,
    },
    /// An operation has succeeded after all.
    Recovered {
        /// How many attempts it took.
        attempts: u32,
    },
    /// An operation is given up.
    GaveUp {
        /// How the last attempt ended.
        verdict: Verdict,
        /// Why there is no other.
        reason: GiveUp,
        /// How many there were.
        attempts: u32,
    },
}
