use metrics::{Label, counter, gauge};

use super::families::families;
use super::family::{Family, Labels, Value};
use crate::ConfigMonitor;

impl ConfigMonitor {
    /// Tells all metrics to the recorder of the `metrics` crate that is installed, under the names of the exposition. Times
    /// become gauges of their 50th, 95th and 99th percentile, in seconds, and a counter of how many there were; counters are
    /// whole numbers there.
    ///
    /// [`on_sample`](Self::on_sample) is a good place to call it:
    ///
    /// ```
    /// # let monitor = enhanced_config_monitor::ConfigMonitor::new(enhanced_config_monitor::MonitorOptions::default());
    /// let weak = monitor.downgrade();
    /// monitor.on_sample(move |_| {
    ///     if let Some(monitor) = weak.upgrade() {
    ///         monitor.emit_metrics();
    ///     }
    /// });
    /// ```
    pub fn emit_metrics(&self) {
        for family in families(self) {
            let name = full_name(&family);
            for (labels, value) in family.rows {
                emit(&name, &labels, &value);
            }
        }
    }
}

fn emit(name: &str, labels: &Labels, value: &Value) {
    let labels = || labels.iter().map(|(name, value)| Label::new(*name, value.clone())).collect::<Vec<_>>();
    match value {
        Value::Total(total) => counter!(format!("{name}_total"), labels()).absolute(*total as u64),
        Value::Level(level) => gauge!(name.to_owned(), labels()).set(*level),
        Value::Times(times) => {
            counter!(format!("{name}_count"), labels()).absolute(times.count());
            for (quantile, percent) in [("0.5", 50.0), ("0.95", 95.0), ("0.99", 99.0)] {
                let Some(nanos) = times.percentile(percent) else { continue };
                let mut labels = labels();
                labels.push(Label::new("quantile", quantile));
                gauge!(name.to_owned(), labels).set(nanos as f64 / 1e9);
            }
        }
    }
}

fn full_name(family: &Family) -> String {
    family.unit.map_or_else(|| family.name.to_owned(), |unit| format!("{}_{unit}", family.name))
}
