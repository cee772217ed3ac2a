use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::family::{Family, Value};
use crate::alert::{AlertFilter, Severity};
use crate::history::Reading;
use crate::measure::{BreakerState, CATALOG, ConfigMeters, Kind, Metric, ProbeReadings, Served, WatcherMode};
use crate::monitor::{ConfigMonitor, Core, State};
use crate::resource::{Device, ResourceSample};
use crate::{HealthStatus, Measured};

/// Breakers that are told of.
const BREAKERS: usize = 64;

/// All that is known, as of now where instruments tell it, and else as of the latest interval.
pub(super) fn families(monitor: &ConfigMonitor) -> Vec<Family> {
    let core = monitor.core();
    let meters = core.all_meters();
    let mut families: Vec<Family> = CATALOG
        .chunk_by(|one, next| one.family == next.family)
        .map(|family| measured(family, &meters))
        .collect();
    families.extend(states(core, &meters));
    let failures = core.sink_failures();
    let state = core.state();
    families.extend(health(&state, failures));
    families.extend(probed(&state.readings));
    families.extend(state.sample.iter().flat_map(resources));
    // A family without rows says nothing, and some scrapers refuse it.
    families.retain(|family| !family.rows.is_empty());
    families
}

fn measured(metrics: &[Metric], meters: &[Arc<ConfigMeters>]) -> Family {
    let (name, help) = metrics.first().map_or(("", ""), |metric| (metric.family, metric.help));
    let mut family = Family::new(name, help);
    for (config, metric) in
        meters.iter().flat_map(|config| metrics.iter().map(move |metric| (config, metric)))
    {
        let value = match (metric.kind, metric.read(config)) {
            (Kind::Counter, Reading::Total(total)) => Some(Value::Total(total as f64)),
            (Kind::Seconds, Reading::Distribution(times)) => Some(Value::Times(times)),
            _ => None,
        };
        match metric.label {
            Some(label) => family.add([("config", config.name()), label], value),
            None => family.add([("config", config.name())], value),
        }
    }
    family
}

/// How each configuration stands.
fn states(core: &Core, meters: &[Arc<ConfigMeters>]) -> [Family; 4] {
    let mut successful = Family::new(
        "config_last_reload_successful",
        "Whether the latest attempt to reload a configuration left it as its sources say",
    );
    let mut timestamp = Family::new(
        "config_last_reload_success_timestamp_seconds",
        "When a configuration was last found to be as its sources say",
    );
    let mut served = Family::new("config_served", "What is served of a configuration: 1 for the one that is");
    let mut pending = Family::new("config_pending_restarts", "Values that only a restart brings about");
    for config in meters {
        let name = config.name();
        successful.add([("config", name)], config.last_reload_successful().map(flag));
        let good = config.last_good_reload().map(|at| Value::Level(unix_seconds(core.utc(at))));
        timestamp.add([("config", name)], good);
        for source in [Served::Live, Served::LastKnownGood, Served::Defaults] {
            served
                .add([("config", name), ("source", source.as_str())], Some(flag(config.served() == source)));
        }
        pending.add([("config", name)], Some(Value::Level(config.pending_restart_count() as f64)));
    }
    [successful, timestamp, served, pending]
}

fn health(state: &State, sink_failures: u64) -> [Family; 4] {
    let mut status = Family::new("config_health_status", "How everything is: 1 for the status that it has");
    for each in [HealthStatus::Healthy, HealthStatus::Degraded, HealthStatus::Warning, HealthStatus::Critical]
    {
        status.add([("status", each.as_str())], Some(flag(state.status == each)));
    }
    let active = state.alerts.list(&AlertFilter::active());
    let mut alerts = Family::new("config_alerts_active", "Alerts that go on");
    for severity in [Severity::Low, Severity::Medium, Severity::High, Severity::Critical] {
        let count = active.iter().filter(|alert| alert.severity == severity).count();
        alerts.add([("severity", severity.as_str())], Some(Value::Level(count as f64)));
    }
    [
        status,
        alerts,
        Family::new("config_alert_sink_failures", "Calls of alert sinks that panicked")
            .row([], Some(Value::Total(sink_failures as f64))),
        Family::new("config_monitor_intervals", "Intervals that were taken in")
            .row([], Some(Value::Total(state.intervals as f64))),
    ]
}

fn probed(readings: &ProbeReadings) -> [Family; 6] {
    let cache = readings.cache;
    let mut breakers = Family::new(
        "config_breaker_state",
        "Whether a circuit breaker lets calls through: 1 for the state it is in",
    );
    for (name, state) in readings.breakers.iter().take(BREAKERS) {
        for each in [BreakerState::Closed, BreakerState::HalfOpen, BreakerState::Open] {
            breakers.add([("breaker", name), ("state", each.as_str())], Some(flag(*state == each)));
        }
    }
    let level = |bytes: u64| Value::Level(bytes as f64);
    let total = |reads: u64| Value::Total(reads as f64);
    let mut watcher =
        Family::new("config_watcher_mode", "How changes of files are noticed: 1 for the way that it is");
    for mode in [WatcherMode::Off, WatcherMode::Events, WatcherMode::Polling] {
        watcher.add([("mode", mode.as_str())], readings.watcher.map(|watcher| flag(watcher.mode == mode)));
    }
    let queue = readings.watcher.and_then(|watcher| watcher.queue);
    [
        Family::new("config_cache_reads", "Reads of the cache, by where they found their value")
            .row([("result", "hot")], cache.map(|cache| total(cache.reads.hot)))
            .row([("result", "cold")], cache.map(|cache| total(cache.reads.cold)))
            .row([("result", "miss")], cache.map(|cache| total(cache.reads.miss))),
        Family::new(
            "config_watcher_queue",
            "Configurations whose files have changed and that wait to be read again",
        )
        .row([], queue.map(level)),
        Family::new("config_cache_bytes", "Memory of the cache")
            .row([("tier", "hot")], cache.map(|cache| level(cache.hot_bytes)))
            .row([("tier", "cold")], cache.map(|cache| level(cache.cold_bytes))),
        Family::new("config_cache_compression_saved_ratio", "Which part of the bytes compression saves")
            .row([], cache.and_then(|cache| cache.saved_ratio()).map(Value::Level)),
        watcher,
        breakers,
    ]
}

fn resources(sample: &ResourceSample) -> Vec<Family> {
    let (memory, process) = (sample.memory.known(), sample.process.known());
    let ratio = |percent: f64| Value::Level(percent / 100.0);
    let level = |bytes: u64| Value::Level(bytes as f64);
    let mut families = vec![
        Family::new("process_cpu_seconds", "CPU time of this process, in programs and in the kernel")
            .row([], process.map(|process| Value::Total(process.cpu_time.as_secs_f64()))),
        Family::new("process_resident_memory_bytes", "Memory that this process has in use")
            .row([], process.map(|process| level(process.resident))),
        Family::new("process_virtual_memory_bytes", "Address space that this process has reserved")
            .row([], process.map(|process| level(process.reserved))),
        Family::new("system_cpu_busy_ratio", "Which part of the time of all CPUs is used")
            .row([], sample.cpu.known().map(|share| ratio(share.percent))),
        Family::new("system_memory_bytes", "Memory of the machine")
            .row([("state", "available")], memory.map(|memory| level(memory.available)))
            .row(
                [("state", "used")],
                memory.map(|memory| level(memory.total.saturating_sub(memory.available))),
            ),
        Family::new(
            "system_memory_used_ratio",
            "Which part of memory is in use, of the tightest limit there is",
        )
        .row([], memory.map(|memory| ratio(memory.share.percent))),
        Family::new("cgroup_memory_limit_bytes", "The tightest limit of this process's control groups")
            .row([], memory.and_then(|memory| memory.cgroup).map(|(_, limit)| level(limit))),
        Family::new("cgroup_memory_used_bytes", "What that control group has in use")
            .row([], memory.and_then(|memory| memory.cgroup).map(|(used, _)| level(used))),
    ];
    families.push(disks(sample));
    let directions = [
        ("system_disk_read_bytes", "Bytes that were read from a disk", &sample.disk_io, true),
        ("system_disk_written_bytes", "Bytes that were written to a disk", &sample.disk_io, false),
        ("system_network_receive_bytes", "Bytes that an interface received", &sample.network, true),
        ("system_network_transmit_bytes", "Bytes that an interface sent", &sample.network, false),
    ];
    families.extend(directions.map(|(name, help, devices, received)| traffic(name, help, devices, received)));
    families
}

fn disks(sample: &ResourceSample) -> Family {
    let mut used = Family::new(
        "system_disk_used_ratio",
        "Which part of a disk is in use, of what ordinary users can use",
    );
    for disk in &sample.disks {
        if let Measured::Known(space) = disk.space {
            let share = Value::Level(space.share().percent / 100.0);
            used.add([("path", &disk.path.to_string_lossy())], Some(share));
        }
    }
    used
}

fn traffic(name: &'static str, help: &'static str, devices: &[Device], received: bool) -> Family {
    let mut family = Family::new(name, help);
    for device in devices {
        let bytes = if received { device.received } else { device.sent };
        family.add([("device", &device.name)], Some(Value::Total(bytes as f64)));
    }
    family
}

fn flag(set: bool) -> Value {
    Value::Level(f64::from(u8::from(set)))
}

fn unix_seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Memory, ResourceMonitor, Share, Whole};
    use enhanced_config_clock::Instant;

    /// Of limits and disks that the machine of a test may not have.
    #[test]
    fn limits_and_disks_are_told() {
        let mut sample = ResourceMonitor::new(["/"]).sample(Instant::default());
        sample.memory = sample.memory.map(|memory| Memory {
            cgroup: Some((50, 100)),
            share: Share { percent: 50.0, of: Whole::CgroupV2 },
            ..memory
        });
        let device = |name: &str| Device {
            name: name.to_owned(),
            loopback: false,
            received: 7,
            sent: 8,
            rate: Measured::NotYet,
        };
        (sample.disk_io, sample.network) = (vec![device("vda")], vec![device("eth0")]);
        let families = resources(&sample);
        let value = |name: &'static str| {
            let family = Family::new(name, "");
            let found = families.iter().find(|found| (found.name, found.unit) == (family.name, family.unit));
            match found.and_then(|found| found.rows.values().next()) {
                Some(Value::Total(number) | Value::Level(number)) => *number,
                _ => panic!("no {name}"),
            }
        };
        assert_eq!((value("cgroup_memory_limit_bytes"), value("cgroup_memory_used_bytes")), (100.0, 50.0));
        assert_eq!((value("system_disk_read_bytes"), value("system_disk_written_bytes")), (7.0, 8.0));
        assert_eq!(
            (value("system_network_receive_bytes"), value("system_network_transmit_bytes")),
            (7.0, 8.0)
        );
        assert_eq!(value("system_memory_used_ratio"), 0.5, "of the limit");
    }
}
