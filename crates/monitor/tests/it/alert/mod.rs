mod rules;
mod sinks;

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_monitor::alert::{AlertEvent, AlertFilter, Alerts, Moment, News, Observation, Rules};
use std::time::{Duration, SystemTime};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Alerts that are told a value every second.
pub(crate) struct Watch {
    clock: ManualClock,
    pub(crate) alerts: Alerts,
}

impl Watch {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { clock: ManualClock::new(), alerts: Alerts::new(rules) }
    }

    pub(crate) fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.clock.now().as_nanos())
    }

    /// A second later.
    pub(crate) fn next(&mut self, observations: &[Observation]) -> Vec<AlertEvent> {
        self.clock.advance(SECOND);
        let moment = Moment { now: self.clock.now(), utc: self.time() };
        self.alerts.evaluate(moment, observations)
    }

    /// So many seconds, all alike; what is new, and in which second.
    pub(crate) fn run(&mut self, seconds: u64, observation: &Observation) -> Vec<(u64, News)> {
        let mut news = Vec::new();
        for second in 0..seconds {
            let events = self.next(std::slice::from_ref(observation));
            news.extend(events.into_iter().map(|event| (second, event.news)));
        }
        news
    }

    pub(crate) fn active(&self) -> usize {
        self.alerts.list(&AlertFilter::active()).len()
    }
}
