use super::{SECOND, Stage};
use enhanced_config_monitor::alert::Rules;
use enhanced_config_monitor::{
    BreakerState, CacheReading, CacheReads, MonitorOptions, ReadResult, ReloadOutcome, Served, WatcherMode,
    WatcherReading,
};
use std::sync::OnceLock;
use std::time::Duration;

const MILLI: Duration = Duration::from_millis(1);

/// An hour, at the end of which something is wrong.
fn hour() -> &'static Stage {
    static HOUR: OnceLock<Stage> = OnceLock::new();
    HOUR.get_or_init(live_an_hour)
}

fn live_an_hour() -> Stage {
    let stage = Stage::new();
    stage.monitor.add_probe(|readings| {
        readings.cache = Some(CacheReading {
            reads: CacheReads::default(),
            hot_bytes: 3 << 20,
            cold_bytes: 700 << 10,
            compressed_bytes: 600 << 10,
            raw_bytes: 4 << 20,
        });
        readings.watcher = Some(WatcherReading { mode: WatcherMode::Events, queue: Some(0) });
        readings.breakers.insert("remote".into(), BreakerState::HalfOpen);
    });
    let [app, db] = ["app", "database"].map(|name| stage.monitor.config(name));
    for config in [&app, &db] {
        config.serving(Served::Live);
    }
    for interval in 0..720 {
        (0..25).for_each(|_| app.read(ReadResult::Hot));
        if interval % 60 == 0 {
            db.read(ReadResult::Cold);
            app.read(ReadResult::Miss);
            app.loaded(MILLI * (1 + interval / 60), true);
            app.validated(MILLI / 10, 0);
            app.reloaded(stage.now(), 2 * MILLI, ReloadOutcome::Applied);
            app.called_back(MILLI / 50, true);
        }
        if interval == 700 {
            app.validated(MILLI / 10, 3);
            app.reloaded(stage.now(), 2 * MILLI, ReloadOutcome::Rejected);
            db.serving(Served::Defaults);
            db.pending_restarts(2);
        }
        stage.interval();
    }
    stage
}

#[test]
fn a_person_reads_it_at_a_glance() {
    insta::assert_snapshot!(hour().monitor.health_report());
}

#[test]
fn markdown_has_the_same() {
    insta::assert_snapshot!(hour().monitor.health_report().markdown());
}

#[test]
fn at_first_all_is_well_and_there_is_little_to_say() {
    let stage = Stage::new();
    assert_eq!(stage.monitor.health_report().to_string(), "HEALTHY since 2026-11-20T17:33:12Z (0 s)\n");
}

#[test]
fn it_is_not_in_colour_when_nobody_looks() {
    // Standard output of a test is no terminal.
    let report = hour().monitor.health_report();
    assert_eq!(report.for_terminal(), report.to_string());
}

#[test]
fn figures_are_those_of_the_hours_that_were_asked_for() {
    let stage = Stage::new();
    let app = stage.monitor.config("app");
    app.loaded(8 * MILLI, true);
    stage.interval();
    for _ in 0..4 * 720 {
        stage.interval();
    }
    (0..3).for_each(|_| app.loaded(2 * MILLI, false));
    stage.interval();
    let [hour, day] = [1.0, 24.0].map(|hours| stage.monitor.performance_report(hours));
    let loads = |loads: &enhanced_config_monitor::report::Operations| (loads.succeeded, loads.failed);
    assert_eq!((loads(&hour.total.loads), loads(&day.total.loads)), ((0, 3), (1, 3)));
    let longest = |report: &enhanced_config_monitor::report::PerformanceReport| {
        report.configs[0].loads.nanos.unwrap().max
    };
    assert!(longest(&hour).abs_diff(2_000_000) < 20_000 && longest(&day).abs_diff(8_000_000) < 80_000);
    // Ten seconds into a minute.
    assert_eq!(
        (day.to.duration_since(hour.from).unwrap(), hour.configs[0].name.as_str()),
        (3610 * SECOND, "app")
    );
}

#[test]
fn a_report_says_which_time_its_figures_are_of() {
    let stage = Stage::new();
    let app = stage.monitor.config("app");
    // Not a whole number of hours or minutes.
    for _ in 0..(30 * 3600 + 1234) / 5 {
        app.loaded(MILLI, true);
        stage.interval();
    }
    for hours in [0.01, 0.5, 1.0, 3.0, 24.0] {
        let report = stage.monitor.performance_report(hours);
        let span = report.to.duration_since(report.from).unwrap().as_secs();
        let loads = report.total.loads.succeeded;
        assert!((span / 5).abs_diff(loads) <= 1, "{loads} loads, one every 5 s, in {span} s");
        assert!(span as f64 >= 3600.0 * hours - 1.0, "{span} s for {hours} h");
    }
}

#[test]
fn what_comes_at_a_constant_rate_is_flat_at_that_rate() {
    let stage = Stage::new();
    let app = stage.monitor.config("app");
    // Begins and ends in the middle of an hour.
    stage.clock.advance(1800 * SECOND);
    for _ in 0..(20 * 3600 + 60) / 5 {
        app.loaded(MILLI, true);
        stage.interval();
    }
    let report = stage.monitor.performance_report(24.0);
    let loads = report.trends.iter().find(|trend| trend.series == "config_loads.succeeded").unwrap();
    assert_eq!(loads.trend.direction, enhanced_config_monitor::Direction::Flat);
    assert_eq!([loads.trend.from, loads.trend.to].map(f64::round), [720.0, 720.0], "{loads:?}");
}

#[test]
fn hours_that_make_no_sense_are_none() {
    let stage = hour();
    for hours in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        let report = stage.monitor.performance_report(hours);
        assert!(report.from <= report.to, "{hours}");
    }
}

#[test]
fn trends_come_with_figures() {
    let report = hour().monitor.performance_report(1.0);
    let times = report.trends.iter().find(|trend| trend.series == "config_load_duration_seconds").unwrap();
    assert_eq!(times.trend.direction, enhanced_config_monitor::Direction::Rising, "{times:?}");
    assert!(times.trend.to > 2.0 * times.trend.from);
}

#[test]
fn reports_are_json() {
    let stage = hour();
    let report = serde_json::to_value(stage.monitor.health_report()).unwrap();
    assert_eq!(report["health"]["status"], "critical");
    assert_eq!(report["health"]["causes"][0]["rule"], "defaults-served");
    assert_eq!(report["performance"]["configs"][0]["name"], "app");
    assert_eq!(report["performance"]["total"]["loads"]["nanos"]["count"], 12);
    assert_eq!(report["readings"]["breakers"]["remote"], "half_open");
    assert!(report["performance"]["from"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn names_do_nothing_to_a_page_or_a_terminal() {
    let rules =
        Rules::default().change("reload-rejected", |rule| rule.words("a <b>\u{1b}[2J", "Do\n# this."));
    let stage = Stage::with(MonitorOptions::default().without_resources().with_rules(rules));
    for name in ["<img src=x>", "a`b`|c", "[x](y)"] {
        let config = stage.monitor.config(name);
        config.loaded(MILLI, true);
        config.reloaded(stage.now(), MILLI, ReloadOutcome::Rejected);
    }
    stage.interval();
    let report = stage.monitor.health_report();
    let markdown = report.markdown();
    for raw in ["<img", "a`b", "[x]", "\u{1b}", "\n# this", "<b>"] {
        assert!(
            !markdown.contains(&format!(" {raw}")) && !markdown.contains(&format!("a{raw}")),
            "{markdown}"
        );
    }
    assert_eq!(markdown.matches(r"\<img src=x\>").count(), 2, "{markdown}");
    assert!(report.to_string().chars().all(|letter| letter == '\n' || !letter.is_control()), "{report}");
}

#[test]
fn resources_have_lines_of_their_own() {
    let stage = Stage::with(MonitorOptions::default());
    stage.intervals(10);
    let report = stage.monitor.health_report();
    let text = report.to_string();
    for name in ["CPU", "memory", "disk", "network", "this process, memory"] {
        assert!(report.resources.iter().any(|line| line.name == name), "{name}");
    }
    assert!(text.contains("\nResources\n  resource") && text.contains("% of"), "{text}");
}
