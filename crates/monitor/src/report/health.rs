use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fmt};

use enhanced_config_clock::Instant;
use serde::Serialize;

use super::{ConfigFigures, PerformanceReport, words};
use crate::alert::Moment;
use crate::harmless::harmless_name;
use crate::health::Health;
use crate::history::{History, Quantiles};
use crate::measure::{ConfigMeters, ProbeReadings};
use crate::monitor::State;
use crate::resource::ResourceSample;
use crate::trend::Trend;

/// How everything is and what happened during the last hour, for people.
///
/// Displayed, it is plain text: the status first, then what is wrong and what to do, then tables. Serialised, it is all that
/// data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HealthReport {
    /// How everything is, and why.
    pub health: Health,
    /// How long it has been that.
    pub lasted: Duration,
    /// The last hour.
    pub performance: PerformanceReport,
    /// How long operations took in that hour, of those that there were.
    pub times: Vec<TimeLine>,
    /// CPU, memory, disk and network, as far as they are known.
    pub resources: Vec<ResourceLine>,
    /// The cache, the watcher and the breakers, as far as they are known.
    pub readings: ProbeReadings,
}

/// How long one kind of operation took.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimeLine {
    /// The operation.
    pub name: &'static str,
    /// In nanoseconds.
    pub nanos: Quantiles,
    /// The 95th percentile in each step, in nanoseconds, oldest first.
    pub steps: Vec<Option<f64>>,
    /// Where that is going; `None` when it is too early to tell.
    pub trend: Option<Trend>,
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResourceLine {
    /// What it is.
    pub name: &'static str,
    /// How much of it is in use, in words.
    pub now: String,
    /// The last hour in steps, oldest first.
    pub steps: Vec<Option<f64>>,
    /// Where it is going; `None` when that is too early to tell.
    pub trend: Option<Trend>,
}

impl HealthReport {
    pub(crate) fn of(meters: &[Arc<ConfigMeters>], state: &State, moment: Moment) -> Self {
        let health = state.health();
        let lasted = moment.utc.duration_since(health.since).unwrap_or_default();
        let from = moment.now - Duration::from_secs(3600);
        let resources =
            state.sample.as_ref().map(|sample| lines(sample, &state.history, from)).unwrap_or_default();
        let performance = PerformanceReport::of(meters, state, moment, 1.0);
        let times = times(&performance.total, &state.history, from);
        Self { health, lasted, performance, times, resources, readings: state.readings.clone() }
    }

    /// As text in colour if standard output is a terminal and `NO_COLOR` is not set, and else as plain text.
    #[must_use]
    pub fn for_terminal(&self) -> String {
        let colour =
            std::io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        super::text::text(self, colour)
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        super::text::markdown(self)
    }
}

impl fmt::Display for HealthReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::text::text(self, false))
    }
}

fn times(total: &ConfigFigures, history: &History, from: Instant) -> Vec<TimeLine> {
    let operations = [
        ("load", "config_load_duration_seconds", total.loads.nanos),
        ("validate", "config_validation_duration_seconds", total.validations.nanos),
        ("reload", "config_reload_duration_seconds", total.reloads.nanos),
        ("migrate", "config_migration_duration_seconds", total.migrations.nanos),
        ("callback", "config_callback_duration_seconds", total.callbacks.nanos),
    ];
    let line = |(name, series, nanos): (_, &str, Option<Quantiles>)| {
        let (steps, trend) = course(history, series, from);
        Some(TimeLine { name, nanos: nanos?, steps, trend })
    };
    operations.into_iter().filter_map(line).collect()
}

/// What a series did, and where it is going.
fn course(history: &History, series: &str, from: Instant) -> (Vec<Option<f64>>, Option<Trend>) {
    let steps = history.steps(series, from);
    (steps.iter().map(|step| step.summary.figure()).collect(), Trend::of(&steps))
}

fn lines(sample: &ResourceSample, history: &History, from: Instant) -> Vec<ResourceLine> {
    let memory = sample.memory.known();
    let disk = sample.fullest_disk().map(|(disk, share)| {
        format!("{:.1} % at {}", share.percent, harmless_name(&disk.path.to_string_lossy()))
    });
    let rate = |rate: f64| format!("{}/s", words::bytes(rate));
    let network = sample
        .network_rate()
        .known()
        .map(|both| format!("{} in, {} out", rate(both.received), rate(both.sent)));
    let resident = sample.process.known().map(|process| words::bytes(process.resident as f64));
    let lines = [
        ("CPU", "cpu_percent", sample.cpu.known().map(|share| share.to_string())),
        ("memory", "memory_percent", memory.map(|memory| memory.share.to_string())),
        ("disk", "disk_percent", disk),
        ("network", "network_received", network),
        (
            "this process, CPU",
            "process_cpu_percent",
            sample.process_cpu.known().map(|share| share.to_string()),
        ),
        ("this process, memory", "process_resident_bytes", resident),
    ];
    let line = |(name, series, now): (_, &str, Option<String>)| {
        let (steps, trend) = course(history, series, from);
        ResourceLine { name, now: now.unwrap_or_else(|| "not yet".into()), steps, trend }
    };
    lines.into_iter().map(line).collect()
}

impl ResourceLine {
    /// `rising, 40.1 to 52.3`.
    pub(super) fn trend_words(&self) -> String {
        let is_bytes = self.name == "this process, memory" || self.name == "network";
        words::trend(self.trend.as_ref(), |figure| {
            if is_bytes { words::bytes(figure) } else { format!("{figure:.1}") }
        })
    }
}

impl TimeLine {
    /// `rising, 1.2 ms to 3.4 ms`.
    pub(super) fn trend_words(&self) -> String {
        words::trend(self.trend.as_ref(), |nanos| {
            words::duration(Duration::from_nanos(nanos.max(0.0) as u64))
        })
    }
}
