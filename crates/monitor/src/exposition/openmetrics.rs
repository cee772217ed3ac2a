use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::families::families;
use super::family::{Family, Value};
use crate::ConfigMonitor;
use crate::meter::Distribution;

/// Bounds of histograms in seconds. A count at a bound may have values in it that are 1.6 % above.
const BOUNDS: [f64; 16] =
    [1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

impl ConfigMonitor {
    /// All metrics as [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/) text, to be served with the content
    /// type [`OPENMETRICS`](Self::OPENMETRICS).
    ///
    /// | metric | type | labels | what it is |
    /// |---|---|---|---|
    /// | `config_reads` | counter | `config`, `result`: hot, cold, miss | reads, by where they found their value |
    /// | `config_loads` | counter | `config`, `outcome`: succeeded, failed | loads from the sources |
    /// | `config_load_duration_seconds` | histogram | `config` | how long they took |
    /// | `config_validations` | counter | `config`, `outcome`: succeeded, failed | validations; one that finds problems has failed |
    /// | `config_validation_problems` | counter | `config` | what they found |
    /// | `config_validation_duration_seconds` | histogram | `config` | how long they took |
    /// | `config_reloads` | counter | `config`, `outcome`: applied, unchanged, rejected, undone, missing | attempts to follow the sources |
    /// | `config_reload_duration_seconds` | histogram | `config` | how long they took |
    /// | `config_migrations` | counter | `config`, `outcome`: succeeded, failed | migrations |
    /// | `config_migration_duration_seconds` | histogram | `config` | how long they took |
    /// | `config_callbacks` | counter | `config`, `outcome`: succeeded, failed | callbacks that were told; one that panicked or could not follow has failed |
    /// | `config_callback_duration_seconds` | histogram | `config` | how long they took |
    /// | `config_last_reload_successful` | gauge | `config` | 1 if the latest attempt left it as its sources say |
    /// | `config_last_reload_success_timestamp_seconds` | gauge | `config` | when it was last found to be that |
    /// | `config_served` | gauge | `config`, `source`: live, last-known-good, defaults | 1 for what is served |
    /// | `config_pending_restarts` | gauge | `config` | values that only a restart brings about |
    /// | `config_health_status` | gauge | `status`: healthy, degraded, warning, critical | 1 for how everything is |
    /// | `config_alerts_active` | gauge | `severity`: low, medium, high, critical | alerts that go on |
    /// | `config_alert_sink_failures` | counter | | calls of alert sinks that panicked |
    /// | `config_monitor_intervals` | counter | | intervals that were taken in |
    /// | `config_cache_reads` | counter | `result`: hot, cold, miss | reads of the cache |
    /// | `config_cache_bytes` | gauge | `tier`: hot, cold | its memory |
    /// | `config_cache_compression_saved_ratio` | gauge | | which part of the bytes compression saves |
    /// | `config_watcher_mode` | gauge | `mode`: off, events, polling | 1 for how changes of files are noticed |
    /// | `config_watcher_queue` | gauge | | configurations that have changed and wait to be read again |
    /// | `config_breaker_state` | gauge | `breaker`, `state`: closed, half_open, open | 1 for the state that a circuit breaker is in |
    /// | `process_cpu_seconds` | counter | | CPU time of this process |
    /// | `process_resident_memory_bytes` | gauge | | its memory in use |
    /// | `process_virtual_memory_bytes` | gauge | | address space that it has reserved |
    /// | `system_cpu_busy_ratio` | gauge | | which part of the time of all CPUs is used |
    /// | `system_memory_bytes` | gauge | `state`: available, used | memory of the machine |
    /// | `system_memory_used_ratio` | gauge | | which part is in use, of the tightest limit there is |
    /// | `system_disk_used_ratio` | gauge | `path` | which part of a disk is in use |
    /// | `system_disk_read_bytes` | counter | `device` | what was read from a disk |
    /// | `system_disk_written_bytes` | counter | `device` | what was written to it |
    /// | `system_network_receive_bytes` | counter | `device` | what an interface received |
    /// | `system_network_transmit_bytes` | counter | `device` | what it sent |
    /// | `cgroup_memory_limit_bytes` | gauge | | the tightest limit of this process's control groups |
    /// | `cgroup_memory_used_bytes` | gauge | | what that control group has in use |
    ///
    /// A sample of a counter has `_total` behind the name. What is not known is left out: rates before the second interval,
    /// limits that are not set, and of the cache, the watcher and the breakers what no
    /// [probe](Self::add_probe) tells.
    ///
    /// Labels are bounded: as many configurations as [`max_configs`](crate::MonitorOptions::max_configs) says, 64
    /// breakers, 256 devices of a kind, the disks that were asked for, and 128 characters each.
    ///
    /// ```
    /// use enhanced_config_monitor::{ConfigMonitor, MonitorOptions};
    /// use std::time::Duration;
    ///
    /// let monitor = ConfigMonitor::new(MonitorOptions::default());
    /// monitor.config("app").loaded(Duration::from_millis(3), true);
    /// let text = monitor.openmetrics();
    /// assert!(text.contains(r#"config_loads_total{config="app",outcome="succeeded"} 1"#), "{text}");
    /// ```
    #[must_use]
    pub fn openmetrics(&self) -> String {
        let (mut registry, mut text) = (Registry::default(), String::new());
        registry.register_collector(Box::new(Exposition(families(self))));
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }

    /// The content type of [`openmetrics`](Self::openmetrics).
    pub const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

#[derive(Debug)]
struct Exposition(Vec<Family>);

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in &self.0 {
            let unit = family.unit.map(|unit| Unit::Other(unit.into()));
            let kind = match family.rows.values().next() {
                Some(Value::Total(_)) => MetricType::Counter,
                Some(Value::Times(_)) => MetricType::Histogram,
                Some(Value::Level(_)) | None => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(family.name, family.help, unit.as_ref(), kind)?;
            for (labels, value) in &family.rows {
                if labels.is_empty() {
                    write(&mut metric, value)?;
                } else {
                    write(&mut metric.encode_family(labels)?, value)?;
                }
            }
        }
        Ok(())
    }
}

fn write(metric: &mut MetricEncoder<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::Total(total) => metric.encode_counter::<NoLabelSet, f64, f64>(total, None),
        Value::Level(level) => metric.encode_gauge(level),
        Value::Times(times) => metric.encode_histogram::<NoLabelSet>(
            times.sum() as f64 / 1e9,
            times.count(),
            &buckets(times),
            None,
        ),
    }
}

/// What came between each bound and the one before it.
fn buckets(times: &Distribution) -> Vec<(f64, u64)> {
    let below = |bound: f64| times.count_at_most((bound * 1e9) as u64);
    let ends = BOUNDS.iter().map(|bound| (*bound, below(*bound))).chain([(f64::INFINITY, times.count())]);
    let mut before = 0;
    ends.map(|(bound, below)| (bound, below - std::mem::replace(&mut before, below))).collect()
}
