//! What many measurements of one thing come to.

use std::time::Duration;

/// The middle and the tail of a set of durations.
#[derive(Debug, Clone, Copy)]
pub struct Percentiles {
    /// Half of them are no longer.
    pub median: Duration,
    /// All but one in a hundred are no longer.
    pub p99: Duration,
}

impl Percentiles {
    /// Of at least one duration; zero for none.
    pub fn of(durations: &[Duration]) -> Self {
        let mut sorted = durations.to_vec();
        sorted.sort_unstable();
        let at = |share: usize| sorted.get((sorted.len() * share / 100).min(sorted.len().saturating_sub(1)));
        let at = |share| at(share).copied().unwrap_or_default();
        Self { median: at(50), p99: at(99) }
    }
}
