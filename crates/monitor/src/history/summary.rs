use enhanced_config_meter::Distribution;
use serde::Serialize;

/// What an instrument tells at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// How much there is of something.
    Level(f64),
    /// How much came of something, ever.
    Total(u64),
    /// All values that came, ever.
    Distribution(Distribution),
}

/// What an instrument told during a span of time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Summary {
    /// How much there was of something.
    Level {
        /// The newest.
        last: f64,
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// All that were read, added up.
        sum: f64,
        /// How many were read.
        readings: u64,
    },
    /// How much came in that time.
    Total(u64),
    /// The values that came in that time.
    Distribution(Distribution),
}

/// A distribution in five figures, in the unit of what was recorded; percentiles are within 1 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quantiles {
    /// How many values came.
    pub count: u64,
    /// Their mean, exact.
    pub mean: f64,
    /// The median.
    pub p50: u64,
    /// 95 % are no more.
    pub p95: u64,
    /// 99 % are no more.
    pub p99: u64,
    /// The largest.
    pub max: u64,
}

impl Quantiles {
    /// Those of `distribution`; `None` when nothing came.
    #[must_use]
    pub fn of(distribution: &Distribution) -> Option<Self> {
        Some(Self {
            count: distribution.count(),
            mean: distribution.mean()?,
            p50: distribution.percentile(50.0)?,
            p95: distribution.percentile(95.0)?,
            p99: distribution.percentile(99.0)?,
            max: distribution.max()?,
        })
    }
}

impl Summary {
    pub(super) const fn of_level(level: f64) -> Self {
        Self::Level { last: level, min: level, max: level, sum: level, readings: 1 }
    }

    /// One number for it: the mean level, what came, or the 95th percentile of what came; `None` when nothing was read.
    #[must_use]
    pub fn figure(&self) -> Option<f64> {
        match self {
            Self::Level { sum, readings, .. } => (*readings > 0).then(|| sum / *readings as f64),
            Self::Total(total) => Some(*total as f64),
            Self::Distribution(values) => values.percentile(95.0).map(|value| value as f64),
        }
    }

    /// How much came, or how many values; of a level, how often it was read.
    #[must_use]
    pub fn total(&self) -> u64 {
        match self {
            Self::Level { readings, .. } => *readings,
            Self::Total(total) => *total,
            Self::Distribution(values) => values.count(),
        }
    }

    /// The five figures of a distribution, of which there is one only if something came.
    #[must_use]
    pub fn quantiles(&self) -> Option<Quantiles> {
        match self {
            Self::Distribution(values) => Quantiles::of(values),
            _ => None,
        }
    }

    /// This and what was told `later`; of two kinds, the later one.
    #[must_use]
    pub fn merged(self, later: &Self) -> Self {
        match (self, later) {
            (
                Self::Level { min, max, sum, readings, .. },
                Self::Level { last, min: min2, max: max2, sum: sum2, readings: more },
            ) => Self::Level {
                last: *last,
                min: min.min(*min2),
                max: max.max(*max2),
                sum: sum + sum2,
                readings: readings.saturating_add(*more),
            },
            (Self::Total(total), Self::Total(more)) => Self::Total(total.saturating_add(*more)),
            (Self::Distribution(mut values), Self::Distribution(more)) => {
                values.merge(more);
                Self::Distribution(values)
            }
            (_, later) => later.clone(),
        }
    }
}
