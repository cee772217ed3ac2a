use super::{SECOND, Stage};
use enhanced_config_clock::Instant;
use enhanced_config_monitor::alert::{AlertEvent, AlertFilter, Rules};
use enhanced_config_monitor::history::History;
use enhanced_config_monitor::{ConfigMonitor, MonitorOptions, ReloadOutcome, WeakMonitor};
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

const MILLI: Duration = Duration::from_millis(1);

/// A monitor, and what it sends at every interval.
fn counted() -> (ConfigMonitor, mpsc::Receiver<()>) {
    let monitor = ConfigMonitor::new(MonitorOptions::default().without_resources());
    let (sender, receiver) = mpsc::channel();
    monitor.add_probe(move |_| {
        let _ = sender.send(());
    });
    (monitor, receiver)
}

#[test]
fn it_is_shared_among_threads() {
    const fn check<T: Send + Sync + Clone + 'static>() {}
    check::<ConfigMonitor>();
}

#[test]
fn intervals_come_until_it_is_stopped() {
    let (monitor, intervals) = counted();
    assert!(!monitor.is_monitoring());
    monitor.start_monitoring(MILLI).unwrap();
    monitor.start_monitoring(MILLI).unwrap();
    assert!(monitor.is_monitoring());
    (0..3).for_each(|_| intervals.recv().unwrap());
    monitor.stop_monitoring();
    assert!(!monitor.is_monitoring());
    while intervals.try_recv().is_ok() {}
    assert_eq!(
        intervals.recv_timeout(20 * MILLI),
        Err(mpsc::RecvTimeoutError::Timeout),
        "joined, so that none is late"
    );
    monitor.start_monitoring(MILLI).unwrap();
    intervals.recv().unwrap();
}

#[test]
fn stopping_does_not_wait_for_the_next_interval() {
    let (monitor, intervals) = counted();
    monitor.start_monitoring(Duration::MAX / 4).unwrap_or(());
    monitor.stop_monitoring();
    monitor.start_monitoring(3600 * SECOND).unwrap();
    intervals.recv().unwrap();
    monitor.stop_monitoring();
}

#[test]
fn dropping_the_last_clone_ends_the_thread() {
    let (monitor, intervals) = counted();
    let clone = monitor.clone();
    monitor.start_monitoring(MILLI).unwrap();
    drop(monitor);
    intervals.recv().unwrap();
    assert!(clone.is_monitoring());
    drop(clone);
    // The probe, which has the sender, is gone with the thread.
    while intervals.try_recv().is_ok() {}
    assert_eq!(intervals.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_callback_may_stop_and_ask() {
    let monitor = ConfigMonitor::new(MonitorOptions::default());
    let (sender, receiver) = mpsc::channel();
    let inside = monitor.clone();
    monitor.on_sample(move |sample| {
        inside.stop_monitoring();
        let _ = sender.send((sample.at, inside.health_status()));
    });
    monitor.start_monitoring(MILLI).unwrap();
    receiver.recv().unwrap();
    assert!(!monitor.is_monitoring());
}

#[test]
fn who_looks_into_the_history_may_ask_and_keeps_nobody_waiting() {
    let stage = Stage::new();
    stage.monitor.config("app").loaded(MILLI, true);
    stage.interval();
    let loads =
        |history: &History| history.summary("config_loads.succeeded", Instant::default()).unwrap().total();
    let seen = stage.monitor.history(|history| {
        stage.monitor.config("app").loaded(MILLI, true);
        // Would wait for itself, if anybody waited.
        stage.interval();
        (loads(history), stage.monitor.health_status())
    });
    assert_eq!((seen.0, stage.monitor.history(loads)), (1, 2));
}

#[test]
fn a_probe_that_asks_for_an_interval_is_in_the_middle_of_one() {
    let stage = Stage::new();
    let (weak, asked) = (stage.monitor.downgrade(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&asked);
    stage.monitor.add_probe(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        weak.upgrade().unwrap().tick();
    });
    stage.intervals(3);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn events_are_sent_one_at_a_time_and_in_order() {
    let rules = Rules::default().change("reload-rejected", |rule| rule.held(Duration::ZERO, Duration::ZERO));
    let stage = Arc::new(Stage::with(MonitorOptions::default().without_resources().with_rules(rules)));
    let (weak, said) = (Arc::downgrade(&stage), Arc::new(Mutex::new(Vec::new())));
    let list = Arc::clone(&said);
    let _told = stage.monitor.on_alert(AlertFilter::default(), move |event: &AlertEvent| {
        let say = |when: &str| list.lock().unwrap().push(format!("{} {when}", event.news.as_str()));
        say("begins");
        // Which resolves it, before this ends.
        let stage = weak.upgrade().unwrap();
        stage.monitor.config("app").reloaded(stage.now(), MILLI, ReloadOutcome::Applied);
        stage.interval();
        say("ends");
    });
    stage.monitor.config("app").reloaded(stage.now(), MILLI, ReloadOutcome::Rejected);
    stage.interval();
    assert_eq!(*said.lock().unwrap(), ["raised begins", "raised ends", "resolved begins", "resolved ends"]);
}

/// Asks the monitor whenever it logs something.
struct Asking(WeakMonitor, AtomicU64);

impl tracing::Subscriber for Asking {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        if let Some(monitor) = self.0.upgrade() {
            let _ = monitor.health();
            #[cfg(feature = "openmetrics")]
            let _ = monitor.openmetrics();
        }
        self.1.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn who_keeps_the_log_may_ask() {
    let stage = Stage::new();
    // With one subscriber alone, whether an event is wanted is asked of the thread that comes to it first: another test's.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let log = Arc::new(Asking(stage.monitor.downgrade(), AtomicU64::new(0)));
    stage.monitor.config("app").reloaded(stage.now(), MILLI, ReloadOutcome::Rejected);
    tracing::subscriber::with_default(Arc::clone(&log), || stage.interval());
    // What was sampled, the alert, and that health has changed.
    assert_eq!(log.1.load(Ordering::Relaxed), 3);
}

#[test]
fn what_it_owns_does_not_keep_it_alive() {
    let (monitor, intervals) = counted();
    let weak = monitor.downgrade();
    monitor.on_sample({
        let weak = weak.clone();
        move |_| drop(weak.upgrade())
    });
    monitor.start_monitoring(MILLI).unwrap();
    intervals.recv().unwrap();
    drop(monitor);
    assert!(weak.upgrade().is_none());
    // The probe, which has the sender, is gone with the thread.
    while intervals.try_recv().is_ok() {}
    assert_eq!(intervals.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_lent_thread_does_what_is_due_and_no_more() {
    let (monitor, intervals) = counted();
    let (wakes, woken) = mpsc::channel();
    let lent = monitor.lend(move || wakes.send(()).unwrap_or_default());
    assert_eq!(lent.run(), None);
    monitor.start_monitoring(3600 * SECOND).unwrap();
    assert!(monitor.is_monitoring());
    woken.recv().unwrap();
    for _ in 0..2 {
        assert!(lent.run().is_some_and(|left| left > 3000 * SECOND));
    }
    assert_eq!(intervals.try_iter().count(), 1);

    monitor.stop_monitoring();
    assert_eq!((monitor.is_monitoring(), lent.run()), (false, None));
    monitor.start_monitoring(3600 * SECOND).unwrap();
    let later = monitor.lend(|| {});
    assert_eq!(lent.run(), None, "another one took its place");
    drop(lent);
    assert!(later.run().is_some());
    assert_eq!(intervals.try_iter().count(), 1);
    drop(later);
    // On a thread of its own again.
    intervals.recv().unwrap();
    assert!(monitor.is_monitoring());
}

#[test]
fn a_callback_may_stop_what_runs_on_a_lent_thread() {
    let monitor = ConfigMonitor::new(MonitorOptions::default());
    let (lent, inside) = (monitor.lend(|| {}), monitor.clone());
    monitor.on_sample(move |_| inside.stop_monitoring());
    monitor.start_monitoring(MILLI).unwrap();
    assert_eq!(lent.run(), None);
    assert!(!monitor.is_monitoring());
}

#[test]
fn a_thousand_starts_leave_no_thread() {
    let threads = || {
        fs::read_dir("/proc/self/task").map_or(0, |tasks| {
            let name =
                |task: std::io::Result<fs::DirEntry>| fs::read_to_string(task.unwrap().path().join("comm"));
            tasks.filter_map(|task| name(task).ok()).filter(|name| name.trim() == "config-monitor").count()
        })
    };
    let (monitor, _intervals) = counted();
    for _ in 0..1000 {
        monitor.start_monitoring(SECOND).unwrap();
        monitor.stop_monitoring();
    }
    // Other tests have theirs at the same time.
    assert!(threads() < 20, "{}", threads());
}

#[test]
fn memory_is_constant_over_many_intervals() {
    let stage = Stage::new();
    let config = stage.monitor.config("app");
    let bytes = || stage.monitor.history(|history| history.bytes());
    let mut settled = 0;
    let intervals: u64 = 10_000;
    for interval in 0..intervals {
        config.loaded(MILLI + Duration::from_nanos(interval % 1000), true);
        if interval % 1000 == 0 {
            config.reloaded(stage.now(), MILLI, ReloadOutcome::Rejected);
        } else if interval % 1000 == 100 {
            config.reloaded(stage.now(), MILLI, ReloadOutcome::Applied);
        }
        stage.after(30 * SECOND);
        // More than a day has passed.
        if interval == intervals / 2 {
            settled = bytes();
        }
    }
    assert!(bytes() <= settled + settled / 100, "{} after {settled}", bytes());
}

/// 58 days of intervals of five seconds: in the small they are in the benchmarks, too, which say how long one takes.
#[test]
#[ignore = "takes minutes: cargo test --release -p enhanced-config-monitor --test it -- --ignored a_million"]
fn a_million_intervals_take_no_memory_and_no_thread() {
    let stage = Stage::new();
    let config = stage.monitor.config("app");
    let mut process = enhanced_config_monitor::resource::Process::own().unwrap();
    let mut used = || {
        let resident = process.sample(stage.now()).unwrap().resident;
        let threads = fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
        (stage.monitor.history(|history| history.bytes()), resident, threads)
    };
    let mut settled = (0, 0, 0);
    for interval in 0..1_000_000_u64 {
        // More than a day has passed.
        if interval == 25_000 {
            settled = used();
        }
        config.loaded(Duration::from_micros(interval % 5000), true);
        let outcome = if interval % 1000 < 100 { ReloadOutcome::Rejected } else { ReloadOutcome::Applied };
        config.reloaded(stage.now(), MILLI, outcome);
        stage.interval();
    }
    let end = used();
    println!("history, resident bytes and threads: {settled:?} after 25,000 intervals, {end:?} after all");
    assert!(end.0 <= settled.0 + settled.0 / 100, "{end:?} after {settled:?}");
    assert!(end.1 <= settled.1 + (1 << 20), "{end:?} after {settled:?}");
    assert_eq!(end.2, settled.2);
}

#[test]
fn recording_and_looking_happen_at_once() {
    let monitor = ConfigMonitor::new(MonitorOptions::default());
    let recorded = Arc::new(AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let config = monitor.config("app");
                for _ in 0..1000 {
                    config.loaded(MILLI, true);
                    recorded.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| (0..20).for_each(|_| monitor.tick()));
        scope.spawn(|| {
            (0..20).for_each(|_| drop((monitor.health_report(), monitor.performance_report(24.0))))
        });
    });
    monitor.tick();
    assert_eq!(monitor.performance_report(1.0).total.loads.succeeded, recorded.load(Ordering::Relaxed));
}
