use crate::Ratio;
use std::time::Duration;

/// How a wait is spread, so that callers who failed together do not come back together.
///
/// | | drawn from, for a wait of `d` |
/// |---|---|
/// | `None` | `d` |
/// | `Full` | 0 to `d` |
/// | `Equal` | `d / 2` to `d` |
/// | `Proportional(p)` | `d - p d` to `d + p d` |
///
/// All but the last are from Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Jitter {
    /// Not at all.
    #[default]
    None,
    /// Over everything up to the wait: the least work for an overloaded server.
    Full,
    /// Over its upper half: never less than half.
    Equal,
    /// Around it, by this share to either side.
    Proportional(Ratio),
}

impl Jitter {
    /// `wait` spread by `random`, which is from 0 to 1 and gives the least and the longest wait; never above `cap`.
    ///
    /// ```
    /// use enhanced_config_fault_tolerance::{Jitter, Ratio};
    /// use std::time::Duration;
    ///
    /// let (wait, cap) = (Duration::from_millis(100), Duration::from_millis(110));
    /// let quarter = Jitter::Proportional(Ratio::percent(25));
    /// assert_eq!(quarter.apply(wait, Duration::MAX, 1.0), Duration::from_millis(125));
    /// assert_eq!(quarter.apply(wait, cap, 1.0), cap);
    /// ```
    #[must_use]
    pub fn apply(self, wait: Duration, cap: Duration, random: f64) -> Duration {
        let wait = wait.min(cap);
        let (least, most) = match self {
            Self::None => (wait, wait),
            Self::Full => (Duration::ZERO, wait),
            Self::Equal => (wait / 2, wait),
            Self::Proportional(share) => {
                let spread = scale(wait, share.get());
                (wait.saturating_sub(spread), wait.saturating_add(spread).min(cap))
            }
        };
        least.saturating_add(scale(most - least, random)).min(most)
    }
}

/// `duration` times `factor`, to the nanosecond; the longest duration there is if that is too much.
pub(crate) fn scale(duration: Duration, factor: f64) -> Duration {
    let nanos = duration.as_nanos() as f64 * factor.max(0.0);
    // A float turned into an integer saturates, and what is no number becomes 0: of an infinite factor and no duration.
    let nanos = nanos.round() as u128;
    let seconds = nanos / 1_000_000_000;
    u64::try_from(seconds)
        .map_or(Duration::MAX, |seconds| Duration::new(seconds, (nanos % 1_000_000_000) as u32))
}
