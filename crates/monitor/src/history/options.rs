use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::series::Series;

/// How much history there is. What is left out of a serialised form has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HistoryOptions {
    /// The finest steps: 5 seconds, 72 of them.
    pub raw: Tier,
    /// Minutes: 90 of them.
    pub minutes: Tier,
    /// Hours: 24 of them, and the one that is going on.
    pub hours: Tier,
    /// How many series there can be: 512.
    pub max_series: usize,
    /// The most bytes that the histograms of one series may take: 256 KiB. If there are more, the oldest of the finest steps
    /// is forgotten. No less than 192 KiB, which is what the newest steps can need.
    pub distribution_bytes: usize,
}

/// Steps of one width. Their number is what bounds memory; time is what bounds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// How long a step is; no less than a millisecond.
    pub step: Duration,
    /// How many are kept beside the one that is going on; one at least.
    pub steps: usize,
}

impl HistoryOptions {
    /// With the finest steps as wide as the interval at which is recorded.
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.raw.step = interval;
        self
    }

    /// With so many series at most.
    #[must_use]
    pub fn with_max_series(mut self, series: usize) -> Self {
        self.max_series = series;
        self
    }

    /// The bytes that a history can take at most, whatever is recorded for however long, for names of 128 bytes: all series
    /// being histograms, with values in every bucket. As many as can be counted, if it is more.
    #[must_use]
    pub fn bound(&self) -> usize {
        self.max_series.saturating_mul(Series::bound(self).saturating_add(128))
    }

    pub(super) fn tiers(&self) -> [Tier; 3] {
        [self.raw, self.minutes, self.hours]
            .map(|tier| Tier { step: tier.step.max(Duration::from_millis(1)), steps: tier.steps.max(1) })
    }
}

impl Default for HistoryOptions {
    fn default() -> Self {
        let tier = |seconds, steps| Tier { step: Duration::from_secs(seconds), steps };
        Self {
            raw: tier(5, 72),
            minutes: tier(60, 90),
            hours: tier(3600, 24),
            max_series: 512,
            distribution_bytes: 256 << 10,
        }
    }
}
