use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use enhanced_config_clock::Instant;
use serde::Serialize;

use crate::meter::{Counter, Gauge, Histogram};

/// What is recorded of one configuration. Recording takes nanoseconds and no lock, from any thread.
pub struct ConfigMeters {
    name: Arc<str>,
    pub(super) reads: [Counter; 3],
    pub(super) loads: [Counter; 2],
    pub(super) load_time: Histogram,
    pub(super) validations: [Counter; 2],
    pub(super) problems: Counter,
    pub(super) validation_time: Histogram,
    pub(super) reloads: [Counter; 5],
    pub(super) reload_time: Histogram,
    pub(super) migrations: [Counter; 2],
    pub(super) migration_time: Histogram,
    pub(super) callbacks: [Counter; 2],
    pub(super) callback_time: Histogram,
    pending_restarts: Gauge,
    served: AtomicU8,
    last_outcome: AtomicU8,
    /// Nanoseconds since the clock's origin, and one; 0 before the first.
    last_good: AtomicU64,
}

/// Where a read found its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadResult {
    /// Decoded.
    Hot,
    /// Compressed.
    Cold,
    /// Nowhere: it had to be loaded.
    Miss,
}

/// What became of an attempt to reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// What is served is the new content.
    Applied,
    /// There was nothing new.
    Unchanged,
    /// The new content cannot be used, or somebody refused it.
    Rejected,
    /// Somebody could not follow, and it was taken back.
    Undone,
    /// A source was not there.
    Missing,
}

/// What is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Served {
    /// Nothing yet.
    #[default]
    Nothing,
    /// What the sources say, or said when they could last be used in this process.
    Live,
    /// What was kept on disk as good.
    LastKnownGood,
    /// Nothing but defaults.
    Defaults,
}

impl ConfigMeters {
    pub(crate) fn new(name: Arc<str>) -> Self {
        // What happens seldom needs no counter for each thread; a histogram takes no memory for threads that do not record.
        let counter = |_| Counter::for_threads(0);
        let histogram = Histogram::new;
        Self {
            name,
            reads: [0; 3].map(|_| Counter::new()),
            loads: [0; 2].map(counter),
            load_time: histogram(),
            validations: [0; 2].map(counter),
            problems: counter(0),
            validation_time: histogram(),
            reloads: [0; 5].map(counter),
            reload_time: histogram(),
            migrations: [0; 2].map(counter),
            migration_time: histogram(),
            callbacks: [0; 2].map(counter),
            callback_time: histogram(),
            pending_restarts: Gauge::new(),
            served: AtomicU8::new(0),
            last_outcome: AtomicU8::new(0),
            last_good: AtomicU64::new(0),
        }
    }

    /// The configuration that this is about.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// It was read.
    #[inline]
    pub fn read(&self, result: ReadResult) {
        let [hot, cold, miss] = &self.reads;
        match result {
            ReadResult::Hot => hot.increment(),
            ReadResult::Cold => cold.increment(),
            ReadResult::Miss => miss.increment(),
        };
    }

    /// It was loaded from its sources, or could not be.
    pub fn loaded(&self, took: Duration, succeeded: bool) {
        count(&self.loads, succeeded);
        self.load_time.record_duration(took);
    }

    /// It was validated, and so many problems were found.
    pub fn validated(&self, took: Duration, problems: u64) {
        count(&self.validations, problems == 0);
        self.problems.add(problems);
        self.validation_time.record_duration(took);
    }

    /// It was migrated, or could not be.
    pub fn migrated(&self, took: Duration, succeeded: bool) {
        count(&self.migrations, succeeded);
        self.migration_time.record_duration(took);
    }

    /// A callback was told about it, and succeeded or failed: it panicked, or could not follow a change.
    pub fn called_back(&self, took: Duration, succeeded: bool) {
        count(&self.callbacks, succeeded);
        self.callback_time.record_duration(took);
    }

    /// It was reloaded at `now`, or could not be.
    pub fn reloaded(&self, now: Instant, took: Duration, outcome: ReloadOutcome) {
        let [applied, unchanged, rejected, undone, missing] = &self.reloads;
        let counter = match outcome {
            ReloadOutcome::Applied => applied,
            ReloadOutcome::Unchanged => unchanged,
            ReloadOutcome::Rejected => rejected,
            ReloadOutcome::Undone => undone,
            ReloadOutcome::Missing => missing,
        };
        counter.increment();
        self.reload_time.record_duration(took);
        self.found(now, outcome.is_good());
    }

    /// At `now` it was as its sources say, or could not be; which a first load says as well as a reload.
    pub fn found(&self, now: Instant, good: bool) {
        self.last_outcome.store(if good { GOOD } else { BAD }, Ordering::Relaxed);
        if good {
            self.last_good.store(now.as_nanos().saturating_add(1), Ordering::Relaxed);
        }
    }

    /// What is served from now on.
    pub fn serving(&self, served: Served) {
        self.served.store(served as u8, Ordering::Relaxed);
    }

    /// How many values wait for a restart.
    pub fn pending_restarts(&self, values: usize) {
        self.pending_restarts.set(values as f64);
    }

    /// How many values wait for a restart.
    #[must_use]
    pub fn pending_restart_count(&self) -> u64 {
        self.pending_restarts.get() as u64
    }

    /// What is served.
    #[must_use]
    pub fn served(&self) -> Served {
        let all = [Served::Nothing, Served::Live, Served::LastKnownGood, Served::Defaults];
        all.into_iter()
            .find(|served| *served as u8 == self.served.load(Ordering::Relaxed))
            .unwrap_or_default()
    }

    /// Whether the latest attempt to reload left it as its sources say; `None` before the first.
    #[must_use]
    pub fn last_reload_successful(&self) -> Option<bool> {
        match self.last_outcome.load(Ordering::Relaxed) {
            GOOD => Some(true),
            BAD => Some(false),
            _ => None,
        }
    }

    /// When it was last found to be as its sources say.
    #[must_use]
    pub fn last_good_reload(&self) -> Option<Instant> {
        self.last_good.load(Ordering::Relaxed).checked_sub(1).map(Instant::from_nanos)
    }
}

const GOOD: u8 = 1;
const BAD: u8 = 2;

impl ReloadOutcome {
    /// Whether what is served is what the sources say.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Applied | Self::Unchanged)
    }
}

impl Served {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Live => "live",
            Self::LastKnownGood => "last-known-good",
            Self::Defaults => "defaults",
        }
    }
}

fn count([succeeded, failed]: &[Counter; 2], success: bool) {
    if success {
        succeeded.increment()
    } else {
        failed.increment()
    };
}

impl fmt::Debug for ConfigMeters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigMeters").field("name", &self.name).finish_non_exhaustive()
    }
}
