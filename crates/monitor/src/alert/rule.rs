use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Severity;

/// When something is wrong, how bad that is, and what to do about it. A serialised form needs a name, a signal and a bound;
/// what else is left out is as [`new`](Self::new) has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// What it is called, in words with hyphens.
    pub name: Cow<'static, str>,
    /// What it looks at: the name of an [`Observation`](super::Observation).
    pub signal: Cow<'static, str>,
    /// How bad it is.
    #[serde(default = "medium")]
    pub severity: Severity,
    /// From where it is wrong, and from where it is well again.
    pub bound: Bound,
    /// What the numbers are.
    #[serde(default = "as_counted")]
    pub unit: Unit,
    /// How long it has to be wrong without a break before an alert is raised.
    #[serde(rename = "for", default)]
    pub hold: Duration,
    /// How long it has to be well without a break before the alert is resolved.
    #[serde(default)]
    pub quiet: Duration,
    /// After which time an alert that goes on is told again: 1 hour. No less than a second.
    #[serde(default = "hour")]
    pub repeat: Duration,
    /// What is wrong, in a few words; the name where it is empty.
    #[serde(default)]
    pub title: Cow<'static, str>,
    /// What to do, in a sentence.
    #[serde(default)]
    pub remedy: Cow<'static, str>,
}

const fn medium() -> Severity {
    Severity::Medium
}

const fn as_counted() -> Unit {
    Unit::Count
}

const fn hour() -> Duration {
    Duration::from_secs(3600)
}

/// From where a number is wrong, and from where it is well again. Between the two it stays what it was, so that one that
/// trembles about a threshold is told once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    /// Wrong above `raise`, well again at `clear` and below.
    Above {
        /// The most that is well.
        raise: f64,
        /// No more than `raise`; if it is, it counts as that.
        clear: f64,
    },
    /// Wrong below `raise`, well again at `clear` and above.
    Below {
        /// The least that is well.
        raise: f64,
        /// No less than `raise`; if it is, it counts as that.
        clear: f64,
    },
}

/// What a number is, to be shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// A part of one.
    Ratio,
    /// A hundredth.
    Percent,
    /// Seconds.
    Seconds,
    /// How many.
    Count,
    /// 0 or 1, which nobody wants to see.
    Flag,
}

impl Rule {
    /// `signal` is wrong outside of `bound`: at once, well again at once, told again after an hour.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        signal: impl Into<Cow<'static, str>>,
        bound: Bound,
    ) -> Self {
        let name = name.into();
        Self {
            signal: signal.into(),
            severity: medium(),
            bound,
            unit: as_counted(),
            hold: Duration::ZERO,
            quiet: Duration::ZERO,
            repeat: hour(),
            title: name.clone(),
            remedy: Cow::Borrowed(""),
            name,
        }
    }

    /// As bad as that; [`Severity::Medium`] if it is not said.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Its numbers are in `unit`; [`Unit::Count`] if it is not said.
    #[must_use]
    pub const fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// Raised after it was wrong for `hold`, and resolved after it was well for `quiet`.
    #[must_use]
    pub const fn held(mut self, hold: Duration, quiet: Duration) -> Self {
        (self.hold, self.quiet) = (hold, quiet);
        self
    }

    /// Told again after `repeat`.
    #[must_use]
    pub const fn repeated(mut self, repeat: Duration) -> Self {
        self.repeat = repeat;
        self
    }

    /// Outside of `bound`.
    #[must_use]
    pub const fn bound(mut self, bound: Bound) -> Self {
        self.bound = bound;
        self
    }

    /// What is wrong and what to do.
    #[must_use]
    pub fn words(
        mut self,
        title: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        (self.title, self.remedy) = (title.into(), remedy.into());
        self
    }

    /// What is wrong.
    pub(super) fn title(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// What keeps it from doing what it is for.
    pub(super) fn problem(&self) -> Option<RuleProblem> {
        if self.name.is_empty() {
            return Some(RuleProblem::Nameless { signal: self.signal.to_string() });
        }
        let (found, expected) = (self.bound.threshold(), self.unit.range());
        let is_well = found.is_finite() && expected.contains(&found);
        (!is_well).then(|| RuleProblem::Threshold { rule: self.name.to_string(), found, expected })
    }
}

/// Why a rule cannot be relied on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// Nobody could say which it is.
    #[error("a rule about {signal} has no name")]
    Nameless {
        /// What it looks at.
        signal: String,
    },
    /// Each name is that of one rule.
    #[error("rule {rule}: there are two of that name")]
    Twice {
        /// The name.
        rule: String,
    },
    /// Nothing, or everything, would be wrong.
    #[error("rule {rule}: expected a threshold from {} to {}, found {found}", .expected.start(), .expected.end())]
    Threshold {
        /// The rule.
        rule: String,
        /// What it says.
        found: f64,
        /// What its unit has room for.
        expected: RangeInclusive<f64>,
    },
}

impl Bound {
    /// Wrong above `raise`, well again at `clear`.
    #[must_use]
    pub const fn above(raise: f64, clear: f64) -> Self {
        Self::Above { raise, clear }
    }

    /// Wrong below `raise`, well again at `clear`.
    #[must_use]
    pub const fn below(raise: f64, clear: f64) -> Self {
        Self::Below { raise, clear }
    }

    /// Where wrong begins.
    #[must_use]
    pub const fn threshold(&self) -> f64 {
        match self {
            Self::Above { raise, .. } | Self::Below { raise, .. } => *raise,
        }
    }

    /// Whether `value` is wrong. What is no number is not.
    pub(super) fn is_broken_by(&self, value: f64) -> bool {
        match self {
            Self::Above { raise, .. } => value > *raise,
            Self::Below { raise, .. } => value < *raise,
        }
    }

    /// Whether `value` is well again. What is no number is.
    pub(super) fn is_cleared_by(&self, value: f64) -> bool {
        match self {
            Self::Above { raise, clear } => value.is_nan() || value <= clear.min(*raise),
            Self::Below { raise, clear } => value.is_nan() || value >= clear.max(*raise),
        }
    }

    /// The worse of two values.
    pub(super) fn worse(&self, one: f64, other: f64) -> f64 {
        match self {
            Self::Above { .. } => one.max(other),
            Self::Below { .. } => one.min(other),
        }
    }

    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Above { .. } => "more than",
            Self::Below { .. } => "less than",
        }
    }
}

impl Unit {
    /// What a number can be.
    const fn range(self) -> RangeInclusive<f64> {
        match self {
            Self::Ratio | Self::Flag => 0.0..=1.0,
            Self::Percent => 0.0..=100.0,
            Self::Seconds => 0.0..=f64::MAX,
            Self::Count => f64::MIN..=f64::MAX,
        }
    }

    /// `value` for people; empty for a flag.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Ratio => format!("{:.1} %", 100.0 * value),
            Self::Percent => format!("{value:.1} %"),
            Self::Seconds => format!("{value:.2} s"),
            Self::Count => format!("{value}"),
            Self::Flag => String::new(),
        }
    }
}
