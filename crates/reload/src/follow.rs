use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use enhanced_config_files::Presence;

use crate::Cause;

/// A file or directory that was read or looked for, and what was there: when that is something else now, reading
/// again may give something else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// The absolute path.
    pub path: PathBuf,
    /// What was there.
    pub was: Presence,
}

impl Input {
    /// What was at a path when it was read.
    pub fn new(path: impl Into<PathBuf>, was: Presence) -> Self {
        Self { path: path.into(), was }
    }

    /// What is at a path now, for whoever reads it next.
    pub fn now(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let was = Presence::of(&path);
        Self { path, was }
    }
}

/// What follows its files: reads them again when it is told to, and makes of it what it likes.
pub trait Follow: Send + Sync {
    /// Reads the sources anew and publishes what they say. Runs on a thread of its own, one at a time for each name.
    ///
    /// What was read is compared with [`Trigger::covers`] before it is published, lest it be half of something.
    fn follow(&self, trigger: &Trigger) -> Attempt;

    /// Told whenever an attempt has taken as long as [`ReloadOptions::slow`](crate::ReloadOptions::slow) once more. Runs
    /// on the thread that watches, and must not take long.
    fn slow(&self, running_for: Duration) {
        tracing::warn!("an attempt to follow files has been running for {running_for:.1?}");
    }
}

/// Why sources are to be read again, and what of them has settled.
#[derive(Debug, Clone)]
pub struct Trigger {
    cause: Cause,
    settled: BTreeMap<PathBuf, Presence>,
    patient: bool,
}

/// What came of reading sources again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attempt {
    /// These inputs were read, and whatever they say is dealt with: applied, or refused for good.
    Done(Vec<Input>),
    /// What was read is not what had settled: wait until this has.
    Moved(Vec<Input>),
    /// These inputs could not be read for a reason that may pass though nothing about them changes: try again at the next
    /// poll.
    Failed(Vec<Input>),
    /// Somebody else is at it: try again a little later.
    Busy,
}

impl Trigger {
    pub(crate) fn new(cause: Cause, settled: BTreeMap<PathBuf, Presence>, patient: bool) -> Self {
        Self { cause, settled, patient }
    }

    /// Why.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Whether these inputs are what had settled, so that none is half written; [`Attempt::Moved`] is the answer where
    /// they are not. Where files never rest, whatever was read will do at last.
    pub fn covers<'a>(&self, inputs: impl IntoIterator<Item = (&'a Path, &'a Presence)>) -> bool {
        // What is not there cannot be half written.
        let covers = |(path, was): (&Path, &Presence)| match self.settled.get(path) {
            Some(settled) => settled == was,
            None => was.is_absent(),
        };
        !self.patient || inputs.into_iter().all(covers)
    }
}
