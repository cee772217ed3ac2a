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
