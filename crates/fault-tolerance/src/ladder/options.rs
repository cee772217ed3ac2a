use super::Mode;
use crate::error::require;
use crate::{OptionError, Ratio};
use std::time::Duration;

/// When a [`DegradationLadder`](crate::DegradationLadder) changes its mode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct LadderOptions {
    /// Below this health there is no [`Mode::Full`]. Default: 90 %.
    pub reduced_below: Ratio,
    /// Below this there is no [`Mode::Reduced`]. Default: 60 %.
    pub essential_below: Ratio,
    /// Below this there is no [`Mode::Essential`]. Default: 20 %.
    pub offline_below: Ratio,
    /// Health has to be so much above a bound, or all there can be, before the mode above it comes back. Default: 5 %.
    pub margin: Ratio,
    /// A mode lasts at least so long before a better one follows. Default: 30 s.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub dwell: Duration,
    /// A mode lasts at least so long before a worse one follows. Default: no time.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub dwell_before_worse: Duration,
}

impl Default for LadderOptions {
    fn default() -> Self {
        Self {
            reduced_below: Ratio::percent(90),
            essential_below: Ratio::percent(60),
            offline_below: Ratio::percent(20),
            margin: Ratio::percent(5),
            dwell: Duration::from_secs(30),
            dwell_before_worse: Duration::ZERO,
        }
    }
}

impl LadderOptions {
    /// Full, reduced and essential service end below these.
    #[must_use]
    pub const fn with_bounds(mut self, reduced: Ratio, essential: Ratio, offline: Ratio) -> Self {
        (self.reduced_below, self.essential_below, self.offline_below) = (reduced, essential, offline);
        self
    }

    /// Comes back so much above a bound.
    #[must_use]
    pub const fn with_margin(mut self, margin: Ratio) -> Self {
        self.margin = margin;
        self
    }

    /// Stays so long before it gets better.
    #[must_use]
    pub const fn with_dwell(mut self, dwell: Duration) -> Self {
        self.dwell = dwell;
        self
    }

    /// Stays so long before it gets worse.
    #[must_use]
    pub const fn with_dwell_before_worse(mut self, dwell: Duration) -> Self {
        self.dwell_before_worse = dwell;
        self
    }

    pub(super) fn check(&self) -> Result<(), OptionError> {
        let fall = self.reduced_below >= self.essential_below && self.essential_below >= self.offline_below;
        require(fall, "bounds", "each at most the one before")
    }

    /// The best mode that `health` allows.
    pub(super) fn allowed(&self, health: Ratio) -> Mode {
        let allows = |mode: &Mode| health >= self.bound(*mode);
        [Mode::Full, Mode::Reduced, Mode::Essential].into_iter().find(allows).unwrap_or(Mode::Offline)
    }

    /// Whether `health` brings `mode` back.
    pub(super) fn brings_back(&self, mode: Mode, health: Ratio) -> bool {
        let needed = (self.bound(mode).get() + self.margin.get()).min(1.0);
        // 90 % and 5 % are a little more than 95 % to a float.
        health.get() >= needed - 1e-9
    }

    /// Below this health there is no `mode`.
    const fn bound(&self, mode: Mode) -> Ratio {
        match mode {
            Mode::Full => self.reduced_below,
            Mode::Reduced => self.essential_below,
            Mode::Essential => self.offline_below,
            Mode::Offline => Ratio::ZERO,
        }
    }
}
