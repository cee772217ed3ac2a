use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use crate::alert::{Alert, Severity};

/// Whether everything is well, since when, and if not, why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// How it is.
    pub status: HealthStatus,
    /// Since when it has been that.
    #[serde(serialize_with = "crate::alert::date")]
    pub since: SystemTime,
    /// The alerts that go on, the worst first; each says what to do.
    pub causes: Vec<Alert>,
}

/// How everything is: as bad as the worst alert that goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// No alert.
    #[default]
    Healthy,
    /// Low or medium ones: all is served as it should be, but not as well as it could be.
    Degraded,
    /// High ones: what is served is not what should be, or soon will not be.
    Warning,
    /// Critical ones: somebody has to act now.
    Critical,
}

impl HealthStatus {
    /// What an alert of that severity makes of it.
    #[must_use]
    pub const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Low | Severity::Medium => Self::Degraded,
            Severity::High => Self::Warning,
            Severity::Critical => Self::Critical,
        }
    }

    /// What all of `alerts` make of it.
    pub fn of_all<'a>(alerts: impl IntoIterator<Item = &'a Alert>) -> Self {
        alerts.into_iter().map(|alert| Self::of(alert.severity)).max().unwrap_or_default()
    }

    /// In one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `warning: high: app: the newest content is refused`
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        self.causes.iter().try_for_each(|cause| write!(f, "\n  {cause}"))
    }
}
