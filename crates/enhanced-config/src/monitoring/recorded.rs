use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_clock::{Clock, Instant};
use enhanced_config_core::{Problems, Severity};
use enhanced_config_monitor::{ConfigMeters, ConfigMonitor, Health, MonitorOptions, ReloadOutcome, Served};

use super::Reads;
#[cfg(feature = "reload")]
use crate::Level;
use crate::attempt::{Ended, Why};
use crate::slot::Slot;
use crate::stage::Report;
use crate::system::Shared;
use crate::{EnhancedConfigSystem, SetupError};

/// The monitor of a system.
pub(crate) struct Monitoring(ConfigMonitor);

/// Knowing how everything is.
impl EnhancedConfigSystem {
    /// What has been recorded of all configurations: figures, alerts, reports, metrics for scrapers. Recording is always on;
    /// [`start_monitoring`](ConfigMonitor::start_monitoring) has it looked at, and the machine sampled, at an interval: on
    /// the thread that follows files, while they are followed, and else on one of its own.
    pub fn monitor(&self) -> &ConfigMonitor {
        &self.shared.monitoring.0
    }

    /// Whether everything is well, since when, and if not, why and what to do: as of the latest interval where the monitor
    /// has a thread, and else as of now.
    pub fn health(&self) -> Health {
        let monitor = self.monitor();
        if !monitor.is_monitoring() {
            monitor.tick();
        }
        monitor.health()
    }
}

impl Monitoring {
    pub(crate) fn new(options: MonitorOptions, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let problems = options.rules.problems();
        if !problems.is_empty() {
            return Err(SetupError::Monitor(problems));
        }
        Ok(Self(ConfigMonitor::with_clock(options, clock, SystemTime::now())))
    }

    /// Where callbacks are run from now on.
    #[cfg(feature = "reload")]
    pub(crate) fn calls(&self, clock: Arc<dyn Clock>) -> enhanced_config_reload::Calls {
        let monitor = self.0.clone();
        enhanced_config_reload::Calls::observed(clock, move |name, took, succeeded| {
            monitor.config(name).called_back(took, succeeded);
        })
    }

    /// What counts the reads of a configuration that is about to be served.
    pub(crate) fn reads(&self, name: &str) -> Reads {
        Reads::new(self.0.options().reads.then(|| self.0.config(name)))
    }

    /// Has the monitor ask what only the system knows.
    pub(crate) fn watch(&self, _shared: &Arc<Shared>) {
        #[cfg(feature = "cache")]
        self.ask(_shared, |shared, readings| readings.cache = Some(cache(&shared.shelf.stats())));
        #[cfg(feature = "reload")]
        self.ask(_shared, |shared, readings| readings.watcher = Some(watcher(shared)));
        #[cfg(all(feature = "fault-tolerance", feature = "reload"))]
        self.ask(_shared, |shared, readings| readings.breakers.extend(breakers(shared)));
    }

    #[cfg(any(feature = "cache", feature = "reload"))]
    fn ask(&self, shared: &Arc<Shared>, tell: fn(&Shared, &mut enhanced_config_monitor::ProbeReadings)) {
        // Not the system itself, which owns the monitor.
        let shared = Arc::downgrade(shared);
        self.0.add_probe(move |readings| {
            if let Some(shared) = shared.upgrade() {
                tell(&shared, readings);
            }
        });
    }

    /// Monitors on the thread that follows files, while there is one.
    #[cfg(feature = "reload")]
    pub(crate) fn share_thread(&self, hub: &crate::stage::Hub) {
        let wake = hub.reloader.lock().as_ref().map(enhanced_config_reload::ConfigHotReloader::waker);
        let Some(wake) = wake else { return };
        // Not under the lock, which the monitor's own thread may want before it ends.
        let lent = self.0.lend(wake);
        if let Some(reloader) = hub.reloader.lock().as_ref() {
            reloader.set_chore(move || lent.run());
        }
    }

    /// An attempt at `slot` ended at `now`.
    pub(crate) fn attempted(&self, slot: &Slot, report: &Report<'_>, now: Instant) {
        let good = report.ended.rejection().is_none();
        if slot.version() == 0 {
            // Perhaps a name that nothing has: it is not worth one of those that are told apart.
            self.0.others().loaded(report.duration, good);
            return;
        }
        let config = self.0.config(&slot.name);
        match (report.why, report.ended) {
            (_, Ended::Moved) | (Why::Override, _) => {}
            (Why::Use, _) => {
                config.loaded(report.duration, good);
                config.found(now, good);
            }
            _ => config.reloaded(now, report.duration, outcome(report)),
        }
        stands(&config, slot);
    }

    pub(crate) fn validated(&self, name: &str, took: Duration, found: &Problems) {
        let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
        self.0.config(name).validated(took, errors as u64);
    }

    #[cfg(feature = "migrate")]
    pub(crate) fn migrated(&self, name: &str, took: Duration, succeeded: bool) {
        self.0.config(name).migrated(took, succeeded);
    }
}

fn outcome(report: &Report<'_>) -> ReloadOutcome {
    match report.ended {
        Ended::Changed(_) => ReloadOutcome::Applied,
        Ended::Same(_) | Ended::Moved => ReloadOutcome::Unchanged,
        Ended::Undone(..) => ReloadOutcome::Undone,
        Ended::Rejected(_) if report.trouble.is_some_and(|trouble| trouble.is_missing) => {
            ReloadOutcome::Missing
        }
        Ended::Rejected(_) => ReloadOutcome::Rejected,
    }
}

#[cfg(feature = "reload")]
fn stands(config: &ConfigMeters, slot: &Slot) {
    config.serving(match slot.level() {
        // Of what is served: it has a level.
        Level::Live | Level::Nothing => Served::Live,
        Level::LastKnownGood => Served::LastKnownGood,
        Level::Defaults => Served::Defaults,
    });
    config.pending_restarts(slot.stage.pending().len());
}

#[cfg(not(feature = "reload"))]
fn stands(config: &ConfigMeters, _: &Slot) {
    config.serving(Served::Live);
}

#[cfg(feature = "cache")]
fn cache(stats: &enhanced_config_cache::CacheStats) -> enhanced_config_monitor::CacheReading {
    enhanced_config_monitor::CacheReading {
        reads: enhanced_config_monitor::CacheReads {
            hot: stats.hot.hits,
            cold: stats.cold.hits,
            miss: stats.misses,
        },
        hot_bytes: stats.hot.bytes as u64,
        cold_bytes: stats.cold.bytes as u64,
        compressed_bytes: stats.cold.compressed_bytes as u64,
        raw_bytes: stats.cold.raw_bytes as u64,
    }
}

#[cfg(feature = "reload")]
fn watcher(shared: &Shared) -> enhanced_config_monitor::WatcherReading {
    use enhanced_config_monitor::{WatcherMode, WatcherReading};
    let reloader = shared.hub.reloader.lock();
    let mode = match reloader.as_ref().map(|reloader| reloader.is_polling()) {
        None => WatcherMode::Off,
        Some(None) => WatcherMode::Events,
        Some(Some(_)) => WatcherMode::Polling,
    };
    WatcherReading { mode, queue: reloader.as_ref().map(|reloader| reloader.queued() as u64) }
}

/// Of the sources of each configuration that is served.
#[cfg(all(feature = "fault-tolerance", feature = "reload"))]
fn breakers(shared: &Shared) -> Vec<(String, enhanced_config_monitor::BreakerState)> {
    use enhanced_config_fault_tolerance::breaker::State;
    use enhanced_config_monitor::BreakerState;
    let now = shared.checks.clock.now();
    let slots: Vec<Arc<Slot>> = shared.slots.lock().values().cloned().collect();
    let state = |slot: &Arc<Slot>| match slot.reader.status(now).breaker.state {
        State::Open | State::ForcedOpen => BreakerState::Open,
        State::HalfOpen | State::Ramp => BreakerState::HalfOpen,
        _ => BreakerState::Closed,
    };
    slots.iter().filter(|slot| slot.version() > 0).map(|slot| (slot.name.to_string(), state(slot))).collect()
}
