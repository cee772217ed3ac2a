use std::fmt;

use enhanced_config_core::{Document, Redactor};
use enhanced_config_format::{Editor, unified_diff};

use crate::{Observed, Version};

/// A migration that has been tried out: the way, and the text at its end. Nothing has been written.
#[derive(Debug, Clone)]
pub struct MigrationPlan {
    pub(crate) config: String,
    pub(crate) from: Version,
    pub(crate) to: Version,
    pub(crate) hops: Vec<Hop>,
    pub(crate) before: Editor,
    pub(crate) after: Editor,
    pub(crate) redactor: Redactor,
    pub(crate) observed: Vec<Observed>,
}

/// One migration on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hop {
    /// The version before.
    pub from: Version,
    /// The version after.
    pub to: Version,
    /// Whether it leads to the newer or the older.
    pub direction: Direction,
}

impl Hop {
    pub(crate) fn new(from: &Version, to: &Version) -> Self {
        let direction = if from < to { Direction::Up } else { Direction::Down };
        Self { from: from.clone(), to: to.clone(), direction }
    }
}

/// Where a migration leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To a newer version.
    Up,
    /// To an older version.
    Down,
}

impl MigrationPlan {
    /// The name of the configuration.
    pub fn config(&self) -> &str {
        &self.config
    }

    /// The version of the text as it was.
    pub fn from(&self) -> &Version {
        &self.from
    }

    /// The version of the text as it is to be.
    pub fn to(&self) -> &Version {
        &self.to
    }

    /// The migrations, in their order; none when the text has its version already.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.hops.is_empty()
    }

    /// The migrated text.
    pub fn editor(&self) -> &Editor {
        &self.after
    }

    /// What the migrated text says. Its layers are called `app.yaml, migrated from 1.0.0`, since its places are not
    /// those of the file.
    pub fn document(&self) -> Document {
        let document = self.after.document().clone();
        if self.is_empty() {
            return document;
        }
        document.with_layer_names(|layer| format!("{}, migrated from {}", layer.name(), self.from))
    }

    /// What code on the way was seen to do, for [`former_keys`](crate::ConfigMigrator::former_keys).
    pub fn observed(&self) -> &[Observed] {
        &self.observed
    }

    /// Sets what is secret. Default: what its name makes so.
    #[must_use]
    pub fn with_redactor(self, redactor: Redactor) -> Self {
        Self { redactor, ..self }
    }

    /// What differs between the text as it was and as it is to be; empty when nothing does. What is secret in either is
    /// hidden in both.
    pub fn diff(&self) -> String {
        unified_diff(self.before.text(), self.after.text(), self.before.name(), &self.redactor)
    }
}

/// `app: 1.0.0 -> 2.0.0 -> 2.1.0`.
impl fmt::Display for MigrationPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.config, self.from)?;
        self.hops.iter().try_for_each(|hop| write!(f, " -> {}", hop.to))
    }
}
