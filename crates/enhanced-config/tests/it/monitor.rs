//! What the system tells its monitor.

use std::sync::Arc;
use std::time::Duration;

use enhanced_config::clock::ManualClock;
#[cfg(feature = "reload")]
use enhanced_config::monitor::alert::AlertFilter;
use enhanced_config::monitor::report::ConfigFigures;
use enhanced_config::monitor::{HealthStatus, MonitorOptions, Served};
use enhanced_config::{Builder, EnhancedConfigSystem};

use crate::dir::Dir;

/// A system whose time is the test's, and which does not look at the machine.
fn builder(dir: &Dir) -> (Builder, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    let options = MonitorOptions::default().without_resources();
    (dir.builder().clock(clock.clone()).monitor_options(options), clock)
}

fn figures(system: &EnhancedConfigSystem, name: &str) -> ConfigFigures {
    system.monitor().tick();
    let report = system.monitor().performance_report(1.0);
    report.configs.into_iter().find(|config| config.name == name).unwrap_or_default()
}

#[test]
fn a_load_is_counted_once_and_what_it_served() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    (0..10).for_each(|_| drop(system.load_config("app").unwrap()));
    let app = figures(&system, "app");
    assert_eq!((app.loads.succeeded, app.loads.failed, app.validations.succeeded), (1, 0, 1));
    assert_eq!((app.served, app.last_reload_successful), (Served::Live, Some(true)));
}

#[test]
fn names_that_nothing_has_are_counted_together() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    for number in 0..100 {
        assert!(system.load_config(&format!("no-{number}")).is_err());
    }
    assert_eq!(figures(&system, "(others)").loads.failed, 100);
    assert_eq!(system.monitor().performance_report(1.0).configs.len(), 1);
    assert_eq!(system.health().status, HealthStatus::Healthy, "somebody's slip is no alert");
}

#[cfg(feature = "reload")]
#[test]
fn a_bad_reload_raises_an_alert_and_a_fix_resolves_it() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let (builder, clock) = builder(&dir);
    let system = builder.build().unwrap();
    system.load_config("app").unwrap();
    assert_eq!(system.health().status, HealthStatus::Healthy);

    dir.write("app.yaml", "port: [");
    system.reload("app").unwrap();
    let health = system.health();
    assert_eq!((health.status, &*health.causes[0].rule), (HealthStatus::Warning, "reload-rejected"));
    assert_eq!(health.causes[0].subject.as_deref(), Some("app"));

    dir.write("app.yaml", "port: 2\n");
    system.reload("app").unwrap();
    assert_eq!(system.health().status, HealthStatus::Warning, "not yet for long enough");
    clock.advance(Duration::from_secs(10));
    assert_eq!(system.health().status, HealthStatus::Healthy);
    assert!(system.monitor().alerts(&AlertFilter::default())[0].resolved.is_some());
    let app = figures(&system, "app");
    assert_eq!((app.reloads.applied, app.reloads.rejected), (1, 1));
}

#[cfg(feature = "reload")]
#[test]
fn a_missing_file_and_callbacks_are_told_apart() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    system.load_config("app").unwrap();
    let _refuses = system.on_change("app", ["port"], |_| panic!("as a test does")).unwrap();
    dir.write("app.yaml", "port: 2\n");
    system.reload("app").unwrap();
    std::fs::remove_file(dir.path().join("app.yaml")).unwrap();
    system.reload("app").unwrap();
    let app = figures(&system, "app");
    assert_eq!((app.reloads.undone, app.reloads.missing), (1, 1));
    assert!(app.callbacks.failed >= 1, "{:?}", app.callbacks);
}

#[cfg(feature = "reload")]
#[test]
fn a_callback_that_cannot_follow_has_failed_and_one_that_refuses_has_not() {
    let problem = || {
        let kind = enhanced_config::core::ProblemKind::Custom { message: "no".into() };
        Err(enhanced_config::core::Problem::error(kind))
    };
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("db.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    ["app", "db"].into_iter().for_each(|name| drop(system.load_config(name).unwrap()));
    let _fails = system.on_change("app", ["port"], move |_| problem()).unwrap();
    let _refuses = system.before_change("db", move |_| problem()).unwrap();
    for name in ["app", "db"] {
        dir.write(&format!("{name}.yaml"), "port: 2\n");
        system.reload(name).unwrap();
    }
    let callbacks = |name| {
        let figures = figures(&system, name).callbacks;
        (figures.succeeded, figures.failed)
    };
    assert_eq!((callbacks("app"), callbacks("db")), ((0, 1), (1, 0)));
}

#[test]
fn rules_that_nobody_can_rely_on_are_refused() {
    use enhanced_config::monitor::alert::{Bound, Rules};
    let dir = Dir::new(&[]);
    let rules = Rules::default()
        .change("cpu-high", |rule| rule.bound(Bound::above(f64::NAN, 80.0)))
        .change("disk-full", |rule| rule.bound(Bound::above(900.0, 88.0)));
    let error = dir.builder().monitor_options(MonitorOptions::default().with_rules(rules)).build();
    let said = error.err().unwrap().to_string();
    let expected = "rule cpu-high: expected a threshold from 0 to 100, found NaN; \
                    rule disk-full: expected a threshold from 0 to 100, found 900";
    assert_eq!(said, format!("monitor: {expected}"));
}

#[cfg(all(feature = "reload", unix))]
#[test]
fn serving_what_was_kept_on_disk_is_an_alert() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let build = || builder(&dir).0.state_dir(dir.path().join("state")).build().unwrap();
    build().load_config("app").unwrap();
    dir.write("app.yaml", "port: [");
    let system = build();
    system.load_config("app").unwrap();
    let rules: Vec<_> = system.health().causes.iter().map(|alert| alert.rule.to_string()).collect();
    assert!(rules.contains(&"last-known-good-served".to_owned()), "{rules:?}");
}

#[cfg(feature = "schema")]
#[test]
fn validations_count_their_problems() {
    let schema =
        r#"{"type": "object", "properties": {"port": {"type": "integer"}, "host": {"type": "string"}}}"#;
    let dir = Dir::new(&[("app.yaml", "port: x\nhost: 1\n")]);
    let system = builder(&dir).0.schema("app", schema).build().unwrap();
    assert!(system.validate_config("app").is_err());
    let app = figures(&system, "app");
    assert_eq!((app.validations.failed, app.validation_problems), (1, 2));
}

#[cfg(feature = "cache")]
#[test]
fn the_cache_is_asked_at_every_interval() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    (0..101).for_each(|_| drop(system.load_config("app").unwrap()));
    system.monitor().tick();
    let reads = system.monitor().performance_report(1.0).total.reads;
    assert_eq!(reads.hot + reads.cold, 100, "{reads:?}");
    assert!(reads.hit_ratio.unwrap() > 0.9);
    let text = system.monitor().openmetrics();
    assert!(text.contains("config_cache_bytes{tier=\"hot\"}"), "{text}");
    #[cfg(all(feature = "fault-tolerance", feature = "reload"))]
    assert!(text.contains("config_breaker_state{breaker=\"app\",state=\"closed\"} 1.0"), "{text}");
}

#[cfg(feature = "cache")]
#[test]
fn each_read_counts_for_its_configuration_whatever_becomes_of_it() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("other.yaml", "port: 1\n")]);
    // Room for one of them decoded.
    let limits = enhanced_config::cache::TierLimits { bytes: 1 << 20, entries: 1 };
    let options = enhanced_config::cache::CacheOptions::default().with_hot(limits);
    let system = builder(&dir).0.cache(options).build().unwrap();
    std::thread::scope(|scope| {
        system.load_config("app").unwrap();
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| drop(system.load_config("app").unwrap())));
        }
    });
    dir.write("app.yaml", "port: 2\n");
    #[cfg(feature = "reload")]
    system.reload("app").unwrap();
    for _ in 0..3 {
        system.load_config("other").unwrap();
        system.load_config("app").unwrap();
    }
    let (app, other) = (figures(&system, "app").reads, figures(&system, "other").reads);
    assert_eq!((app.hot, app.cold, app.miss), (100, 3, 1));
    assert_eq!((other.hot, other.cold, other.miss), (0, 2, 1));
    assert_eq!(other.hit_ratio, Some(2.0 / 3.0));
    let total = system.monitor().performance_report(1.0).total.reads;
    assert_eq!((total.hot, total.cold, total.miss), (100, 5, 2));
}

#[cfg(all(feature = "cache", feature = "reload"))]
#[test]
fn reads_of_all_are_those_of_each_and_not_what_reloads_look_at() {
    let dir = Dir::new(&[("app.yaml", "port: 0\n")]);
    let system = builder(&dir).0.build().unwrap();
    system.load_config("app").unwrap();
    for port in 1..4 {
        dir.write("app.yaml", format!("port: {port}\n"));
        system.reload("app").unwrap();
    }
    let app = figures(&system, "app").reads;
    assert_eq!((app.hot, app.cold, app.miss), (0, 0, 1));
    assert_eq!(system.monitor().performance_report(1.0).total.reads, app);
}

#[test]
fn reads_can_be_left_uncounted() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let options = MonitorOptions::default().without_resources().without_reads();
    let system = dir.builder().monitor_options(options).build().unwrap();
    (0..10).for_each(|_| drop(system.load_config("app").unwrap()));
    let app = figures(&system, "app");
    assert_eq!((app.reads.hot, app.reads.miss, app.loads.succeeded), (0, 0, 1));
}

#[cfg(feature = "reload")]
#[test]
fn files_are_followed_and_monitored_by_one_thread() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    let (sender, intervals) = std::sync::mpsc::channel();
    system.monitor().add_probe(move |_| {
        let _ = sender.send(std::thread::current().name().unwrap_or_default().to_owned());
    });
    // Those that ended on the thread before come first.
    let until = |thread: &str| {
        while intervals.recv_timeout(Duration::from_secs(20)).expect("intervals go on") != thread {}
    };
    system.monitor().start_monitoring(Duration::from_millis(1)).unwrap();
    until("config-monitor");
    system.start_hot_reload().unwrap();
    until("config-watch");
    (0..3).for_each(|_| assert_eq!(intervals.recv().unwrap(), "config-watch"));

    system.stop_hot_reload();
    until("config-monitor");
    system.monitor().stop_monitoring();
    while intervals.try_recv().is_ok() {}
    system.start_hot_reload().unwrap();
    assert!(intervals.try_recv().is_err(), "nobody wants it");
    system.monitor().start_monitoring(Duration::from_millis(1)).unwrap();
    until("config-watch");
    system.monitor().stop_monitoring();
    while intervals.try_recv().is_ok() {}
    assert!(intervals.recv_timeout(Duration::from_millis(20)).is_err(), "none is late");

    system.monitor().start_monitoring(Duration::from_millis(1)).unwrap();
    drop(system);
    while intervals.try_recv().is_ok() {}
    assert_eq!(intervals.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
}

#[test]
fn the_thread_ends_with_the_system() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = builder(&dir).0.build().unwrap();
    let (sender, intervals) = std::sync::mpsc::channel();
    system.monitor().add_probe(move |_| {
        let _ = sender.send(());
    });
    system.monitor().start_monitoring(Duration::from_millis(1)).unwrap();
    intervals.recv().unwrap();
    drop(system);
    while intervals.try_recv().is_ok() {}
    assert_eq!(intervals.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
}

#[cfg(feature = "reload")]
#[test]
fn serving_defaults_is_critical() {
    let dir = Dir::new(&[("app.yaml", "port: [")]);
    let defaults = serde_json::json!({"port": 1});
    let system = builder(&dir).0.serve_defaults(true).defaults("app", &defaults).build().unwrap();
    system.load_config("app").unwrap();
    let health = system.health();
    assert_eq!((health.status, &*health.causes[0].rule), (HealthStatus::Critical, "defaults-served"));
}
