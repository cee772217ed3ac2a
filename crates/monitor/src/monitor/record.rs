//! What an interval adds to the history.

use std::sync::Arc;

use enhanced_config_clock::Instant;

use super::State;
use crate::alert::Moment;
use crate::history::{History, Reading};
use crate::measure::{CATALOG, ConfigMeters, ProbeReadings};
use crate::resource::{Measured, ResourceSample};

impl State {
    pub(super) fn take_in(
        &mut self,
        moment: Moment,
        meters: &[Arc<ConfigMeters>],
        readings: ProbeReadings,
        sample: Option<ResourceSample>,
    ) {
        let history = Arc::make_mut(&mut self.history);
        record_configs(history, moment.now, meters);
        if let Some(cache) = &readings.cache {
            let reads = cache.reads;
            for (series, total) in [("hot", reads.hot), ("cold", reads.cold), ("miss", reads.miss)] {
                history.record(moment.now, &format!("cache_reads.{series}"), Reading::Total(total));
            }
        }
        for (series, level) in levels(&readings, sample.as_ref()) {
            history.record(moment.now, series, Reading::Level(level));
        }
        (self.readings, self.sample) = (readings, sample);
        self.intervals += 1;
    }
}

fn record_configs(history: &mut History, now: Instant, meters: &[Arc<ConfigMeters>]) {
    for metric in &CATALOG {
        let mut sum = None;
        for config in meters {
            let reading = metric.read(config);
            sum = Some(match sum {
                None => reading.clone(),
                Some(sum) => plus(sum, &reading),
            });
            let series = metric.series(Some(config.name()));
            // What never happened takes no room.
            if !is_nothing(&reading) || history.contains(&series) {
                history.record(now, &series, reading);
            }
        }
        if let Some(sum) = sum {
            history.record(now, &metric.series(None), sum);
        }
    }
}

fn plus(sum: Reading, more: &Reading) -> Reading {
    match (sum, more) {
        (Reading::Total(sum), Reading::Total(more)) => Reading::Total(sum.wrapping_add(*more)),
        (Reading::Distribution(mut sum), Reading::Distribution(more)) => {
            sum.merge(more);
            Reading::Distribution(sum)
        }
        (sum, _) => sum,
    }
}

fn is_nothing(reading: &Reading) -> bool {
    match reading {
        Reading::Level(_) => false,
        Reading::Total(total) => *total == 0,
        Reading::Distribution(values) => values.count() == 0,
    }
}

/// What there is of everything that is not of one configuration, as far as it is known.
fn levels(readings: &ProbeReadings, sample: Option<&ResourceSample>) -> Vec<(&'static str, f64)> {
    let mut levels = Vec::new();
    let mut add = |series, level: Option<f64>| levels.extend(level.map(|level| (series, level)));
    if let Some(cache) = &readings.cache {
        add("cache_bytes", Some((cache.hot_bytes + cache.cold_bytes) as f64));
        add("compression_saved_ratio", cache.saved_ratio());
    }
    add("watcher_queue", readings.watcher.and_then(|watcher| watcher.queue).map(|queue| queue as f64));
    let Some(sample) = sample else { return levels };
    add("cpu_percent", sample.cpu.known().map(|share| share.percent));
    add("memory_percent", sample.memory.known().map(|memory| memory.share.percent));
    add("process_cpu_percent", sample.process_cpu.known().map(|share| share.percent));
    add("process_resident_bytes", sample.process.known().map(|process| process.resident as f64));
    add("disk_percent", sample.fullest_disk().map(|(_, share)| share.percent));
    let rates = [
        (["network_received", "network_sent"], sample.network_rate()),
        (["disk_read", "disk_written"], sample.disk_rate()),
    ];
    for ([received, sent], rate) in rates {
        if let Measured::Known(rate) = rate {
            add(received, Some(rate.received));
            add(sent, Some(rate.sent));
        }
    }
    levels
}
