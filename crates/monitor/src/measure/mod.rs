//! What is measured of configurations.

mod catalog;
mod meters;
mod probe;

pub(crate) use catalog::CATALOG;
#[cfg(any(feature = "metrics", feature = "openmetrics"))]
pub(crate) use catalog::{Kind, Metric};
pub use meters::{ConfigMeters, ReadResult, ReloadOutcome, Served};
pub use probe::{BreakerState, CacheReading, CacheReads, ProbeReadings, WatcherMode, WatcherReading};
