//! How sources are read that may fail for a passing reason. With the feature `fault-tolerance` they are read again, and
//! left alone for a while when that does not help; without, they are read once.

#[cfg(feature = "fault-tolerance")]
mod guarded;
#[cfg(feature = "fault-tolerance")]
mod left_alone;
#[cfg(not(feature = "fault-tolerance"))]
mod plain;

#[cfg(feature = "fault-tolerance")]
pub use guarded::{FaultTolerance, SourceStatus};
#[cfg(feature = "fault-tolerance")]
pub(crate) use guarded::{Reader, Reading};
#[cfg(feature = "fault-tolerance")]
pub use left_alone::LeftAlone;
#[cfg(not(feature = "fault-tolerance"))]
pub(crate) use plain::{Reader, Reading};

/// Whether whoever asks for an attempt waits for another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// For a while: there is nothing else to give them, or they asked for what the sources say.
    Some,
    /// Not at all: what was served goes on being served.
    None,
}
