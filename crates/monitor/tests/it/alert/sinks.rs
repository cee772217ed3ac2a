use super::Watch;
use enhanced_config_monitor::alert::{
    AlertEvent, AlertFilter, AlertSink, Observation, Rules, Severity, Sinks, Tracing,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

fn events() -> Vec<AlertEvent> {
    let wrong = ["reload_rejected", "serving_defaults"].map(|signal| Observation::new(signal, 1.0).of("app"));
    Watch::new(Rules::default()).next(&wrong)
}

/// As somebody would write it who posts to a webhook.
struct Webhook(Arc<Mutex<Vec<String>>>);

impl AlertSink for Webhook {
    fn send(&self, event: &AlertEvent) {
        self.0.lock().unwrap().push(event.alert.rule.to_string());
    }
}

#[test]
fn each_sink_gets_what_it_asked_for_until_it_ends() {
    let (sinks, count, posted) = (Arc::new(Sinks::default()), Arc::new(AtomicU64::new(0)), Arc::default());
    let counting = Arc::clone(&count);
    let all = sinks.add(AlertFilter::default(), move |_: &AlertEvent| {
        counting.fetch_add(1, Ordering::Relaxed);
    });
    sinks.add(AlertFilter::default().at_least(Severity::Critical), Webhook(Arc::clone(&posted))).detach();
    sinks.send(&events());
    drop(all);
    sinks.send(&events());
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert_eq!(*posted.lock().unwrap(), ["defaults-served", "defaults-served"]);
}

#[test]
fn a_sink_that_panics_is_counted_and_harms_nobody() {
    let (sinks, count) = (Arc::new(Sinks::default()), Arc::new(AtomicU64::new(0)));
    let _panics = sinks.add(AlertFilter::default(), |_: &AlertEvent| panic!("as a test does"));
    let counting = Arc::clone(&count);
    let _counts = sinks.add(AlertFilter::default(), move |_: &AlertEvent| {
        counting.fetch_add(1, Ordering::Relaxed);
    });
    sinks.send(&events());
    assert_eq!((sinks.failures(), count.load(Ordering::Relaxed)), (2, 2));
}

#[test]
fn a_sink_may_end_itself_and_start_others() {
    let sinks = Arc::new(Sinks::default());
    let own = Arc::new(Mutex::new(None));
    let (inside, slot) = (Arc::clone(&sinks), Arc::clone(&own));
    let subscription = sinks.add(AlertFilter::default(), move |_: &AlertEvent| {
        slot.lock().unwrap().take();
        inside.add(AlertFilter::default(), Tracing).detach();
    });
    *own.lock().unwrap() = Some(subscription);
    sinks.send(&events());
    sinks.send(&events());
    assert_eq!(sinks.failures(), 0);
    assert_eq!(format!("{sinks:?}"), "Sinks { count: 2, .. }");
}
