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

/// A row of the table in the documentation.
struct Documented {
    name: &'static str,
    kind: &'static str,
    labels: BTreeSet<&'static str>,
}

fn documented() -> Vec<Documented> {
    let source = include_str!("../../../src/exposition/openmetrics.rs");
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("/// | `")?.strip_suffix('|'));
    let row = |row: &'static str| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[2].split('`').skip(1).step_by(2).collect();
        Documented { name: cells[0].trim_end_matches('`'), kind: cells[1], labels }
    };
    rows.map(row).collect()
}

/// The names of the labels of each family, that of buckets aside.
fn labels(text: &str, family: &str) -> BTreeSet<String> {
    let line = text.lines().find(|line| {
        line.strip_prefix(family)
            .is_some_and(|rest| ["{", " ", "_total", "_bucket"].iter().any(|next| rest.starts_with(next)))
    });
    let line = line.unwrap_or_else(|| panic!("no {family} in\n{text}"));
    let labels = line.split_once('{').map_or("", |(_, rest)| rest.rsplit_once('}').unwrap().0);
    let names =
        labels.split(',').filter_map(|label| label.split_once("=\"")).map(|(name, _)| name.to_owned());
    names.filter(|name| name != "le").collect()
}

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
    let (text, documented) = (full().monitor.openmetrics(), documented());
    let types: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    // Where a limit is set, and where there is a disk of its own; the unit tests know more of them.
    let depends = |name: &str| name.starts_with("cgroup_") || name.starts_with("system_disk_");
    assert_eq!(documented.len(), 39);
    for Documented { name, kind, labels: expected } in &documented {
        if types.contains(&(*name, *kind)) {
            let found = labels(&text, name);
            assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), *expected, "{name}");
        } else {
            assert!(depends(name), "{name} is no {kind} in\n{text}");
        }
    }
    for (name, kind) in types {
        let known = documented.iter().any(|documented| (documented.name, documented.kind) == (name, kind));
        assert!(known, "{name}, {kind}, is not documented");
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
    // The system's own has what the system's packages bring, whichever comes first.
    let has_parser = |python: &&str| {
        let status =
            Command::new(python).args(["-c", "import prometheus_client"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let Some(python) = ["python3", "/usr/bin/python3"].into_iter().find(has_parser) else {
        // Where everything has to be tried, it is there.
        assert!(env::var_os("CI").is_none(), "python3 with prometheus_client is needed");
        eprintln!("not tried: python3 with prometheus_client is not here");
        return;
    };
    let stage = full();
    let text = stage.monitor.openmetrics();
    let command =
        Command::new(python).args(["-c", PARSER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
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
