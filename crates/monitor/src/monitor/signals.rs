//! What rules look at.

use std::sync::Arc;

use enhanced_config_clock::Instant;

use super::{MonitorOptions, State};
use crate::alert::Observation;
use crate::history::Summary;
use crate::measure::{ConfigMeters, Served};

pub(super) fn observe(
    options: &MonitorOptions,
    state: &State,
    meters: &[Arc<ConfigMeters>],
    now: Instant,
) -> Vec<Observation> {
    let mut observations = of_system(state);
    let from = now - options.window;
    let cached = |result| {
        state.history.summary(&format!("cache_reads.{result}"), from).map_or(0, |reads| reads.total())
    };
    let hits = hit_ratio(["hot", "cold", "miss"].map(cached), options);
    observations.extend(hits.map(|ratio| Observation::new("hit_ratio", ratio)));
    for config in meters {
        let window = Window { options, state, from, config: config.name() };
        observations.extend(window.observe().map(|observation| observation.of(Arc::clone(config.name()))));
        observations.extend(of_config(config).map(|observation| observation.of(Arc::clone(config.name()))));
    }
    observations
}

fn of_system(state: &State) -> Vec<Observation> {
    let mut observations = Vec::new();
    let mut add =
        |signal, value: Option<f64>| observations.extend(value.map(|value| Observation::new(signal, value)));
    add("compression_saved_ratio", state.readings.cache.and_then(|cache| cache.saved_ratio()));
    let Some(sample) = &state.sample else { return observations };
    add("cpu_percent", sample.cpu.known().map(|share| share.percent));
    add("process_cpu_percent", sample.process_cpu.known().map(|share| share.percent));
    add("memory_percent", sample.memory.known().map(|memory| memory.share.percent));
    let disks = sample.disks.iter().filter_map(|disk| {
        let percent = disk.space.known()?.share().percent;
        Some(Observation::new("disk_percent", percent).of(disk.path.to_string_lossy()))
    });
    observations.extend(disks);
    observations
}

fn of_config(config: &ConfigMeters) -> impl Iterator<Item = Observation> {
    let flags = [
        ("reload_rejected", config.last_reload_successful() == Some(false)),
        ("serving_last_known_good", config.served() == Served::LastKnownGood),
        ("serving_defaults", config.served() == Served::Defaults),
    ];
    flags.into_iter().map(|(signal, set)| Observation::new(signal, f64::from(u8::from(set))))
}

/// What happened to one configuration of late.
struct Window<'a> {
    options: &'a MonitorOptions,
    state: &'a State,
    from: Instant,
    config: &'a str,
}

impl Window<'_> {
    fn observe(&self) -> impl Iterator<Item = Observation> {
        let [hot, cold, miss] =
            ["hot", "cold", "miss"].map(|result| self.total(&format!("config_reads.{result}")));
        let hits = part(hot + cold, hot + cold + miss, self.options.min_reads);
        let [well, failed] =
            ["succeeded", "failed"].map(|outcome| self.total(&format!("config_validations.{outcome}")));
        let errors = part(failed, well + failed, self.options.min_validations);
        let load = match self.summary("config_load_duration_seconds") {
            Some(Summary::Distribution(times)) => times.percentile(95.0).map(|nanos| nanos as f64 / 1e9),
            _ => None,
        };
        let signals = [("hit_ratio", hits), ("validation_error_ratio", errors), ("load_seconds", load)];
        signals.into_iter().filter_map(|(signal, value)| Some(Observation::new(signal, value?)))
    }

    fn total(&self, series: &str) -> u64 {
        self.summary(series).map_or(0, |summary| summary.total())
    }

    fn summary(&self, series: &str) -> Option<Summary> {
        self.state.history.summary(&format!("{series}/{}", self.config), self.from)
    }
}

fn hit_ratio([hot, cold, miss]: [u64; 3], options: &MonitorOptions) -> Option<f64> {
    part(hot + cold, hot + cold + miss, options.min_reads)
}

/// `part` of `whole`, if that is enough to tell.
fn part(part: u64, whole: u64, enough: u64) -> Option<f64> {
    (whole >= enough.max(1)).then(|| part as f64 / whole as f64)
}
