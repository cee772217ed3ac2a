#[cfg(feature = "metrics")]
mod bridge;
mod engine;
#[cfg(feature = "openmetrics")]
mod exposition;
mod report;
mod signals;
mod trend;

use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_monitor::{ConfigMonitor, MonitorOptions};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A monitor whose time is the test's, and which looks at nothing but what it is told.
pub(crate) struct Stage {
    pub(crate) monitor: ConfigMonitor,
    pub(crate) clock: Arc<ManualClock>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(MonitorOptions::default().without_resources())
    }

    pub(crate) fn with(options: MonitorOptions) -> Self {
        let clock = Arc::new(ManualClock::new());
        // 2026-11-20T17:33:12Z
        let utc = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_195_992);
        Self { monitor: ConfigMonitor::with_clock(options, clock.clone(), utc), clock }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// An interval of five seconds.
    pub(crate) fn interval(&self) {
        self.after(5 * SECOND);
    }

    pub(crate) fn after(&self, interval: Duration) {
        self.clock.advance(interval);
        self.monitor.tick();
    }

    pub(crate) fn intervals(&self, count: usize) {
        (0..count).for_each(|_| self.interval());
    }

    /// Rules whose alerts go on, and what they are about.
    pub(crate) fn wrong(&self) -> Vec<(String, String)> {
        let causes = self.monitor.health().causes;
        let said = causes
            .iter()
            .map(|alert| (alert.rule.to_string(), alert.subject.as_deref().unwrap_or("").to_owned()));
        said.collect()
    }
}
