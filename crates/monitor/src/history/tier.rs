use std::collections::VecDeque;
use std::time::Duration;

use enhanced_config_clock::Instant;

use super::{Step, Summary, Tier};
use crate::meter::Distribution;

/// Steps of one width, the newest of which still goes on.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    step: u64,
    limit: usize,
    /// Number since the clock's origin, and what was told; never more than `limit` and the newest.
    steps: VecDeque<(u64, Stored)>,
    /// The newest that is no longer there.
    forgotten: Option<u64>,
}

/// A summary in as few bytes as it takes.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    Plain(Summary),
    /// What [`Distribution::to_bytes`] wrote.
    Packed(Box<[u8]>),
}

impl Ring {
    pub(super) fn new(tier: Tier) -> Self {
        let step = u64::try_from(tier.step.as_nanos()).unwrap_or(u64::MAX);
        Self { step, limit: tier.steps, steps: VecDeque::new(), forgotten: None }
    }

    pub(super) fn add(&mut self, now: Instant, summary: &Summary) {
        let number = now.as_nanos() / self.step;
        match self.steps.back_mut() {
            Some((newest, stored)) if *newest >= number => stored.add(summary),
            _ => self.steps.push_back((number, Stored::of(summary.clone()))),
        }
        let oldest_kept = number.saturating_sub(self.limit as u64);
        while self.steps.front().is_some_and(|(number, _)| *number < oldest_kept) {
            self.forget_oldest();
        }
    }

    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.forgotten = None;
    }

    /// Whether it knows all that was told since `from`, provided that it was told of it at all.
    pub(super) fn knows(&self, from: Instant) -> bool {
        self.forgotten.is_none_or(|forgotten| from.as_nanos() / self.step > forgotten)
    }

    pub(super) fn since(&self, from: Instant) -> Vec<Step> {
        let first = from.as_nanos() / self.step;
        let recent = self.steps.iter().filter(|(number, _)| *number >= first);
        let step = |(number, stored): &(u64, Stored)| Step {
            start: Instant::from_nanos(number.saturating_mul(self.step)),
            width: Duration::from_nanos(self.step),
            summary: stored.summary(),
        };
        recent.map(step).collect()
    }

    /// When the step begins that `at` is in.
    pub(super) fn start(&self, at: Instant) -> Instant {
        Instant::from_nanos(at.as_nanos() / self.step * self.step)
    }

    /// Forgets the oldest step, unless it is the one that goes on, and says how many packed bytes it had.
    pub(super) fn forget_oldest(&mut self) -> Option<usize> {
        if self.steps.len() < 2 {
            return None;
        }
        let (number, stored) = self.steps.pop_front()?;
        self.forgotten = Some(number);
        Some(stored.packed_bytes())
    }

    pub(super) fn packed_bytes(&self) -> usize {
        self.steps.iter().map(|(_, stored)| stored.packed_bytes()).sum()
    }

    pub(super) fn slot_bytes(&self) -> usize {
        self.steps.capacity() * size_of::<(u64, Stored)>()
    }
}

impl Stored {
    fn of(summary: Summary) -> Self {
        match summary {
            Summary::Distribution(values) => Self::Packed(values.to_bytes()),
            plain => Self::Plain(plain),
        }
    }

    fn add(&mut self, later: &Summary) {
        *self = Self::of(self.summary().merged(later));
    }

    pub(super) fn summary(&self) -> Summary {
        match self {
            Self::Plain(summary) => summary.clone(),
            // Nobody else writes these bytes, so that they are never damaged.
            Self::Packed(bytes) => Summary::Distribution(Distribution::from_bytes(bytes).unwrap_or_default()),
        }
    }

    fn packed_bytes(&self) -> usize {
        match self {
            Self::Plain(_) => 0,
            Self::Packed(bytes) => bytes.len(),
        }
    }
}
