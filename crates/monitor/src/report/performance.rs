use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_clock::Instant;
use serde::Serialize;

use crate::alert::Moment;
use crate::history::{History, Quantiles, Summary};
use crate::measure::{CATALOG, ConfigMeters, Served};
use crate::monitor::State;
use crate::trend::Trend;

/// What happened during some hours.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PerformanceReport {
    /// When those hours began: with the step of the history that begins before that, which is a whole minute, and a whole
    /// hour where more than 90 minutes were asked for.
    #[serde(serialize_with = "crate::alert::date")]
    pub from: SystemTime,
    /// When they ended, which is when this was asked for.
    #[serde(serialize_with = "crate::alert::date")]
    pub to: SystemTime,
    /// Of all configurations together.
    pub total: ConfigFigures,
    /// Of each, in order of names.
    pub configs: Vec<ConfigFigures>,
    /// Where each series is going that has enough steps to tell.
    pub trends: Vec<MetricTrend>,
}

/// What happened to one configuration, or to all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConfigFigures {
    /// Its name; empty for all of them.
    pub name: String,
    /// Reads of its value.
    pub reads: Reads,
    /// Loading it from its sources.
    pub loads: Operations,
    /// Validating it; one that finds problems has failed.
    pub validations: Operations,
    /// Problems that were found.
    pub validation_problems: u64,
    /// Following its sources.
    pub reloads: Reloads,
    /// Migrating it.
    pub migrations: Operations,
    /// Telling others of its changes.
    pub callbacks: Operations,
    /// What is served now.
    pub served: Served,
    /// Whether the latest attempt to reload left it as its sources say; `None` before the first.
    pub last_reload_successful: Option<bool>,
    /// How long ago it was last found to be as its sources say; `None` if never.
    pub last_good_reload_ago: Option<Duration>,
    /// Values that wait for a restart.
    pub pending_restarts: u64,
}

/// How many, and how long they took.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Operations {
    /// That succeeded.
    pub succeeded: u64,
    /// That failed.
    pub failed: u64,
    /// In nanoseconds; `None` when there were none.
    pub nanos: Option<Quantiles>,
}

/// Where reads found their value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reads {
    /// Decoded.
    pub hot: u64,
    /// Compressed.
    pub cold: u64,
    /// Nowhere.
    pub miss: u64,
    /// Which part of all found it, from 0 to 1; `None` of none.
    pub hit_ratio: Option<f64>,
}

/// What became of attempts to reload.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reloads {
    /// What is served is the new content.
    pub applied: u64,
    /// There was nothing new.
    pub unchanged: u64,
    /// It could not be used.
    pub rejected: u64,
    /// It was taken back.
    pub undone: u64,
    /// A source was not there.
    pub missing: u64,
    /// In nanoseconds; `None` when there were none.
    pub nanos: Option<Quantiles>,
}

/// Where one series is going.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricTrend {
    /// The series: for counts how many in a step, for times the 95th percentile in nanoseconds, for levels their mean.
    pub series: String,
    /// Where it is going.
    #[serde(flatten)]
    pub trend: Trend,
}

impl PerformanceReport {
    pub(crate) fn of(meters: &[Arc<ConfigMeters>], state: &State, moment: Moment, hours: f64) -> Self {
        // A day is all there is; what is no number is nothing.
        let span = Duration::try_from_secs_f64(3600.0 * hours)
            .unwrap_or_default()
            .min(Duration::from_secs(7 * 86_400));
        let from = moment.now - span;
        let figures = |config: Option<&ConfigMeters>| {
            Figures { history: &state.history, from, config }.read(moment.now)
        };
        let counted = moment.now - state.history.reach(from);
        Self {
            from: moment.utc.checked_sub(counted).unwrap_or(moment.utc),
            to: moment.utc,
            total: figures(None),
            configs: meters.iter().map(|config| figures(Some(config))).collect(),
            trends: trends(&state.history, from),
        }
    }
}

/// Of what is measured of all configurations, and of levels. Each configuration's own would be too many to read.
fn trends(history: &History, from: Instant) -> Vec<MetricTrend> {
    let series = history.names().filter(|name| !name.contains('/'));
    let trend = |name: &str| Trend::of(&history.steps(name, from));
    series.filter_map(|name| Some(MetricTrend { series: name.to_owned(), trend: trend(name)? })).collect()
}

struct Figures<'a> {
    history: &'a History,
    from: Instant,
    config: Option<&'a ConfigMeters>,
}

impl Figures<'_> {
    fn read(&self, now: Instant) -> ConfigFigures {
        let total = |family, label| self.total(family, label);
        let [hot, cold, miss] = self.reads();
        let (hits, reads) = (hot + cold, hot + cold + miss);
        let reload = |outcome| total("config_reloads", outcome);
        ConfigFigures {
            name: self.config.map_or_else(String::new, |config| config.name().to_string()),
            reads: Reads { hot, cold, miss, hit_ratio: (reads > 0).then(|| hits as f64 / reads as f64) },
            loads: self.operations("config_loads", "config_load_duration_seconds"),
            validations: self.operations("config_validations", "config_validation_duration_seconds"),
            validation_problems: total("config_validation_problems", ""),
            reloads: Reloads {
                applied: reload("applied"),
                unchanged: reload("unchanged"),
                rejected: reload("rejected"),
                undone: reload("undone"),
                missing: reload("missing"),
                nanos: self.quantiles("config_reload_duration_seconds"),
            },
            migrations: self.operations("config_migrations", "config_migration_duration_seconds"),
            callbacks: self.operations("config_callbacks", "config_callback_duration_seconds"),
            served: self.config.map(ConfigMeters::served).unwrap_or_default(),
            last_reload_successful: self.config.and_then(ConfigMeters::last_reload_successful),
            last_good_reload_ago: self.config.and_then(ConfigMeters::last_good_reload).map(|at| now - at),
            pending_restarts: self.config.map_or(0, |config| config.pending_restart_count()),
        }
    }

    fn reads(&self) -> [u64; 3] {
        let is_of_one = |series: &str| series.starts_with("config_reads.") && series.contains('/');
        let results = ["hot", "cold", "miss"];
        if self.config.is_some() || self.history.names().any(is_of_one) {
            return results.map(|result| self.total("config_reads", result));
        }
        // Where nobody counts them for each configuration, the cache still counts them.
        let cached = |result| self.history.summary(&format!("cache_reads.{result}"), self.from);
        results.map(|result| cached(result).map_or(0, |reads| reads.total()))
    }

    fn operations(&self, counts: &str, times: &str) -> Operations {
        let [succeeded, failed] = ["succeeded", "failed"].map(|outcome| self.total(counts, outcome));
        Operations { succeeded, failed, nanos: self.quantiles(times) }
    }

    fn total(&self, family: &str, label: &str) -> u64 {
        self.summary(family, label).map_or(0, |summary| summary.total())
    }

    fn quantiles(&self, family: &str) -> Option<Quantiles> {
        self.summary(family, "").and_then(|summary| summary.quantiles())
    }

    fn summary(&self, family: &str, label: &str) -> Option<Summary> {
        let is_it = |value: Option<(_, &str)>| value.map_or(label.is_empty(), |(_, value)| value == label);
        let metric = CATALOG.iter().find(|metric| metric.family == family && is_it(metric.label))?;
        self.history.summary(&metric.series(self.config.map(|config| &**config.name())), self.from)
    }
}
