//! What was read at every interval, for a day, in fixed memory.
//!
//! A series is kept three times: in steps as fine as it was recorded, in minutes, and in hours. Each [`Tier`] is a ring,
//! so that what is too old for one is still in the next. Counts are kept as what came in a step, and distributions as
//! the histogram of a step, from which percentiles of any span follow by merging.

mod options;
mod series;
mod summary;
mod tier;

use std::collections::BTreeMap;
use std::time::Duration;

use enhanced_config_clock::Instant;

pub use options::{HistoryOptions, Tier};
use series::Series;
pub use summary::{Quantiles, Reading, Summary};

/// The history of many series, by name.
#[derive(Clone, Debug)]
pub struct History {
    options: HistoryOptions,
    series: BTreeMap<String, Series>,
    refused: u64,
}

/// A step of a series.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// When it began.
    pub start: Instant,
    /// How long it is.
    pub width: Duration,
    /// What was read in it.
    pub summary: Summary,
}

impl History {
    /// An empty history.
    #[must_use]
    pub fn new(options: HistoryOptions) -> Self {
        Self { options, series: BTreeMap::new(), refused: 0 }
    }

    /// Notes what `series` reads at `now`, which must not be before what was noted last; if it is, it counts as then.
    ///
    /// Totals and distributions are cumulative, as instruments tell them: of the first reading all counts, and when one
    /// is less than the one before, what it tells has been restarted. A reading of another kind than the series has
    /// starts the series anew. A new series is refused when there are as many as the options allow.
    pub fn record(&mut self, now: Instant, series: &str, reading: Reading) {
        if let Some(known) = self.series.get_mut(series) {
            known.record(now, reading);
        } else if self.series.len() < self.options.max_series {
            let mut new = Series::new(&self.options, &reading);
            new.record(now, reading);
            self.series.insert(series.to_owned(), new);
        } else {
            self.refused = self.refused.saturating_add(1);
        }
    }

    /// Forgets `series`.
    pub fn forget(&mut self, series: &str) {
        self.series.remove(series);
    }

    /// Whether there is `series`.
    #[must_use]
    pub fn contains(&self, series: &str) -> bool {
        self.series.contains_key(series)
    }

    /// The names of all series, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.series.keys().map(String::as_str)
    }

    /// The steps of `series` from `from` until now, oldest first, all of one tier: the finest that still knows what was at
    /// `from`, or the coarsest. The first step may have begun before `from`, and the last is still going on.
    #[must_use]
    pub fn steps(&self, series: &str, from: Instant) -> Vec<Step> {
        self.series.get(series).map_or_else(Vec::new, |series| series.steps(from))
    }

    /// When the earliest first step of all series begins that `steps` has from `from` on; `from` where there is none.
    pub(crate) fn reach(&self, from: Instant) -> Instant {
        self.series.values().map(|series| series.reach(from)).min().unwrap_or(from)
    }

    /// All [`steps`](Self::steps) in one; `None` when there is none.
    #[must_use]
    pub fn summary(&self, series: &str, from: Instant) -> Option<Summary> {
        let mut steps = self.steps(series, from).into_iter().map(|step| step.summary);
        let first = steps.next()?;
        Some(steps.fold(first, |sum, step| sum.merged(&step)))
    }

    /// Bytes that are in use for what was recorded. Never more than [`HistoryOptions::bound`], which see.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.series.iter().map(|(name, series)| name.capacity() + series.bytes()).sum()
    }

    /// Readings that were not kept because there were too many series.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }
}
