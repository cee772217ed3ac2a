//! What is remembered of the calls that count.

use super::options::Window;
use crate::Ratio;
use crate::spans::{Counts, Spans};
use enhanced_config_clock::Instant;

/// Calls by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
}

#[derive(Debug)]
pub(super) enum Recent {
    Calls(Calls),
    Time(Spans<Tally>),
    Consecutive,
}

impl Recent {
    pub(super) fn new(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Calls(Calls::new(calls as usize)),
            Window::Time { width, buckets } => Self::Time(Spans::new(width, buckets as usize)),
            Window::Consecutive => Self::Consecutive,
        }
    }

    /// `now` is looked at only by windows of time.
    pub(super) fn record(&mut self, outcome: Outcome, now: Instant) {
        match self {
            Self::Calls(calls) => calls.record(outcome),
            Self::Time(spans) => {
                spans.add(outcome.tally(), now);
            }
            Self::Consecutive => {}
        }
    }

    pub(super) fn tally(&mut self, now: Instant) -> Tally {
        match self {
            Self::Calls(calls) => calls.tally,
            Self::Time(spans) => spans.total(now),
            Self::Consecutive => Tally::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Calls(calls) => calls.clear(),
            Self::Time(spans) => spans.clear(),
            Self::Consecutive => {}
        }
    }

    /// Whether one more quick success would change nothing: it would only push out another.
    pub(super) fn is_steady(&self) -> bool {
        match self {
            Self::Calls(calls) => calls.is_full() && calls.tally.failed == 0 && calls.tally.slow == 0,
            Self::Time(_) => false,
            Self::Consecutive => true,
        }
    }

    /// The most calls it can hold, if that is bounded.
    pub(super) fn capacity(&self) -> Option<u64> {
        match self {
            Self::Calls(calls) => Some(calls.outcomes.len() as u64),
            _ => None,
        }
    }
}

/// The last so many calls: a ring.
#[derive(Debug)]
pub(super) struct Calls {
    outcomes: Box<[Outcome]>,
    oldest: usize,
    tally: Tally,
}

impl Calls {
    fn new(calls: usize) -> Self {
        Self { outcomes: vec![Outcome::default(); calls].into(), oldest: 0, tally: Tally::default() }
    }

    fn is_full(&self) -> bool {
        self.tally.calls == self.outcomes.len() as u64
    }

    fn record(&mut self, outcome: Outcome) {
        let full = self.is_full();
        if let Some(place) = self.outcomes.get_mut(self.oldest) {
            let pushed_out = std::mem::replace(place, outcome);
            if full {
                self.tally.remove(pushed_out.tally());
            }
        }
        self.tally.add(outcome.tally());
        self.oldest += 1;
        if self.oldest == self.outcomes.len() {
            self.oldest = 0;
        }
    }

    fn clear(&mut self) {
        self.oldest = 0;
        self.tally = Tally::default();
    }
}
