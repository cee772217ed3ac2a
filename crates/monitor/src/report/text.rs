use std::fmt::Write as _;
use std::time::Duration;

use enhanced_config_clock::utc;

use super::sparkline::sparkline;
use super::table::Table;
use super::words::{bytes, count, duration, ratio};
use super::{ConfigFigures, HealthReport};
use crate::alert::Alert;
use crate::harmless::{harmless, harmless_name};
use crate::health::HealthStatus;

/// Steps that a sparkline shows.
const WIDTH: usize = 24;

pub(super) fn text(report: &HealthReport, colour: bool) -> String {
    let status = report.health.status;
    let mut text = format!(
        "{} since {} ({})\n",
        paint(&status.as_str().to_uppercase(), colour_of(status), colour),
        utc::rfc3339(report.health.since),
        duration(report.lasted)
    );
    if !report.health.causes.is_empty() {
        text.push_str("\nWhat is wrong\n");
    }
    for cause in &report.health.causes {
        let severity =
            paint(&format!("{:<8}", cause.severity), colour_of(HealthStatus::of(cause.severity)), colour);
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "  {severity}  {}", cause_words(cause));
        let _ = writeln!(text, "            {}", harmless(&cause.remedy));
    }
    for (title, table) in tables(report) {
        let _ = write!(text, "\n{title}\n{}", table.text());
    }
    let notes = notes(report);
    if !notes.is_empty() {
        let _ = write!(text, "\n{}", notes.concat());
    }
    text
}

pub(super) fn markdown(report: &HealthReport) -> String {
    let status = report.health.status.as_str().to_uppercase();
    let mut text =
        format!("# {status}\n\nSince {}, {}.\n", utc::rfc3339(report.health.since), duration(report.lasted));
    if !report.health.causes.is_empty() {
        text.push_str("\n## What is wrong\n\n");
    }
    for cause in &report.health.causes {
        let words = [cause_words(cause), harmless(&cause.remedy)].map(|text| escaped(&text));
        let _ = writeln!(text, "- **{}** {}", cause.severity, words.join("  \n  "));
    }
    for (title, table) in tables(report) {
        let _ = write!(text, "\n## {title}\n\n{}", table.markdown());
    }
    let notes: String = notes(report).iter().map(|note| format!("- {}", escaped(note))).collect();
    if !notes.is_empty() {
        let _ = write!(text, "\n{notes}");
    }
    text
}

fn cause_words(cause: &Alert) -> String {
    let subject =
        cause.subject.as_deref().map_or(String::new(), |subject| format!("{}: ", harmless_name(subject)));
    format!("{subject}{} (for {})", harmless(&cause.message), duration(cause.lasted))
}

fn tables(report: &HealthReport) -> Vec<(&'static str, Table)> {
    let configs = configurations(&report.performance.configs, &report.performance.total);
    let tables = [
        ("Configurations, last hour", configs),
        ("Times, last hour", times(report)),
        ("Resources", resources(report)),
    ];
    tables.into_iter().filter(|(_, table)| table.rows.len() > 1).collect()
}

fn configurations(configs: &[ConfigFigures], total: &ConfigFigures) -> Table {
    let titles = [
        "name",
        "served",
        "reads",
        "hits",
        "loads",
        "failed",
        "problems",
        "reloads",
        "refused",
        "last good reload",
    ];
    let mut table = Table::new(titles, 2);
    for config in configs {
        table.rows.push(row(&harmless_name(&config.name), config.served.as_str(), config));
    }
    if configs.len() > 1 {
        table.rows.push(row("all", "", total));
    }
    table
}

fn row(name: &str, served: &str, config: &ConfigFigures) -> Vec<String> {
    let (reads, reloads) = (&config.reads, &config.reloads);
    let ago = config.last_good_reload_ago.map_or_else(|| "–".into(), |ago| format!("{} ago", duration(ago)));
    vec![
        name.to_owned(),
        served.to_owned(),
        reads.hit_ratio.map_or_else(|| "–".into(), |_| count(reads.hot + reads.cold + reads.miss)),
        ratio(reads.hit_ratio),
        count(config.loads.succeeded + config.loads.failed),
        count(config.loads.failed),
        count(config.validation_problems),
        count(reloads.applied + reloads.unchanged),
        count(reloads.rejected + reloads.undone + reloads.missing),
        if served.is_empty() { String::new() } else { ago },
    ]
}

fn times(report: &HealthReport) -> Table {
    let mut table =
        Table::new(["operation", "count", "median", "p95", "p99", "longest", "p95, last hour", "trend"], 1);
    let of = |nanos| duration(Duration::from_nanos(nanos));
    table.rows.extend(report.times.iter().map(|line| {
        let figures = [line.nanos.p50, line.nanos.p95, line.nanos.p99, line.nanos.max].map(of);
        let course = [sparkline(&line.steps, WIDTH), line.trend_words()];
        [line.name.to_owned(), count(line.nanos.count)].into_iter().chain(figures).chain(course).collect()
    }));
    table
}

fn resources(report: &HealthReport) -> Table {
    let mut table = Table::new(["resource", "now", "last hour", "trend"], 4);
    table.rows.extend(report.resources.iter().map(|line| {
        vec![line.name.to_owned(), line.now.clone(), sparkline(&line.steps, WIDTH), line.trend_words()]
    }));
    table
}

/// What does not fill a table.
fn notes(report: &HealthReport) -> Vec<String> {
    let readings = &report.readings;
    let mut notes = Vec::new();
    if let Some(cache) = readings.cache {
        let saved = cache
            .saved_ratio()
            .map_or(String::new(), |saved| format!(", compression saves {}", ratio(Some(saved))));
        notes.push(format!(
            "Cache: {} hot, {} cold{saved}\n",
            bytes(cache.hot_bytes as f64),
            bytes(cache.cold_bytes as f64)
        ));
    }
    if let Some(watcher) = &readings.watcher {
        let queue = watcher.queue.map_or(String::new(), |queue| format!(", {} waiting", count(queue)));
        notes.push(format!("Watcher: {}{queue}\n", watcher.mode.as_str()));
    }
    let shut: Vec<String> = readings
        .breakers
        .iter()
        .map(|(name, state)| format!("{} {}", harmless_name(name), state.as_str()))
        .collect();
    if !shut.is_empty() {
        notes.push(format!("Breakers: {}\n", shut.join(", ")));
    }
    let restarts: u64 = report.performance.configs.iter().map(|config| config.pending_restarts).sum();
    if restarts > 0 {
        notes.push(format!("Waiting for a restart: {} values\n", count(restarts)));
    }
    notes
}

/// By ANSI, which every terminal knows.
fn paint(text: &str, code: u8, colour: bool) -> String {
    if colour { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn colour_of(status: HealthStatus) -> u8 {
    match status {
        HealthStatus::Healthy => 32,
        HealthStatus::Degraded => 36,
        HealthStatus::Warning => 33,
        HealthStatus::Critical => 31,
    }
}

/// With a backslash before what Markdown would act on.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if "\\`*_[]<>#|".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Severity;

    #[test]
    fn only_severities_are_painted() {
        assert_eq!(paint("x", colour_of(HealthStatus::of(Severity::High)), true), "\u{1b}[1;33mx\u{1b}[0m");
        assert_eq!(paint("x", 31, false), "x");
        assert_eq!(escaped("a|*b*"), "a\\|\\*b\\*");
    }
}
