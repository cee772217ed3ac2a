//! What is remembered of the calls that count.

use super::options::Window;
use crate::Ratio;
use enhanced_config_clock::Instant;
use std::time::Duration;

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

    pub(super) const fn add(&mut self, outcome: Outcome) {
        self.calls += 1;
        self.failed += outcome.failed as u64;
        self.slow += outcome.slow as u64;
    }

    const fn remove(&mut self, other: Self) {
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

#[derive(Debug)]
pub(super) enum Recent {
    Calls(Calls),
    Time(Buckets),
    Consecutive,
}

impl Recent {
    pub(super) fn new(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Calls(Calls::new(calls as usize)),
            Window::Time { width, buckets } => Self::Time(Buckets::new(width, buckets as usize)),
            Window::Consecutive => Self::Consecutive,
        }
    }

    pub(super) fn record(&mut self, outcome: Outcome, now: Instant) {
        match self {
            Self::Calls(calls) => calls.record(outcome),
            Self::Time(buckets) => buckets.record(outcome, now),
            Self::Consecutive => {}
        }
    }

    pub(super) fn tally(&mut self, now: Instant) -> Tally {
        match self {
            Self::Calls(calls) => calls.tally,
            Self::Time(buckets) => {
                buckets.advance(now);
                buckets.tally
            }
            Self::Consecutive => Tally::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Calls(calls) => calls.clear(),
            Self::Time(buckets) => buckets.clear(),
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
                let mut one = Tally::default();
                one.add(pushed_out);
                self.tally.remove(one);
            }
        }
        self.tally.add(outcome);
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

/// The calls of the last so many spans of time.
#[derive(Debug)]
pub(super) struct Buckets {
    width: u64,
    buckets: Box<[Tally]>,
    /// The number of the span that is counted now, from the clock's origin on.
    present: u64,
    tally: Tally,
}

impl Buckets {
    fn new(width: Duration, buckets: usize) -> Self {
        let width = u64::try_from(width.as_nanos()).unwrap_or(u64::MAX).max(1);
        Self { width, buckets: vec![Tally::default(); buckets].into(), present: 0, tally: Tally::default() }
    }

    fn record(&mut self, outcome: Outcome, now: Instant) {
        self.advance(now);
        self.tally.add(outcome);
        let present = self.present;
        self.bucket(present).add(outcome);
    }

    /// Forgets what has become too old. A moment before the present span belongs to it: that caller looked at the
    /// clock first and came second.
    fn advance(&mut self, now: Instant) {
        let span = now.as_nanos() / self.width;
        let passed = span.saturating_sub(self.present).min(self.buckets.len() as u64);
        for back in 0..passed {
            let old = std::mem::take(self.bucket(span - back));
            self.tally.remove(old);
        }
        self.present = self.present.max(span);
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the length, which is not 0")]
    fn bucket(&mut self, span: u64) -> &mut Tally {
        let place = (span % self.buckets.len() as u64) as usize;
        &mut self.buckets[place]
    }

    fn clear(&mut self) {
        self.buckets.fill(Tally::default());
        self.tally = Tally::default();
    }
}
