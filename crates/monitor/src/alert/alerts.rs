use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_clock::{Instant, utc};
use serde::{Serialize, Serializer};

use super::condition::Condition;
use super::{AlertFilter, Rule, Rules, Severity};

/// Conditions that can be watched at once; further ones are not, and counted.
const CONDITIONS: usize = 4096;
/// Resolved alerts that are kept.
const RESOLVED: usize = 256;

/// All conditions that rules tell of, and what became of them.
#[derive(Debug)]
pub struct Alerts {
    rules: Rules,
    conditions: BTreeMap<Key, Condition>,
    resolved: VecDeque<Alert>,
    refused: u64,
}

/// One condition: the place of a rule, and what it is about.
type Key = (usize, Option<Arc<str>>);

/// A time, as both clocks have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What durations are measured by.
    pub now: Instant,
    /// What people read.
    pub utc: SystemTime,
}

/// A number that rules look at.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// What it is.
    pub signal: Cow<'static, str>,
    /// Which configuration, disk or breaker it is about; `None` is the system as a whole.
    pub subject: Option<Arc<str>>,
    /// How much it is.
    pub value: f64,
}

/// Something that was wrong for long enough.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// The rule that says so.
    pub rule: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// Which configuration, disk or breaker it is about; `None` is the system as a whole.
    #[serde(serialize_with = "text")]
    pub subject: Option<Arc<str>>,
    /// What is wrong, with the figures.
    pub message: String,
    /// What to do.
    pub remedy: Cow<'static, str>,
    /// The newest value.
    pub value: f64,
    /// The worst value.
    pub worst: f64,
    /// Where wrong begins.
    pub threshold: f64,
    /// When it was raised.
    #[serde(serialize_with = "date")]
    pub raised: SystemTime,
    /// How long it has been wrong, or was.
    pub lasted: Duration,
    /// How often it was told again.
    pub repeated: u32,
    /// When it was resolved; `None` while it goes on.
    #[serde(serialize_with = "maybe_date")]
    pub resolved: Option<SystemTime>,
}

/// An alert, and what is new about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AlertEvent {
    /// What is new.
    pub news: News,
    /// The alert as it is now.
    pub alert: Alert,
}

/// What is new about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum News {
    /// It was not there before.
    Raised,
    /// It still is.
    Repeated,
    /// It no longer is.
    Resolved,
}

impl Alerts {
    /// Nothing wrong yet.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self { rules, conditions: BTreeMap::new(), resolved: VecDeque::new(), refused: 0 }
    }

    /// Looks at what was observed at a moment, all of it: what is not in it is well.
    pub fn evaluate(&mut self, moment: Moment, observations: &[Observation]) -> Vec<AlertEvent> {
        let (mut events, mut seen) = (Vec::new(), BTreeSet::new());
        for observation in observations {
            for (place, rule) in
                self.rules.iter().enumerate().filter(|(_, rule)| rule.signal == observation.signal)
            {
                let key = (place, observation.subject.clone());
                if !self.conditions.contains_key(&key) {
                    if !rule.bound.is_broken_by(observation.value) {
                        continue;
                    }
                    if self.conditions.len() >= CONDITIONS {
                        self.refused = self.refused.saturating_add(1);
                        continue;
                    }
                }
                let condition = self.conditions.entry(key.clone()).or_default();
                events.extend(condition.observe(rule, key.1.as_ref(), Some(observation.value), moment));
                seen.insert(key);
            }
        }
        for (key, condition) in self.conditions.iter_mut().filter(|(key, _)| !seen.contains(*key)) {
            if let Some(rule) = self.rules.iter().nth(key.0) {
                events.extend(condition.observe(rule, key.1.as_ref(), None, moment));
            }
        }
        self.conditions.retain(|_, condition| !condition.is_well());
        self.keep_resolved(&events);
        events
    }

    /// Those that go on and those that were resolved, the worst and oldest first, as far as `filter` lets them through.
    #[must_use]
    pub fn list(&self, filter: &AlertFilter) -> Vec<Alert> {
        let active = self.conditions.values().filter_map(Condition::alert);
        let mut alerts: Vec<Alert> =
            active.chain(&self.resolved).filter(|alert| filter.lets_through(alert)).cloned().collect();
        alerts.sort_by(|one, other| {
            let order =
                |alert: &Alert| (alert.resolved.is_some(), std::cmp::Reverse(alert.severity), alert.raised);
            order(one).cmp(&order(other))
        });
        alerts
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Conditions that were not watched because there were too many.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    fn keep_resolved(&mut self, events: &[AlertEvent]) {
        let resolved = events.iter().filter(|event| event.news == News::Resolved);
        self.resolved.extend(resolved.map(|event| event.alert.clone()));
        let excess = self.resolved.len().saturating_sub(RESOLVED);
        self.resolved.drain(..excess);
    }
}

impl Observation {
    /// `signal` of the system as a whole.
    pub fn new(signal: impl Into<Cow<'static, str>>, value: f64) -> Self {
        Self { signal: signal.into(), subject: None, value }
    }

    /// The same of `subject`.
    #[must_use]
    pub fn of(mut self, subject: impl Into<Arc<str>>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

impl Alert {
    pub(super) fn new(
        rule: &Rule,
        subject: Option<&Arc<str>>,
        value: f64,
        worst: f64,
        raised: SystemTime,
    ) -> Self {
        Self {
            rule: rule.name.clone(),
            severity: rule.severity,
            subject: subject.cloned(),
            message: message(rule, value),
            remedy: rule.remedy.clone(),
            value,
            worst,
            threshold: rule.bound.threshold(),
            raised,
            lasted: Duration::ZERO,
            repeated: 0,
            resolved: None,
        }
    }

    pub(super) fn update(&mut self, rule: &Rule, value: f64) {
        self.message = message(rule, value);
        self.worst = rule.bound.worse(self.worst, value);
        self.value = value;
    }
}

fn message(rule: &Rule, value: f64) -> String {
    let figure = rule.unit.show(value);
    if figure.is_empty() {
        return rule.title().to_owned();
    }
    format!("{}: {figure}, {} {}", rule.title(), rule.bound.word(), rule.unit.show(rule.bound.threshold()))
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{}: {subject}: {}", self.severity, self.message),
            None => write!(f, "{}: {}", self.severity, self.message),
        }
    }
}

impl News {
    /// In one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Repeated => "repeated",
            Self::Resolved => "resolved",
        }
    }
}

pub(crate) fn date<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&utc::rfc3339(*time))
}

fn maybe_date<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(utc::rfc3339).serialize(serializer)
}

fn text<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}
