use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use enhanced_config_core::Problems;
use enhanced_config_reload::ShownChange;

use crate::slot::{Level, Slot};
use crate::system::Shared;

/// How a configuration stands to its sources: what they say, what is served, and what would be if nothing else could.
///
/// Printed, it is a line, or a few where something is wrong.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConfigStatus {
    /// Its name.
    pub name: Arc<str>,
    /// What the sources say.
    pub assigned: Assigned,
    /// What is served.
    pub active: Active,
    /// What is kept in the [state directory](crate::Builder::state_dir); none without one.
    pub last_known_good: Option<Good>,
    /// How its sources are read: what was tried again, and whether they are left alone for now.
    #[cfg(feature = "fault-tolerance")]
    pub source: crate::SourceStatus,
    /// What the sources say and only a restart brings about.
    pub pending: Arc<[ShownChange]>,
}

/// What the sources of a configuration say, as of the last attempt to follow them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Assigned {
    /// What is served, but for what is pending.
    Served,
    /// Something that cannot be used, or that somebody who depends on it refuses: why.
    Refused(Problems),
    /// A file is missing that was there.
    Missing(Problems),
}

/// What is served.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Active {
    /// Its version in this process; 0 as long as nothing is served.
    pub version: u64,
    /// Where it comes from. Why it is not from the sources as they are, [`assigned`](ConfigStatus::assigned) says.
    pub level: Level,
}

/// What is kept on disk as good.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Good {
    /// Its version in the process that kept it.
    pub version: u64,
    /// When it was kept.
    pub saved: SystemTime,
}

impl ConfigStatus {
    /// Whether something else is served than the sources say, or nothing yet.
    pub fn is_degraded(&self) -> bool {
        self.assigned != Assigned::Served
    }
}

impl Assigned {
    /// What is wrong with it; none when nothing is.
    pub fn problems(&self) -> Option<&Problems> {
        match self {
            Assigned::Served => None,
            Assigned::Refused(problems) | Assigned::Missing(problems) => Some(problems),
        }
    }
}

/// `app: version 3, as the sources say`; `app: not served yet, DEGRADED: what the sources say cannot be used`
impl fmt::Display for ConfigStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, active, assigned, .. } = self;
        write!(f, "{name}: {active}")?;
        match assigned {
            Assigned::Served => write!(f, ", as the sources say")?,
            Assigned::Refused(_) => write!(f, ", DEGRADED: what the sources say cannot be used")?,
            Assigned::Missing(_) => write!(f, ", DEGRADED: a file is missing")?,
        }
        let problems = assigned.problems().map(ToString::to_string).unwrap_or_default();
        problems.lines().try_for_each(|line| write!(f, "\n  {line}"))?;
        #[cfg(feature = "fault-tolerance")]
        if let Some(left_alone) = &self.source.left_alone {
            write!(f, "\n  its sources are {left_alone}")?;
        }
        self.pending.iter().try_for_each(|change| write!(f, "\n  needs a restart: {change}"))
    }
}

/// `version 3`
impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match self.level {
            Level::Live => "",
            Level::LastKnownGood => ", the last known good",
            Level::Defaults => ", the defaults",
            Level::Nothing => return f.write_str("not served yet"),
        };
        write!(f, "version {}{from}", self.version)
    }
}

impl Shared {
    pub(crate) fn status(&self, slot: &Slot) -> Option<ConfigStatus> {
        let version = slot.version();
        let good = slot.good();
        let assigned = match slot.trouble() {
            // Somebody asks for it for the first time, just now.
            None if version == 0 => return None,
            None => Assigned::Served,
            Some(trouble) if trouble.is_missing => Assigned::Missing(trouble.problems),
            Some(trouble) => Assigned::Refused(trouble.problems),
        };
        Some(ConfigStatus {
            name: Arc::clone(&slot.name),
            assigned,
            active: Active { version, level: if version == 0 { Level::Nothing } else { slot.level() } },
            last_known_good: good,
            #[cfg(feature = "fault-tolerance")]
            source: slot.reader.status(self.checks.clock.now()),
            pending: slot.stage.pending(),
        })
    }
}
