//! Hears that something happened at a place, as far as the system tells.
//!
//! Events only say when to look: what there is, and whether it changed, is for whoever looks.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod inotify;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use inotify::{Waker, Watcher};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use portable::{Waker, Watcher};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The path that is watched.
    pub(crate) watched: Arc<Path>,
    /// The name in that directory; none when it happened to what is watched itself.
    pub(crate) name: Option<OsString>,
    pub(crate) happened: Happened,
}

/// What happened, where it makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    allow(dead_code, reason = "others do not tell")
)]
pub(crate) enum Happened {
    /// Somebody wrote, and has not closed the file yet.
    Written,
    /// Somebody who could write closed the file.
    Closed,
    /// Something finished was given this name.
    Replaced,
    /// Anything else.
    Other,
}

/// What happened while nobody waited.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    pub(crate) of: Vec<Notice>,
    /// The system could not keep all: anything may have happened.
    pub(crate) lost: bool,
}

/// Why something cannot be watched, so that it has to be looked at now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deaf {
    /// The system has no watcher left to give.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "a limit of Linux"))]
    Watchers,
    /// The system's limit of watches is reached.
    Watches,
}

impl fmt::Display for Deaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Deaf::Watchers => {
                "the system has no file watcher left (on Linux: raise fs.inotify.max_user_instances, or the limit of \
                 open files)"
            }
            Deaf::Watches => {
                "the system's limit of file watches is reached (on Linux: raise fs.inotify.max_user_watches)"
            }
        })
    }
}
