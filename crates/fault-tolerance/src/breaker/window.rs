//! What is remembered of the calls that count.

use super::options::Window;
use super::ring::Ring;
use crate::Ratio;
use crate::spans::{Counts, Spans};
use enhanced_config_clock::Instant;
use std::sync::Arc;

/// Calls by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// All of them.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that took too long, failed or not.
    pub slow: u64,
}

impl Tally {
    /// Those that did not fail.
    #[must_use]
    pub const fn succeeded(&self) -> u64 {
        self.calls - self.failed
    }

    /// The share that failed; none of no calls.
    #[must_use]
    pub fn failure_ratio(&self) -> Option<Ratio> {
        Ratio::of(self.failed, self.calls)
    }

    /// The share that was slow; none of no calls.
    #[must_use]
    pub fn slow_ratio(&self) -> Option<Ratio> {
        Ratio::of(self.slow, self.calls)
    }
}

impl Counts for Tally {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.slow += other.slow;
    }

    fn remove(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failed -= other.failed;
        self.slow -= other.slow;
    }
}

/// How one call ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

impl Outcome {
    pub(super) const fn tally(self) -> Tally {
        Tally { calls: 1, failed: self.failed as u64, slow: self.slow as u64 }
    }

    pub(super) const fn bits(self) -> u8 {
        self.failed as u8 | (self.slow as u8) << 1
    }

    pub(super) const fn from_bits(bits: u8) -> Self {
        Self { failed: bits & 1 != 0, slow: bits & 2 != 0 }
    }
}

#[derive(Debug)]
pub(super) enum Recent {
    Calls { ring: Arc<Ring>, tally: Tally },
    Time(Spans<Tally>),
    Consecutive,
}

impl Recent {
    pub(super) fn new(window: Window) -> Self {
        match window {
            Window::Calls(calls) => {
                Self::Calls { ring: Arc::new(Ring::new(calls as usize)), tally: Tally::default() }
            }
            Window::Time { width, buckets } => Self::Time(Spans::new(width, buckets as usize)),
            Window::Consecutive => Self::Consecutive,
        }
    }

    /// Holds what `window` has room for from here on, beginning with the latest of what there is.
    pub(super) fn set_window(&mut self, window: Window, now: Instant) {
        let mut next = Self::new(window);
        match (&mut *self, &mut next) {
            (Self::Calls { ring, .. }, Self::Calls { ring: other, .. }) if ring.len() == other.len() => {
                return ring.disturb();
            }
            (Self::Calls { ring: old, tally: held }, Self::Calls { ring, tally }) => {
                old.retire();
                old.latest(held.calls.min(ring.len())).for_each(|outcome| ring.record(outcome, tally));
            }
            (Self::Time(spans), Self::Time(other)) => spans.pour_into(other, now),
            (Self::Calls { ring, .. }, _) => ring.retire(),
            _ => {}
        }
        *self = next;
    }

    /// `now` is looked at only by windows of time.
    pub(super) fn record(&mut self, outcome: Outcome, now: Instant) {
        match self {
            Self::Calls { ring, tally } => ring.record(outcome, tally),
            Self::Time(spans) => {
                spans.add(outcome.tally(), now);
            }
            Self::Consecutive => {}
        }
    }

    pub(super) fn tally(&mut self, now: Instant) -> Tally {
        match self {
            Self::Calls { tally, .. } => *tally,
            Self::Time(spans) => spans.total(now),
            Self::Consecutive => Tally::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Calls { ring, tally } => {
                ring.clear();
                *tally = Tally::default();
            }
            Self::Time(spans) => spans.clear(),
            Self::Consecutive => {}
        }
    }

    /// Whether one more quick success would change nothing: it would only push out another.
    pub(super) fn is_steady(&self) -> bool {
        match self {
            Self::Calls { ring, tally } => tally.calls == ring.len() && tally.failed == 0 && tally.slow == 0,
            Self::Time(_) => false,
            Self::Consecutive => true,
        }
    }

    /// The ring of a window of calls.
    pub(super) fn ring(&self) -> Option<Arc<Ring>> {
        match self {
            Self::Calls { ring, .. } => Some(Arc::clone(ring)),
            _ => None,
        }
    }

    /// The most calls it can hold, if that is bounded.
    pub(super) fn capacity(&self) -> Option<u64> {
        match self {
            Self::Calls { ring, .. } => Some(ring.len()),
            _ => None,
        }
    }
}
