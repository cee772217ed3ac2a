use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use enhanced_config_core::{Change, ChangeKind, Document, KeyPath, Problems, Redactor, diff};

/// What became of one attempt to follow the sources of a configuration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReloadEvent {
    /// The name of the configuration.
    pub name: Arc<str>,
    /// What asked for the attempt.
    pub cause: Cause,
    /// What became of it.
    pub outcome: Outcome,
    /// The version that was served before.
    pub old_version: u64,
    /// The version that is served now; the same unless something was applied or undone.
    pub new_version: u64,
    /// What differs between the two versions, or between what is served and what was refused.
    pub changes: Arc<[ShownChange]>,
    /// What the sources say and only a restart brings about.
    pub pending: Arc<[ShownChange]>,
    /// From the decision to read until the last callback returned.
    pub duration: Duration,
}

/// What asked for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// These files changed, appeared or went.
    Files(Vec<PathBuf>),
    /// Variables of the process changed.
    Environment,
    /// The program asked for it.
    Request,
    /// A temporary override came or went.
    Override,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// What the sources say now is served.
    Applied,
    /// The sources say what is served already.
    Unchanged,
    /// What the sources say cannot be used: everything that is wrong with it. What was served goes on being served.
    Refused(Problems),
    /// A file that is needed is gone. What was served goes on being served.
    Missing(Problems),
    /// The sources can be used again after an attempt was refused or a file was missing.
    Recovered,
    /// It was served, and a callback could not follow: what was served before is served again.
    Undone(Problems),
    /// Asked for in the middle of another attempt, as by a callback: one more follows that.
    Deferred,
}

/// One change in words, its secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownChange {
    /// Where; keys below a secret are masked.
    pub path: KeyPath,
    /// What happened to the value.
    pub kind: ChangeKind,
    /// The value before as one line of JSON; none when it was added.
    pub old: Option<String>,
    /// The value now as one line of JSON; none when it was removed.
    pub new: Option<String>,
}

/// Changes that an event lists at most: nobody reads further.
const MOST_CHANGES: usize = 1000;

impl ReloadEvent {
    /// An attempt that left `version` in place, took no time and has no changes to show: fields to set.
    pub fn new(name: impl Into<Arc<str>>, cause: Cause, outcome: Outcome, version: u64) -> Self {
        Self {
            name: name.into(),
            cause,
            outcome,
            old_version: version,
            new_version: version,
            changes: Arc::default(),
            pending: Arc::default(),
            duration: Duration::ZERO,
        }
    }
}

impl ShownChange {
    /// What differs between two documents, the first thousand changes of it.
    pub fn between(old: &Document, new: &Document, redactor: &Redactor) -> Arc<[ShownChange]> {
        diff(old, new).iter().take(MOST_CHANGES).map(|change| Self::new(change, redactor)).collect()
    }

    /// One change in words.
    pub fn new(change: &Change<'_>, redactor: &Redactor) -> Self {
        let show = |node| redactor.show(node, &change.path);
        Self {
            path: redactor.shown_path(&change.path),
            kind: change.kind(),
            old: change.old.map(show),
            new: change.new.map(show),
        }
    }
}

impl Outcome {
    /// Whether a new version is served because of it.
    pub fn is_applied(&self) -> bool {
        matches!(self, Outcome::Applied | Outcome::Recovered)
    }

    /// Everything that is wrong; none when nothing is.
    pub fn problems(&self) -> Option<&Problems> {
        match self {
            Outcome::Refused(problems) | Outcome::Missing(problems) | Outcome::Undone(problems) => {
                Some(problems)
            }
            Outcome::Applied | Outcome::Unchanged | Outcome::Recovered | Outcome::Deferred => None,
        }
    }

    /// One word for logs: "applied", "unchanged", "refused", "missing", "recovered", "undone",
    /// "deferred".
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Applied => "applied",
            Outcome::Unchanged => "unchanged",
            Outcome::Refused(_) => "refused",
            Outcome::Missing(_) => "missing",
            Outcome::Recovered => "recovered",
            Outcome::Undone(_) => "undone",
            Outcome::Deferred => "deferred",
        }
    }
}

/// `app: applied version 3 in 1.2 ms`, and a line for each change or problem.
impl fmt::Display for ReloadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, outcome, new_version, duration, .. } = self;
        write!(f, "{name}: {}, version {new_version}, in {duration:.1?}", outcome.name())?;
        self.changes.iter().try_for_each(|change| write!(f, "\n  {change}"))?;
        self.pending.iter().try_for_each(|change| write!(f, "\n  needs a restart: {change}"))?;
        let problems = outcome.problems().map(ToString::to_string).unwrap_or_default();
        problems.lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// `~ db.port: 5432 -> 5433`
impl fmt::Display for ShownChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "~ {path}: {old} -> {new}"),
            (Some(old), None) => write!(f, "- {path}: {old}"),
            (None, Some(new)) => write!(f, "+ {path}: {new}"),
            (None, None) => write!(f, "{path}"),
        }
    }
}
