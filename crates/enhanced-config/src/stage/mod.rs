//! Where a configuration is made and changed, one attempt at a time. With the feature `reload` everybody who depends
//! on it is asked, told and told back; without, nobody is.

#[cfg(feature = "reload")]
mod live;
#[cfg(not(feature = "reload"))]
mod plain;

use std::time::Duration;

use enhanced_config_core::Problems;
use enhanced_config_layers::Loaded;

use crate::Config;
use crate::attempt::{Ended, Trouble, Why};

#[cfg(feature = "reload")]
pub(crate) use live::{Event, Hub, Stage};
#[cfg(not(feature = "reload"))]
pub(crate) use plain::{Event, Hub, Stage};

/// Why a change did not come to stay.
#[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nobody stops a change"))]
pub(crate) enum Stopped {
    /// Nothing changed.
    Refused(Problems),
    /// What was served before is served again.
    Undone(Problems),
}

/// What became of an attempt, for those who want to hear it.
#[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nobody wants to hear it"))]
pub(crate) struct Report<'a> {
    pub(crate) why: &'a Why,
    /// None when nothing was served before, or it has been forgotten.
    pub(crate) old: Option<&'a Config>,
    /// 0 when nothing was served before.
    pub(crate) old_version: u64,
    pub(crate) ended: &'a Ended,
    /// What would be served without overrides, and what the sources say: where a part of that has to wait for a restart.
    pub(crate) waits: Option<(&'a Loaded, &'a Loaded)>,
    /// What kept the attempt before from following the sources.
    pub(crate) before: Option<&'a Trouble>,
    /// What kept this one.
    pub(crate) trouble: Option<&'a Trouble>,
    pub(crate) duration: Duration,
}
