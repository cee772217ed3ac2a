use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{AlertEvent, AlertFilter, News, Severity};

/// Where alerts are sent: a closure, [`Tracing`], or what posts them to a webhook, a pager or a chat.
///
/// It is called on the thread that monitors, one event at a time. What takes long should be handed to another thread: the
/// next sample waits for it.
pub trait AlertSink: Send + Sync {
    /// Takes `event`. One that panics has failed: that is counted and logged, and it is called again the next time.
    fn send(&self, event: &AlertEvent);
}

impl<F: Fn(&AlertEvent) + Send + Sync> AlertSink for F {
    fn send(&self, event: &AlertEvent) {
        self(event);
    }
}

/// Sends alerts to the log, as events of the target `enhanced_config::alert`: high and critical ones as errors, others as
/// warnings, resolved ones as information.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing;

impl AlertSink for Tracing {
    fn send(&self, event: &AlertEvent) {
        const TARGET: &str = "enhanced_config::alert";
        let (alert, news) = (&event.alert, event.news.as_str());
        let (rule, severity) = (&*alert.rule, alert.severity.as_str());
        let subject = alert.subject.as_deref().unwrap_or_default();
        let (value, threshold, remedy) = (alert.value, alert.threshold, &*alert.remedy);
        if event.news == News::Resolved {
            tracing::info!(target: TARGET, news, rule, severity, subject, value, threshold, "{alert}");
        } else if alert.severity >= Severity::High {
            tracing::error!(target: TARGET, news, rule, severity, subject, value, threshold, remedy, "{alert}");
        } else {
            tracing::warn!(target: TARGET, news, rule, severity, subject, value, threshold, remedy, "{alert}");
        }
    }
}

/// A registered sink: dropping this ends it.
#[must_use = "dropping a subscription ends it"]
pub struct AlertSubscription {
    sinks: Weak<Sinks>,
    number: u64,
}

/// Those that are registered, in the order in which they were.
#[derive(Default)]
pub struct Sinks {
    list: Mutex<Vec<Entry>>,
    numbers: AtomicU64,
    failures: AtomicU64,
}

#[derive(Clone)]
struct Entry {
    number: u64,
    filter: AlertFilter,
    sink: Arc<dyn AlertSink>,
}

impl Sinks {
    /// Sends what `filter` lets through to `sink` from now on, until the subscription is dropped.
    pub fn add(self: &Arc<Self>, filter: AlertFilter, sink: impl AlertSink + 'static) -> AlertSubscription {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        self.lock().push(Entry { number, filter, sink: Arc::new(sink) });
        AlertSubscription { sinks: Arc::downgrade(self), number }
    }

    /// Sends every event to every sink that wants it. No lock is held meanwhile, so that a sink may do what it likes.
    pub fn send(&self, events: &[AlertEvent]) {
        if events.is_empty() {
            return;
        }
        let entries = self.lock().clone();
        for event in events {
            for entry in entries.iter().filter(|entry| entry.filter.lets_through(&event.alert)) {
                // What a sink leaves half done is its own.
                if catch_unwind(AssertUnwindSafe(|| entry.sink.send(event))).is_err() {
                    self.failures.fetch_add(1, Ordering::Relaxed);
                    let rule = &*event.alert.rule;
                    tracing::error!(target: "enhanced_config::monitor", rule, "a sink of alerts panicked");
                }
            }
        }
    }

    /// How many calls panicked.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AlertSubscription {
    /// Leaves the sink registered for as long as there is something to tell it.
    pub fn detach(mut self) {
        self.sinks = Weak::new();
    }
}

impl Drop for AlertSubscription {
    fn drop(&mut self) {
        let Some(sinks) = self.sinks.upgrade() else { return };
        let mut list = sinks.lock();
        let place = list.iter().position(|entry| entry.number == self.number);
        let removed = place.map(|place| list.remove(place));
        // What a sink owns goes after the lock: it may own subscriptions.
        drop(list);
        drop(removed);
    }
}

impl fmt::Debug for AlertSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertSubscription").finish_non_exhaustive()
    }
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sinks").field("count", &self.lock().len()).finish_non_exhaustive()
    }
}
