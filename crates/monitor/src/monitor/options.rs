use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::alert::Rules;
use crate::history::HistoryOptions;

/// What a monitor looks at. What is left out of a serialised form has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MonitorOptions {
    /// Whether CPU, memory, disks and network are looked at: true.
    pub resources: bool,
    /// Paths on the disks whose room is looked at: the root.
    pub disks: Vec<PathBuf>,
    /// Whether a system counts each read of a configuration: true.
    pub reads: bool,
    /// Configurations that are told apart: 64. Further ones are counted together, as `(others)`.
    pub max_configs: usize,
    /// The time over which ratios and percentiles are taken that rules look at: 5 minutes.
    pub window: Duration,
    /// Reads in that time before there is a hit ratio: 100.
    pub min_reads: u64,
    /// Validations in that time before there is an error ratio: 10.
    pub min_validations: u64,
    /// How much history there is. There are always as many series as `max_configs` can need.
    pub history: HistoryOptions,
    /// When what is wrong.
    pub rules: Rules,
}

impl MonitorOptions {
    /// With such rules.
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Looks at the disks of `paths`.
    #[must_use]
    pub fn with_disks<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.disks = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Does not have each read of a configuration counted, which costs nothing measurable: what the cache counts is known
    /// anyway, of all configurations together.
    #[must_use]
    pub const fn without_reads(mut self) -> Self {
        self.reads = false;
        self
    }

    /// Does not look at CPU, memory, disks and network.
    #[must_use]
    pub const fn without_resources(mut self) -> Self {
        self.resources = false;
        self
    }
}

impl Default for MonitorOptions {
    fn default() -> Self {
        Self {
            resources: true,
            disks: vec![PathBuf::from("/")],
            reads: true,
            max_configs: 64,
            window: Duration::from_secs(300),
            min_reads: 100,
            min_validations: 10,
            history: HistoryOptions::default(),
            rules: Rules::default(),
        }
    }
}
