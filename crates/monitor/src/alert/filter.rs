use std::sync::Arc;
use std::time::SystemTime;

use super::{Alert, Severity};

/// Which alerts are meant. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    severity: Option<Severity>,
    subject: Option<Arc<str>>,
    rule: Option<String>,
    since: Option<SystemTime>,
    until: Option<SystemTime>,
    active: bool,
}

impl AlertFilter {
    /// Those that go on.
    #[must_use]
    pub fn active() -> Self {
        Self { active: true, ..Self::default() }
    }

    /// As bad as `severity` at least.
    #[must_use]
    pub fn at_least(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// About the configuration, disk or breaker `subject`.
    #[must_use]
    pub fn about(mut self, subject: impl Into<Arc<str>>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// By the rule `name`.
    #[must_use]
    pub fn by(mut self, name: impl Into<String>) -> Self {
        self.rule = Some(name.into());
        self
    }

    /// Not resolved before `time`.
    #[must_use]
    pub fn since(mut self, time: SystemTime) -> Self {
        self.since = Some(time);
        self
    }

    /// Raised before `time`.
    #[must_use]
    pub fn until(mut self, time: SystemTime) -> Self {
        self.until = Some(time);
        self
    }

    /// Whether `alert` is meant.
    #[must_use]
    pub fn lets_through(&self, alert: &Alert) -> bool {
        self.severity.is_none_or(|severity| alert.severity >= severity)
            && self.subject.as_ref().is_none_or(|subject| alert.subject.as_ref() == Some(subject))
            && self.rule.as_ref().is_none_or(|rule| alert.rule == *rule)
            && self.since.is_none_or(|since| alert.resolved.is_none_or(|resolved| resolved >= since))
            && self.until.is_none_or(|until| alert.raised < until)
            && !(self.active && alert.resolved.is_some())
    }
}
