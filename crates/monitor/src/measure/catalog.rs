use super::ConfigMeters;
use crate::history::Reading;
use crate::meter::{Counter, Histogram};

/// One thing that is measured of every configuration: for the history, the reports and the exposition alike.
pub(crate) struct Metric {
    /// The family, as Prometheus names them, without `_total`.
    pub(crate) family: &'static str,
    /// What tells it from others of its family.
    pub(crate) label: Option<(&'static str, &'static str)>,
    #[cfg_attr(
        not(any(feature = "metrics", feature = "openmetrics")),
        expect(dead_code, reason = "for scrapers")
    )]
    pub(crate) kind: Kind,
    /// What the family is, in a sentence.
    #[cfg_attr(
        not(any(feature = "metrics", feature = "openmetrics")),
        expect(dead_code, reason = "for scrapers")
    )]
    pub(crate) help: &'static str,
    read: Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    /// Nanoseconds, told as seconds.
    Seconds,
}

enum Read {
    Counter(fn(&ConfigMeters) -> Option<&Counter>),
    Histogram(fn(&ConfigMeters) -> &Histogram),
}

impl Metric {
    /// What the configuration's instrument tells.
    pub(crate) fn read(&self, meters: &ConfigMeters) -> Reading {
        match self.read {
            Read::Counter(counter) => Reading::Total(counter(meters).map_or(0, Counter::get)),
            Read::Histogram(histogram) => Reading::Distribution(histogram(meters).distribution()),
        }
    }

    /// The name of its series in the history: of one configuration, or of all.
    pub(crate) fn series(&self, config: Option<&str>) -> String {
        let label = self.label.map_or(String::new(), |(_, value)| format!(".{value}"));
        let config = config.map_or(String::new(), |config| format!("/{config}"));
        format!("{}{label}{config}", self.family)
    }
}

const fn counter(
    (family, help): (&'static str, &'static str),
    label: Option<(&'static str, &'static str)>,
    read: fn(&ConfigMeters) -> Option<&Counter>,
) -> Metric {
    Metric { family, label, kind: Kind::Counter, help, read: Read::Counter(read) }
}

const fn seconds(
    (family, help): (&'static str, &'static str),
    read: fn(&ConfigMeters) -> &Histogram,
) -> Metric {
    Metric { family, label: None, kind: Kind::Seconds, help, read: Read::Histogram(read) }
}

const READS: (&str, &str) = ("config_reads", "Reads of configurations, by where they found their value");
const LOADS: (&str, &str) = ("config_loads", "Configurations that were loaded from their sources");
const VALIDATIONS: (&str, &str) = ("config_validations", "Validations of configurations");
const RELOADS: (&str, &str) = ("config_reloads", "Attempts to follow the sources of configurations");
const MIGRATIONS: (&str, &str) = ("config_migrations", "Migrations of configurations");
const CALLBACKS: (&str, &str) = ("config_callbacks", "Callbacks that were told about a configuration");

const fn outcome(value: &'static str) -> Option<(&'static str, &'static str)> {
    Some(("outcome", value))
}

/// All of them; those of one family follow each other.
pub(crate) const CATALOG: [Metric; 22] = [
    counter(READS, Some(("result", "hot")), |meters| meters.reads.first()),
    counter(READS, Some(("result", "cold")), |meters| meters.reads.get(1)),
    counter(READS, Some(("result", "miss")), |meters| meters.reads.get(2)),
    counter(LOADS, outcome("succeeded"), |meters| meters.loads.first()),
    counter(LOADS, outcome("failed"), |meters| meters.loads.get(1)),
    seconds(("config_load_duration_seconds", "Time to load a configuration"), |meters| &meters.load_time),
    counter(VALIDATIONS, outcome("succeeded"), |meters| meters.validations.first()),
    counter(VALIDATIONS, outcome("failed"), |meters| meters.validations.get(1)),
    counter(("config_validation_problems", "Problems that validations found"), None, |meters| {
        Some(&meters.problems)
    }),
    seconds(("config_validation_duration_seconds", "Time to validate a configuration"), |meters| {
        &meters.validation_time
    }),
    counter(RELOADS, outcome("applied"), |meters| meters.reloads.first()),
    counter(RELOADS, outcome("unchanged"), |meters| meters.reloads.get(1)),
    counter(RELOADS, outcome("rejected"), |meters| meters.reloads.get(2)),
    counter(RELOADS, outcome("undone"), |meters| meters.reloads.get(3)),
    counter(RELOADS, outcome("missing"), |meters| meters.reloads.get(4)),
    seconds(("config_reload_duration_seconds", "Time to reload a configuration"), |meters| {
        &meters.reload_time
    }),
    counter(MIGRATIONS, outcome("succeeded"), |meters| meters.migrations.first()),
    counter(MIGRATIONS, outcome("failed"), |meters| meters.migrations.get(1)),
    seconds(("config_migration_duration_seconds", "Time to migrate a configuration"), |meters| {
        &meters.migration_time
    }),
    counter(CALLBACKS, outcome("succeeded"), |meters| meters.callbacks.first()),
    counter(CALLBACKS, outcome("failed"), |meters| meters.callbacks.get(1)),
    seconds(("config_callback_duration_seconds", "Time that a callback took"), |meters| {
        &meters.callback_time
    }),
];
