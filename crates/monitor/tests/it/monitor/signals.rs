//! Which facts make which rule raise an alert.

use super::{SECOND, Stage};
use enhanced_config_monitor::alert::{AlertEvent, AlertFilter, Bound, News, Rules};
use enhanced_config_monitor::{
    BreakerState, CacheReading, CacheReads, HealthStatus, MonitorOptions, ReadResult, ReloadOutcome, Served,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MILLI: Duration = Duration::from_millis(1);

fn app(rule: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), "app".to_owned())]
}

#[test]
fn a_low_hit_ratio_takes_a_hundred_reads_and_a_minute() {
    let stage = Stage::new();
    let app_meters = stage.monitor.config("app");
    (0..60).for_each(|_| app_meters.read(ReadResult::Miss));
    (0..39).for_each(|_| app_meters.read(ReadResult::Hot));
    stage.intervals(30);
    assert_eq!(stage.wrong(), [], "99 reads are too few");
    app_meters.read(ReadResult::Cold);
    stage.intervals(12);
    assert_eq!(stage.wrong(), [], "not yet for a minute");
    stage.interval();
    assert_eq!(stage.wrong(), app("hit-ratio-low"));
    assert_eq!(stage.monitor.health_status(), HealthStatus::Degraded);
    // What happened more than five minutes ago does not count.
    stage.intervals(100);
    assert_eq!(stage.wrong(), []);
}

#[test]
fn a_cache_that_rarely_hits_is_told_of_the_system() {
    let (stage, misses) = (Stage::new(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&misses);
    stage.monitor.add_probe(move |readings| {
        let miss = counted.fetch_add(10, Ordering::Relaxed);
        let reads = CacheReads { hot: 3 * miss, cold: 0, miss };
        readings.cache = Some(CacheReading { reads, ..CacheReading::default() });
    });
    stage.intervals(20);
    assert_eq!(stage.wrong(), [("hit-ratio-low".to_owned(), String::new())], "three hits of four");
    let total = stage.monitor.performance_report(1.0).total;
    assert_eq!(total.reads.hit_ratio, Some(0.75));
}

#[test]
fn many_validations_that_find_problems_are_told_at_once() {
    let stage = Stage::new();
    let config = stage.monitor.config("app");
    (0..9).for_each(|number| config.validated(MILLI, u64::from(number < 2)));
    stage.interval();
    assert_eq!(stage.wrong(), [], "nine are too few");
    config.validated(MILLI, 0);
    stage.interval();
    assert_eq!(stage.wrong(), app("validation-errors"));
    assert_eq!(stage.monitor.health_status(), HealthStatus::Warning);
}

#[test]
fn slow_loads_are_told() {
    let stage = Stage::new();
    stage.monitor.config("app").loaded(Duration::from_millis(2100), true);
    stage.monitor.config("fast").loaded(Duration::from_millis(1900), true);
    stage.interval();
    assert_eq!(stage.wrong(), app("load-slow"));
}

#[test]
fn a_rejected_reload_is_told_until_one_succeeds() {
    let stage = Stage::new();
    let config = stage.monitor.config("app");
    for bad in [ReloadOutcome::Rejected, ReloadOutcome::Undone, ReloadOutcome::Missing] {
        config.reloaded(stage.now(), MILLI, bad);
        stage.interval();
        assert_eq!(stage.wrong(), app("reload-rejected"), "{bad:?}");
        assert_eq!(stage.monitor.health_status(), HealthStatus::Warning);
        config.reloaded(stage.now(), MILLI, ReloadOutcome::Applied);
        stage.intervals(4);
        assert_eq!(stage.wrong(), []);
    }
    assert_eq!(stage.monitor.health_status(), HealthStatus::Healthy);
}

#[test]
fn what_is_served_decides() {
    let stage = Stage::new();
    let config = stage.monitor.config("app");
    for (served, expected, status) in [
        (Served::Live, vec![], HealthStatus::Healthy),
        (Served::LastKnownGood, app("last-known-good-served"), HealthStatus::Warning),
        (Served::Defaults, app("defaults-served"), HealthStatus::Critical),
        (Served::Live, vec![], HealthStatus::Healthy),
    ] {
        config.serving(served);
        stage.intervals(4);
        assert_eq!((config.served(), stage.wrong()), (served, expected));
        assert_eq!(stage.monitor.health_status(), status);
    }
}

#[test]
fn poor_compression_is_told_after_a_minute() {
    let stage = Stage::new();
    stage.monitor.add_probe(|readings| {
        readings.cache =
            Some(CacheReading { raw_bytes: 1000, compressed_bytes: 700, ..CacheReading::default() });
    });
    stage.intervals(12);
    assert_eq!(stage.wrong(), []);
    stage.interval();
    assert_eq!(stage.wrong(), [("compression-low".to_owned(), String::new())]);
}

#[test]
fn resources_are_told_with_the_disk_that_is_full() {
    let rules = Rules::default()
        .change("disk-full", |rule| rule.bound(Bound::above(0.0, 0.0)))
        .change("memory-high", |rule| rule.bound(Bound::above(0.0, 0.0)).held(Duration::ZERO, SECOND));
    let options = MonitorOptions::default().with_rules(rules).with_disks(["/", "/no/such/path"]);
    let stage = Stage::with(options);
    stage.interval();
    let expected = [("disk-full", "/"), ("memory-high", "")]
        .map(|(rule, subject)| (rule.to_owned(), subject.to_owned()));
    assert_eq!(stage.wrong(), expected);
}

#[test]
fn a_bad_reload_raises_one_alert_and_a_good_one_resolves_it() {
    let (stage, told) = (Stage::new(), Arc::new(Mutex::new(Vec::new())));
    let list = Arc::clone(&told);
    let subscription =
        stage.monitor.on_alert(AlertFilter::default().about("app"), move |event: &AlertEvent| {
            list.lock().unwrap().push((event.news, event.alert.rule.to_string()));
        });
    let config = stage.monitor.config("app");
    for outcome in
        [ReloadOutcome::Rejected, ReloadOutcome::Rejected, ReloadOutcome::Applied, ReloadOutcome::Unchanged]
    {
        config.reloaded(stage.now(), MILLI, outcome);
        stage.intervals(4);
    }
    let rule = || "reload-rejected".to_owned();
    assert_eq!(*told.lock().unwrap(), [(News::Raised, rule()), (News::Resolved, rule())]);
    drop(subscription);
    config.reloaded(stage.now(), MILLI, ReloadOutcome::Rejected);
    stage.interval();
    assert_eq!(told.lock().unwrap().len(), 2);
    assert_eq!(
        stage.monitor.alerts(&AlertFilter::default()).len(),
        2,
        "one that goes on and one that was resolved"
    );
}

#[test]
fn configurations_beyond_the_limit_are_counted_together() {
    let mut options = MonitorOptions::default().without_resources();
    options.max_configs = 2;
    let stage = Stage::with(options);
    let names: Vec<_> = ["a", "b", "c", "d", "a", "line\nbreak"]
        .map(|name| stage.monitor.config(name).name().to_string())
        .to_vec();
    assert_eq!(names, ["a", "b", "(others)", "(others)", "a", "(others)"]);
    stage.monitor.config("c").loaded(MILLI, true);
    stage.monitor.config("d").loaded(MILLI, false);
    stage.interval();
    let report = stage.monitor.performance_report(1.0);
    let others = report.configs.iter().find(|config| config.name == "(others)").unwrap();
    assert_eq!((others.loads.succeeded, others.loads.failed), (1, 1));
}

#[test]
fn a_probe_that_panics_does_not_stop_the_others() {
    let stage = Stage::new();
    stage.monitor.add_probe(|_| panic!("as a test does"));
    stage.monitor.add_probe(|readings| {
        readings.breakers.insert("db".into(), BreakerState::Open);
    });
    stage.interval();
    assert_eq!(stage.monitor.health_report().readings.breakers["db"], BreakerState::Open);
}

#[test]
fn options_can_be_read_in_part() {
    let options: MonitorOptions = serde_json::from_str(r#"{"max_configs": 3, "resources": false}"#).unwrap();
    let mut expected = MonitorOptions::default().without_resources();
    expected.max_configs = 3;
    assert_eq!(options, expected);
    assert!(serde_json::from_str::<MonitorOptions>(r#"{"max_confgs": 3}"#).is_err(), "a slip");
}

#[test]
fn names_that_are_not_what_they_look_like_are_not_told_apart() {
    let stage = Stage::new();
    for name in ["", " ", "app ", "\u{202e}ppa", "a\u{200b}pp", &"n".repeat(129)] {
        assert_eq!(&**stage.monitor.config(name).name(), "(others)", "{name:?}");
    }
    for name in ["app", "日本語", "a b/c.d"] {
        assert_eq!(&**stage.monitor.config(name).name(), name);
    }
}

#[test]
fn the_largest_numbers_are_options_too() {
    let mut options = MonitorOptions::default().without_resources();
    (options.max_configs, options.window, options.min_reads) = (usize::MAX, Duration::MAX, u64::MAX);
    let stage = Stage::with(options);
    stage.monitor.config("app").loaded(3 * SECOND, true);
    stage.interval();
    assert_eq!(stage.wrong(), app("load-slow"));
}
