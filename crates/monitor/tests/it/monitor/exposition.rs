use super::Stage;
use enhanced_config_monitor::alert::Rules;
use enhanced_config_monitor::{
    BreakerState, CacheReading, CacheReads, MonitorOptions, ReloadOutcome, Served, WatcherMode,
    WatcherReading,
};
use std::collections::BTreeSet;
use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

const MILLI: Duration = Duration::from_millis(1);

/// Every name that is documented, with the type it has.
const DOCUMENTED: [(&str, &str); 39] = [
    ("config_reads", "counter"),
    ("config_loads", "counter"),
    ("config_load_duration_seconds", "histogram"),
    ("config_validations", "counter"),
    ("config_validation_problems", "counter"),
    ("config_validation_duration_seconds", "histogram"),
    ("config_reloads", "counter"),
    ("config_reload_duration_seconds", "histogram"),
    ("config_migrations", "counter"),
    ("config_migration_duration_seconds", "histogram"),
    ("config_callbacks", "counter"),
    ("config_callback_duration_seconds", "histogram"),
    ("config_last_reload_successful", "gauge"),
    ("config_last_reload_success_timestamp_seconds", "gauge"),
    ("config_served", "gauge"),
    ("config_pending_restarts", "gauge"),
    ("config_health_status", "gauge"),
    ("config_alerts_active", "gauge"),
    ("config_alert_sink_failures", "counter"),
    ("config_monitor_intervals", "counter"),
    ("config_cache_bytes", "gauge"),
    ("config_cache_compression_saved_ratio", "gauge"),
    ("config_cache_reads", "counter"),
    ("config_watcher_mode", "gauge"),
    ("config_watcher_queue", "gauge"),
    ("config_breaker_state", "gauge"),
    ("process_cpu_seconds", "counter"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_virtual_memory_bytes", "gauge"),
    ("system_cpu_busy_ratio", "gauge"),
    ("system_memory_bytes", "gauge"),
    ("system_memory_used_ratio", "gauge"),
    ("system_disk_used_ratio", "gauge"),
    ("system_disk_read_bytes", "counter"),
    ("system_disk_written_bytes", "counter"),
    ("system_network_receive_bytes", "counter"),
    ("system_network_transmit_bytes", "counter"),
    ("cgroup_memory_limit_bytes", "gauge"),
    ("cgroup_memory_used_bytes", "gauge"),
];

/// A monitor that knows something of everything.
fn full() -> Stage {
    // Not about this machine, which may be in a bad way.
    let machine = ["cpu-high", "memory-high", "disk-full"];
    let rules = machine.into_iter().fold(Rules::default(), |rules, name| rules.without(name));
    let stage = Stage::with(MonitorOptions::default().with_rules(rules));
    for name in ["app", "quo\"te\\back"] {
        let config = stage.monitor.config(name);
        config.loaded(3 * MILLI, true);
        config.validated(MILLI, 2);
        config.migrated(MILLI, false);
        config.called_back(MILLI, true);
        config.reloaded(stage.now(), MILLI, ReloadOutcome::Applied);
        config.serving(Served::Live);
    }
    stage.monitor.add_probe(|readings| {
        readings.cache = Some(CacheReading {
            reads: CacheReads { hot: 10, cold: 5, miss: 1 },
            hot_bytes: 1,
            cold_bytes: 2,
            compressed_bytes: 1,
            raw_bytes: 4,
        });
        readings.watcher = Some(WatcherReading { mode: WatcherMode::Events, queue: Some(3) });
        readings.breakers.insert("line\nbreak \u{1b}[0m".into(), BreakerState::HalfOpen);
    });
    // The system's CPU time goes on between the two, by a clock tick at least.
    while stage.monitor.resources().is_none_or(|sample| sample.cpu.known().is_none()) {
        stage.interval();
    }
    stage
}

#[test]
fn it_has_everything_that_is_documented_and_nothing_else() {
    let text = full().monitor.openmetrics();
    let types: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    // Where a limit is set, and where there is a disk of its own.
    let depends = |name: &str| name.starts_with("cgroup_") || name.starts_with("system_disk_");
    for (name, kind) in DOCUMENTED {
        assert!(types.contains(&(name, kind)) || depends(name), "{name} is no {kind} in\n{text}");
    }
    for family in types {
        assert!(DOCUMENTED.contains(&family), "{family:?} is not documented");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn numbers_are_those_that_were_recorded() {
    let text = full().monitor.openmetrics();
    for line in [
        r#"config_loads_total{config="app",outcome="succeeded"} 1.0"#,
        r#"config_load_duration_seconds_sum{config="app"} 0.003"#,
        r#"config_load_duration_seconds_bucket{le="0.0025",config="app"} 0"#,
        r#"config_load_duration_seconds_bucket{le="0.005",config="app"} 1"#,
        r#"config_load_duration_seconds_bucket{le="+Inf",config="app"} 1"#,
        r#"config_last_reload_successful{config="app"} 1.0"#,
        r#"config_last_reload_success_timestamp_seconds{config="app"} 1795195992.0"#,
        r#"config_served{config="app",source="live"} 1.0"#,
        r#"config_served{config="app",source="defaults"} 0.0"#,
        r#"config_health_status{status="healthy"} 1.0"#,
        r#"config_cache_reads_total{result="cold"} 5.0"#,
        r#"config_watcher_mode{mode="events"} 1.0"#,
        r#"config_watcher_queue 3.0"#,
        r#"config_cache_compression_saved_ratio 0.75"#,
        r#"config_loads_total{config="quo\"te\\back",outcome="succeeded"} 1.0"#,
        r#"config_breaker_state{breaker="line?break ?[0m",state="half_open"} 1.0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

/// The reference parser of OpenMetrics, which is strict: order, units, suffixes, escapes, monotonic buckets, `# EOF`.
const PARSER: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
names = [sample.labels.get('config') for family in families for sample in family.samples]
assert 'quo\"te\\\\back' in names, names
print(len(families))
";

#[test]
fn the_reference_parser_accepts_it() {
    let has_parser =
        Command::new("python3").args(["-c", "import prometheus_client"]).stderr(Stdio::null()).status();
    if !has_parser.is_ok_and(|status| status.success()) {
        // Where everything has to be tried, it is there.
        assert!(env::var_os("CI").is_none(), "python3 with prometheus_client is needed");
        eprintln!("not tried: python3 with prometheus_client is not here");
        return;
    }
    let stage = full();
    let text = stage.monitor.openmetrics();
    let command =
        Command::new("python3").args(["-c", PARSER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut parser = command.unwrap();
    parser.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = parser.wait_with_output().unwrap();
    assert!(output.status.success(), "refused:\n{text}");
    let families = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), families.to_string());
}

#[test]
fn labels_are_bounded() {
    let mut options = MonitorOptions::default().without_resources();
    options.max_configs = 3;
    let stage = Stage::with(options);
    for number in 0..1000 {
        stage.monitor.config(&format!("config-{number}")).loaded(MILLI, true);
    }
    stage.monitor.config(&"x".repeat(1000)).loaded(MILLI, true);
    stage.monitor.add_probe(|readings| {
        readings.breakers.extend((0..1000).map(|number| (format!("breaker-{number}"), BreakerState::Open)));
    });
    stage.interval();
    let text = stage.monitor.openmetrics();
    let lines = |name: &str| text.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(lines("config_loads_total{"), 2 * 4);
    assert_eq!(lines("config_breaker_state{"), 3 * 64);
    assert!(text.contains(r#"config_loads_total{config="(others)",outcome="succeeded"} 998.0"#), "{text}");
}
