use super::{SECOND, Stage};
use enhanced_config_monitor::ReloadOutcome;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Keeps the latest value of everything, as exporters do.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Kept {
    fn value(&self, kind: &str, key: &Key) -> Arc<AtomicU64> {
        let labels = key.labels().map(|label| format!(",{}={}", label.key(), label.value()));
        let id = format!("{kind} {}{}", key.name(), labels.collect::<String>());
        Arc::clone(self.0.lock().unwrap().entry(id).or_default())
    }

    fn bits(&self, id: &str) -> u64 {
        let values = self.0.lock().unwrap();
        values.get(id).unwrap_or_else(|| panic!("no {id} in {values:#?}")).load(Ordering::Relaxed)
    }

    fn gauge(&self, id: &str) -> f64 {
        f64::from_bits(self.bits(&format!("gauge {id}")))
    }

    fn counter(&self, id: &str) -> u64 {
        self.bits(&format!("counter {id}"))
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.value("counter", key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.value("gauge", key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("{key:?}: times are told as percentiles")
    }
}

#[test]
fn a_recorder_gets_what_scrapers_get() {
    let (stage, kept) = (Stage::new(), Kept::default());
    let config = stage.monitor.config("app");
    for _ in 0..2 {
        (0..100).for_each(|_| config.loaded(SECOND, true));
        config.reloaded(stage.now(), SECOND, ReloadOutcome::Rejected);
        stage.interval();
        metrics::with_local_recorder(&kept, || stage.monitor.emit_metrics());
    }
    assert_eq!(kept.counter("config_loads_total,config=app,outcome=succeeded"), 200, "not 300");
    assert_eq!(kept.counter("config_reloads_total,config=app,outcome=rejected"), 2);
    assert_eq!(kept.counter("config_load_duration_seconds_count,config=app"), 200);
    let median = kept.gauge("config_load_duration_seconds,config=app,quantile=0.5");
    assert!((median - 1.0).abs() < 0.01, "{median}");
    assert_eq!(kept.gauge("config_last_reload_successful,config=app"), 0.0);
    assert_eq!(kept.gauge("config_health_status,status=warning"), 1.0);
    assert_eq!(kept.gauge("config_health_status,status=healthy"), 0.0);
}
