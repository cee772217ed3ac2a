//! What does it cost to count, to time and to sample?
//!
//! Recording is asked of a handle that everybody holds, as a program does that records often. Sampling reads what the
//! system tells of all CPUs, of memory and of this process.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use enhanced_config::{EnhancedConfigSystem, Freshness};
use enhanced_config_benches::harness::{OURS, Suite};
use enhanced_config_clock::{Clock, ManualClock, SystemClock};
use enhanced_config_monitor::meter::{Counter, Histogram};
use enhanced_config_monitor::resource::{Process, ResourceMonitor};
use enhanced_config_monitor::{ConfigMonitor, MonitorOptions};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

fn main() {
    let mut suite = Suite::from_args();
    suite.table("Counting one");
    for threads in [1, 2] {
        count(&mut suite, threads);
    }
    suite.table("Recording one value for percentiles");
    for threads in [1, 2] {
        record(&mut suite, threads);
    }
    suite.table("Sampling");
    process(&mut suite);
    system(&mut suite);
    suite.table("A loaded configuration by its name, its reads counted and not");
    load_config(&mut suite);
    suite.table("One interval of a monitor of ten configurations");
    interval(&mut suite);
    drop(suite);
    if std::env::args().skip(1).all(|arg| arg.starts_with('-') || "monitor/million".contains(&arg)) {
        a_million_intervals();
    }
}

fn count(suite: &mut Suite, threads: usize) {
    let (ours, plain) = (Counter::new(), Arc::new(AtomicU64::new(0)));
    let prometheus = prometheus::IntCounter::new("count", "what is counted").expect("a valid name");
    let metrics = metrics::Counter::from_arc(Arc::new(AtomicU64::new(0)));
    suite
        .ask(format!("monitor/count/{threads}"))
        .threads(OURS, threads, |_| ours.increment())
        .threads("AtomicU64", threads, |_| plain.fetch_add(1, Ordering::Relaxed))
        .threads("prometheus", threads, |_| prometheus.inc())
        .threads("metrics", threads, |_| metrics.increment(1))
        .within(5.0)
        .run();
}

/// A value between 1 µs and 1 ms, in nanoseconds.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    1000 + (*state >> 44)
}

fn record(suite: &mut Suite, threads: usize) {
    let ours = Histogram::new();
    let options = prometheus::HistogramOpts::new("time", "what is timed");
    let prometheus = prometheus::Histogram::with_opts(options).expect("a valid name");
    let bounds = prometheus_client::metrics::histogram::exponential_buckets(1e-6, 2.0, 12);
    let client = prometheus_client::metrics::histogram::Histogram::new(bounds);
    let plain = AtomicU64::new(0);
    suite
        .ask(format!("monitor/record/{threads}"))
        .threads_with(OURS, threads, |at| at as u64, |state| ours.record(next(state)))
        .threads_with(
            "AtomicU64",
            threads,
            |at| at as u64,
            |state| plain.fetch_add(next(state), Ordering::Relaxed),
        )
        .threads_with(
            "prometheus",
            threads,
            |at| at as u64,
            |state| prometheus.observe(next(state) as f64 / 1e9),
        )
        .threads_with(
            "prometheus-client",
            threads,
            |at| at as u64,
            |state| client.observe(next(state) as f64 / 1e9),
        )
        .within(15.0)
        .run();
}

fn process(suite: &mut Suite) {
    let (mut ours, mut system) = (Process::own().expect("this process"), System::new());
    let pid = Pid::from_u32(std::process::id());
    let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
    suite
        .ask("monitor/sample/process")
        .ours(|| ours.sample(SystemClock.now()).expect("this process").resident)
        .peer("sysinfo", || {
            system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
            system.process(pid).map(|process| (process.memory(), process.accumulated_cpu_time()))
        })
        // 1 µs beside 12.7.
        .at_most(0.079, "sysinfo")
        .run();
}

fn system(suite: &mut Suite) {
    let (mut ours, mut system) = (ResourceMonitor::new(["/"]), System::new());
    suite
        .ask("monitor/sample/system")
        .ours(|| ours.system(SystemClock.now()))
        .peer("sysinfo", || {
            system.refresh_cpu_usage();
            system.refresh_memory();
            (system.global_cpu_usage(), system.available_memory())
        })
        .within(8_000.0)
        .run();
}

/// One is monitored as it is by default, at an interval as well; of the other nothing is counted when it is read.
fn load_config(suite: &mut Suite) {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("app.json"), "{\"port\": 80}").expect("a file");
    let system = |options| {
        let builder = EnhancedConfigSystem::builder(dir.path()).freshness(Freshness::Never);
        let system = builder.monitor_options(options).build().expect("a system");
        system.load_config("app").expect("a configuration");
        system
    };
    let counted = system(MonitorOptions::default());
    let not_counted = system(MonitorOptions::default().without_reads());
    counted.monitor().start_monitoring(Duration::from_secs(1)).expect("a thread");
    let name = || black_box("app");
    for threads in [1, 2] {
        suite
            .ask(format!("monitor/load_config/{threads}"))
            .threads(OURS, threads, |_| counted.load_config(name()))
            .threads("not counted", threads, |_| not_counted.load_config(name()))
            .at_most(1.1, "not counted")
            .run();
    }
}

fn busy(options: MonitorOptions) -> (ConfigMonitor, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    let monitor = ConfigMonitor::with_clock(options, clock.clone(), std::time::SystemTime::now());
    for number in 0..10 {
        let config = monitor.config(&format!("config-{number}"));
        (1..100).for_each(|millis| config.loaded(Duration::from_millis(millis), true));
    }
    (monitor, clock)
}

fn interval(suite: &mut Suite) {
    let (monitor, clock) = busy(MonitorOptions::default());
    let (bare, bare_clock) = busy(MonitorOptions::default().without_resources());
    let tick = |monitor: &ConfigMonitor, clock: &ManualClock| {
        clock.advance(Duration::from_secs(5));
        monitor.tick();
    };
    suite
        .ask("monitor/interval/10")
        .ours(|| tick(&monitor, &clock))
        .peer("without resources", || tick(&bare, &bare_clock))
        .peer("openmetrics", || monitor.openmetrics().len())
        .peer("health report", || monitor.health_report().to_string().len())
        .run();
}

/// Some 58 days of intervals of five seconds.
fn a_million_intervals() {
    let (monitor, clock) = busy(MonitorOptions::default().without_resources());
    let mut process = Process::own().expect("this process");
    let mut resident = || process.sample(SystemClock.now()).map_or(0, |sample| sample.resident >> 10);
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    println!("\nA million intervals\n");
    for interval in 0..=1_000_000_u64 {
        if interval % 250_000 == 25_000 || interval == 1_000_000 {
            let history = monitor.history(|history| history.bytes() >> 10);
            println!(
                "{interval:>9}: {history} KiB of history, {} KiB resident, {} threads",
                resident(),
                threads()
            );
        }
        monitor.config("config-1").loaded(Duration::from_micros(interval % 5000), true);
        clock.advance(Duration::from_secs(5));
        monitor.tick();
    }
}
