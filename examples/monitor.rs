//! A bad file raises an alert, a good one resolves it; then the report for people, and what a scraper collects.

use std::error::Error;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use enhanced_config::EnhancedConfigSystem;
use enhanced_config::monitor::alert::{AlertEvent, AlertFilter, Rules};
use enhanced_config::monitor::{HealthStatus, MonitorOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("app.yaml");
    fs::write(&file, "port: 8080\n")?;

    // Said to be well again at once, where it is usually said after ten quiet seconds.
    let rules = Rules::default().change("reload-rejected", |rule| rule.held(Duration::ZERO, Duration::ZERO));
    let options = MonitorOptions::default().with_rules(rules).with_disks([dir.path()]);
    let system = EnhancedConfigSystem::builder(dir.path()).monitor_options(options).build()?;
    let monitor = system.monitor();
    let tell = |event: &AlertEvent| println!("{}: {}", event.news.as_str(), event.alert);
    let _told = monitor.on_alert(AlertFilter::default().about("app"), tell);

    system.load_config("app")?;
    system.start_hot_reload()?;
    monitor.start_monitoring(Duration::from_millis(20))?;

    fs::write(&file, "port: [\n")?;
    wait_until(&system, HealthStatus::Warning)?;
    println!("\n{}\n", system.health());

    fs::write(&file, "port: 9090\n")?;
    wait_until(&system, HealthStatus::Healthy)?;
    println!("\n{}", monitor.health_report().for_terminal());

    for line in monitor.openmetrics().lines().filter(|line| line.contains("reload")).take(12) {
        println!("{line}");
    }
    monitor.stop_monitoring();
    Ok(())
}

/// Other alerts, as of a full disk, are this machine's own.
fn wait_until(system: &EnhancedConfigSystem, status: HealthStatus) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let app = || AlertFilter::active().about("app");
    while HealthStatus::of_all(&system.monitor().alerts(&app())) != status {
        if start.elapsed() > Duration::from_secs(20) {
            return Err(format!("not {status} in time").into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
