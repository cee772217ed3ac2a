use crate::error::require;
use crate::{OptionError, Ratio};
use std::time::Duration;

/// The most calls that are looked back on: a byte for each.
const MOST_CALLS: u32 = 1 << 20;

/// How long a [`Hedge`](crate::Hedge) waits for the first call before it makes the second.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum HedgeDelay {
    /// Always so long.
    Fixed(#[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))] Duration),
    /// As long as this share of the last calls took at most, to the next eighth of an octave. What "The Tail at Scale"
    /// advises: a second call for the slowest 5 % adds 5 % of load, and takes off most of the tail.
    Observed {
        /// The share, below all.
        share: Ratio,
        /// Of so many calls, 1 to 1,048,576.
        calls: u32,
        /// The delay until so many calls have ended that one of them would be above the share.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
        at_first: Duration,
    },
}

impl Default for HedgeDelay {
    /// 95 % of the last 1,000 calls, and 100 ms at first.
    fn default() -> Self {
        Self::Observed { share: Ratio::percent(95), calls: 1000, at_first: Duration::from_millis(100) }
    }
}

impl HedgeDelay {
    pub(super) fn check(&self) -> Result<(), OptionError> {
        let Self::Observed { share, calls, .. } = self else { return Ok(()) };
        require(*share < Ratio::ONE, "delay.share", "less than all")?;
        require((1..=MOST_CALLS).contains(calls), "delay.calls", "1 to 1048576")
    }
}
