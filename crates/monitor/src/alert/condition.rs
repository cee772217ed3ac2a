use std::sync::Arc;
use std::time::Duration;

use enhanced_config_clock::Instant;

use super::{Alert, AlertEvent, Moment, News, Rule};

/// What one rule says about one subject.
#[derive(Debug, Default)]
pub(super) enum Condition {
    #[default]
    Well,
    /// Wrong, but not for long enough.
    Pending { since: Instant, worst: f64 },
    /// Wrong for long enough.
    Active(Box<Active>),
}

#[derive(Debug)]
pub(super) struct Active {
    alert: Alert,
    since: Instant,
    told: Instant,
    /// Since when it has been well again.
    clear: Option<Instant>,
}

impl Condition {
    /// Takes in a value, or that there is none, which is well.
    pub(super) fn observe(
        &mut self,
        rule: &Rule,
        subject: Option<&Arc<str>>,
        value: Option<f64>,
        moment: Moment,
    ) -> Option<AlertEvent> {
        if let Self::Active(active) = self {
            let event = active.observe(rule, value, moment);
            if event.as_ref().is_some_and(|event| event.news == News::Resolved) {
                *self = Self::Well;
            }
            return event;
        }
        let Some(value) = value.filter(|value| rule.bound.is_broken_by(*value)) else {
            *self = Self::Well;
            return None;
        };
        let (since, worst) = match self {
            Self::Pending { since, worst } => (*since, rule.bound.worse(*worst, value)),
            _ => (moment.now, value),
        };
        if moment.now - since < rule.hold {
            *self = Self::Pending { since, worst };
            return None;
        }
        let mut alert = Alert::new(rule, subject, value, worst, moment.utc);
        alert.lasted = moment.now - since;
        *self = Self::Active(Box::new(Active { alert: alert.clone(), since, told: moment.now, clear: None }));
        Some(AlertEvent { news: News::Raised, alert })
    }

    pub(super) const fn is_well(&self) -> bool {
        matches!(self, Self::Well)
    }

    pub(super) fn alert(&self) -> Option<&Alert> {
        match self {
            Self::Active(active) => Some(&active.alert),
            _ => None,
        }
    }
}

impl Active {
    fn observe(&mut self, rule: &Rule, value: Option<f64>, moment: Moment) -> Option<AlertEvent> {
        let now = moment.now;
        if value.is_none_or(|value| rule.bound.is_cleared_by(value)) {
            let clear = *self.clear.get_or_insert(now);
            if now - clear < rule.quiet {
                return None;
            }
            self.alert.resolved = Some(moment.utc);
            return Some(self.tell(News::Resolved));
        }
        self.clear = None;
        self.alert.lasted = now - self.since;
        if let Some(value) = value {
            self.alert.update(rule, value);
        }
        // A time of zero would be told at every look.
        if now - self.told < rule.repeat.max(Duration::from_secs(1)) {
            return None;
        }
        self.told = now;
        self.alert.repeated = self.alert.repeated.saturating_add(1);
        Some(self.tell(News::Repeated))
    }

    fn tell(&self, news: News) -> AlertEvent {
        AlertEvent { news, alert: self.alert.clone() }
    }
}
