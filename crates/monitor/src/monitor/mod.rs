mod engine;
mod lent;
mod options;
mod outbox;
mod own_thread;
mod record;
mod signals;
mod turn;
mod weak;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use enhanced_config_clock::{Clock, Instant, SystemClock};

use crate::alert::{Alert, AlertFilter, AlertSink, AlertSubscription, Alerts, Moment, Sinks, Tracing};
use crate::harmless::is_plain;
use crate::health::{Health, HealthStatus};
use crate::history::History;
use crate::measure::{CATALOG, ConfigMeters, ProbeReadings};
use crate::report::{HealthReport, PerformanceReport};
use crate::resource::{ResourceMonitor, ResourceSample};
use engine::Engine;
pub use lent::LentThread;
pub use options::MonitorOptions;
use outbox::Outbox;
use turn::Turn;
pub use weak::WeakMonitor;

/// Records what happens to configurations, samples the system, keeps history, and says whether everything is well.
///
/// Shared by reference or cloned, from any thread. It has no thread of its own until
/// [`start_monitoring`](Self::start_monitoring); without one, [`tick`](Self::tick) does what an interval does. The thread
/// ends with [`stop_monitoring`](Self::stop_monitoring) or when the last clone is dropped.
#[derive(Clone)]
pub struct ConfigMonitor {
    core: Arc<Core>,
    engine: Arc<Engine>,
}

/// All but the thread, which owns one of these.
pub(crate) struct Core {
    options: MonitorOptions,
    clock: Arc<dyn Clock>,
    started: Moment,
    meters: Mutex<BTreeMap<Arc<str>, Arc<ConfigMeters>>>,
    probes: Mutex<Vec<Arc<Probe>>>,
    listeners: Mutex<Vec<Arc<Listener>>>,
    sinks: Arc<Sinks>,
    outbox: Outbox,
    /// Held for all of an interval, so that there is one at a time.
    resources: Turn<ResourceMonitor>,
    state: Mutex<State>,
}

type Probe = dyn Fn(&mut ProbeReadings) + Send + Sync;
type Listener = dyn Fn(&ResourceSample) + Send + Sync;

/// What is known as of the latest interval.
pub(crate) struct State {
    /// Whoever looks into it has a share: what is recorded meanwhile goes into a copy.
    pub(crate) history: Arc<History>,
    pub(crate) alerts: Alerts,
    pub(crate) readings: ProbeReadings,
    pub(crate) sample: Option<ResourceSample>,
    pub(crate) status: HealthStatus,
    pub(crate) since: SystemTime,
    pub(crate) intervals: u64,
}

/// Of the configurations beyond those that are told apart.
const OTHERS: &str = "(others)";
/// Series beside those of configurations.
const SYSTEM_SERIES: usize = 32;

impl ConfigMonitor {
    /// By the machine's clocks.
    #[must_use]
    pub fn new(options: MonitorOptions) -> Self {
        Self::with_clock(options, Arc::new(SystemClock), SystemTime::now())
    }

    /// By `clock`, at which it is `utc` now. Dates follow `clock` from there, whatever is done to the machine's calendar.
    ///
    /// [Problems](crate::alert::Rules::problems) of rules are told to the log.
    #[must_use]
    pub fn with_clock(options: MonitorOptions, clock: Arc<dyn Clock>, utc: SystemTime) -> Self {
        for problem in options.rules.problems() {
            tracing::error!(target: "enhanced_config::monitor", "{problem}");
        }
        let mut history = options.history.clone();
        let of_configs = options.max_configs.saturating_add(2).saturating_mul(CATALOG.len());
        history.max_series = history.max_series.max(of_configs.saturating_add(SYSTEM_SERIES));
        let state = State {
            history: Arc::new(History::new(history)),
            alerts: Alerts::new(options.rules.clone()),
            readings: ProbeReadings::default(),
            sample: None,
            status: HealthStatus::Healthy,
            since: utc,
            intervals: 0,
        };
        let sinks = Arc::new(Sinks::default());
        sinks.add(AlertFilter::default(), Tracing).detach();
        let core = Core {
            started: Moment { now: clock.now(), utc },
            clock,
            meters: Mutex::default(),
            probes: Mutex::default(),
            listeners: Mutex::default(),
            sinks,
            outbox: Outbox::default(),
            resources: Turn::new(ResourceMonitor::new(&options.disks)),
            state: Mutex::new(state),
            options,
        };
        Self { core: Arc::new(core), engine: Arc::new(Engine::default()) }
    }

    /// What it looks at.
    #[must_use]
    pub fn options(&self) -> &MonitorOptions {
        &self.core.options
    }

    /// What the configuration `name` is recorded with, the same each time. Keep it: finding it takes a lock. An empty
    /// name, one of more than 128 bytes, one with a space at an end and one with control characters or marks that turn the
    /// direction of writing count as one of the others.
    #[must_use]
    pub fn config(&self, name: &str) -> Arc<ConfigMeters> {
        let mut meters = lock(&self.core.meters);
        let room = meters.len() < self.core.options.max_configs && is_plain(name);
        let name = if room || meters.contains_key(name) { name } else { OTHERS };
        if let Some(known) = meters.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        let new = Arc::new(ConfigMeters::new(Arc::clone(&name)));
        meters.insert(name, Arc::clone(&new));
        new
    }

    /// What all configurations are recorded with that are not told apart, as names that nothing can be loaded under.
    #[must_use]
    pub fn others(&self) -> Arc<ConfigMeters> {
        self.config("")
    }

    /// Asks `probe` at every interval from now on. It must not wait; one that panics has told what it had told until then.
    /// It belongs to the monitor: let it hold a [`WeakMonitor`] if it wants that.
    pub fn add_probe(&self, probe: impl Fn(&mut ProbeReadings) + Send + Sync + 'static) {
        lock(&self.core.probes).push(Arc::new(probe));
    }

    /// Calls `listener` with every sample of resources from now on, on the thread that took it: where that is
    /// [lent](Self::lend), its owner waits meanwhile. It belongs to the monitor: let it hold a [`WeakMonitor`] if it wants
    /// that.
    pub fn on_sample(&self, listener: impl Fn(&ResourceSample) + Send + Sync + 'static) {
        lock(&self.core.listeners).push(Arc::new(listener));
    }

    /// Sends the alerts that `filter` lets through to `sink`, until the subscription is dropped. The log gets all of them
    /// anyway. One event at a time, on the thread that looks: where that is [lent](Self::lend), its owner waits meanwhile. A
    /// sink belongs to the monitor: let it hold a [`WeakMonitor`] if it wants that.
    pub fn on_alert(&self, filter: AlertFilter, sink: impl AlertSink + 'static) -> AlertSubscription {
        self.core.sinks.add(filter, sink)
    }

    /// Does what is due at the end of an interval: samples, keeps, decides, tells. Called by a probe, which is in the middle of
    /// one, it does nothing.
    pub fn tick(&self) {
        self.core.tick();
    }

    /// Does that every `interval` from now on, a millisecond at least, on a thread of its own, the first time at once; or on one
    /// that it was [lent](Self::lend).
    /// Nothing happens when there is such a thread already.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub fn start_monitoring(&self, interval: Duration) -> io::Result<()> {
        self.engine.start(&self.core, interval)
    }

    /// Ends the thread and waits until it has ended; called on that thread, by a callback, it only ends it.
    pub fn stop_monitoring(&self) {
        self.engine.stop();
    }

    /// Whether there is such a thread.
    #[must_use]
    pub fn is_monitoring(&self) -> bool {
        self.engine.is_running()
    }

    /// How everything is, as of the latest interval.
    #[must_use]
    pub fn health_status(&self) -> HealthStatus {
        lock(&self.core.state).status
    }

    /// How everything is, since when, and why.
    #[must_use]
    pub fn health(&self) -> Health {
        lock(&self.core.state).health()
    }

    /// Alerts that go on and the latest that were resolved.
    #[must_use]
    pub fn alerts(&self, filter: &AlertFilter) -> Vec<Alert> {
        lock(&self.core.state).alerts.list(filter)
    }

    /// The latest sample of resources; `None` before the first.
    #[must_use]
    pub fn resources(&self) -> Option<ResourceSample> {
        lock(&self.core.state).sample.clone()
    }

    /// What happened during the last `hours`, as far as it is known, which is a day; up to a minute more, or up to an hour
    /// more where that is more than 90 minutes: see [`from`](PerformanceReport::from).
    #[must_use]
    pub fn performance_report(&self, hours: f64) -> PerformanceReport {
        let moment = self.core.moment();
        PerformanceReport::of(&self.core.all_meters(), &lock(&self.core.state), moment, hours)
    }

    /// How everything is and what happened during the last hour, for people.
    #[must_use]
    pub fn health_report(&self) -> HealthReport {
        let moment = self.core.moment();
        HealthReport::of(&self.core.all_meters(), &lock(&self.core.state), moment)
    }

    /// Looks into the history with `look`, as it is now. Nobody waits meanwhile: what is recorded during a long look is
    /// recorded in a copy.
    pub fn history<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        let history = Arc::clone(&lock(&self.core.state).history);
        look(&history)
    }

    #[cfg(any(feature = "metrics", feature = "openmetrics"))]
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}

impl Core {
    pub(crate) fn moment(&self) -> Moment {
        let now = self.clock.now();
        Moment { now, utc: self.utc(now) }
    }

    pub(crate) fn utc(&self, at: Instant) -> SystemTime {
        self.started.utc.checked_add(at - self.started.now).unwrap_or(self.started.utc)
    }

    pub(crate) fn all_meters(&self) -> Vec<Arc<ConfigMeters>> {
        lock(&self.meters).values().cloned().collect()
    }

    #[cfg(any(feature = "metrics", feature = "openmetrics"))]
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    #[cfg(any(feature = "metrics", feature = "openmetrics"))]
    pub(crate) fn sink_failures(&self) -> u64 {
        self.sinks.failures()
    }

    fn tick(&self) {
        let Some(mut resources) = self.resources.take() else { return };
        let moment = self.moment();
        let sample = self.options.resources.then(|| resources.sample(moment.now));
        let (readings, meters) = (self.ask_probes(), self.all_meters());
        let (events, change) = {
            let mut state = lock(&self.state);
            state.take_in(moment, &meters, readings, sample.clone());
            let observations = signals::observe(&self.options, &state, &meters, moment.now);
            let events = state.alerts.evaluate(moment, &observations);
            (events, state.judge(moment))
        };
        let alerts = events.len();
        self.outbox.push(events);
        // Callbacks, and whoever keeps the log, may ask for another interval.
        drop(resources);
        if let Some((from, to)) = change {
            tracing::info!(target: "enhanced_config::monitor", %from, %to, "health changed");
        }
        tracing::trace!(target: "enhanced_config::monitor", configs = meters.len(), alerts, "sampled");
        self.outbox.send(&self.sinks);
        if let Some(sample) = sample {
            let listeners = lock(&self.listeners).clone();
            for listener in listeners {
                guarded(|| listener(&sample));
            }
        }
    }

    fn ask_probes(&self) -> ProbeReadings {
        let probes = lock(&self.probes).clone();
        let mut readings = ProbeReadings::default();
        for probe in probes {
            guarded(|| probe(&mut readings));
        }
        readings
    }
}

impl State {
    pub(crate) fn health(&self) -> Health {
        Health { status: self.status, since: self.since, causes: self.alerts.list(&AlertFilter::active()) }
    }

    /// What it was and what it has become, if that is something else.
    fn judge(&mut self, moment: Moment) -> Option<(HealthStatus, HealthStatus)> {
        let status = HealthStatus::of_all(&self.alerts.list(&AlertFilter::active()));
        if status == self.status {
            return None;
        }
        self.since = moment.utc;
        Some((std::mem::replace(&mut self.status, status), status))
    }
}

/// Runs what others wrote. What it leaves half done when it panics is its own.
fn guarded(run: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(run)).is_err() {
        tracing::error!(target: "enhanced_config::monitor", "a probe or listener panicked");
    }
}

/// A panic elsewhere does not close a lock: what they guard here is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for ConfigMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigMonitor").field("status", &self.health_status()).finish_non_exhaustive()
    }
}
