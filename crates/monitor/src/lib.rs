//! Knows how a program and its configurations are doing, at no cost worth measuring.
//!
//! ```
//! use enhanced_config_clock::Instant;
//! use enhanced_config_monitor::history::{History, HistoryOptions, Reading};
//! use std::time::Duration;
//!
//! let mut history = History::new(HistoryOptions::default());
//! for second in 0..3600 {
//!     let now = Instant::default() + Duration::from_secs(second);
//!     history.record(now, "loads", Reading::Total(second * 10));
//! }
//! let hour = history.summary("loads", Instant::default()).ok_or("recorded above")?;
//! assert_eq!(hour.total(), 35_990);
//! # Ok::<(), &str>(())
//! ```
//!
//! [`meter`] has what programs record with; [`history`] keeps a day of it in fixed memory; [`resource`] samples the system;
//! [`alert`] decides what is wrong, of which [`Health`] is the sum.

pub mod alert;
#[cfg(any(feature = "metrics", feature = "openmetrics"))]
mod exposition;
mod harmless;
mod health;
pub mod history;
mod measure;
mod monitor;
pub mod report;
pub mod resource;
mod trend;

pub use enhanced_config_meter as meter;
pub use health::{Health, HealthStatus};
pub use measure::{
    BreakerState, CacheReading, CacheReads, ConfigMeters, ProbeReadings, ReadResult, ReloadOutcome, Served,
    WatcherMode, WatcherReading,
};
pub use monitor::{ConfigMonitor, LentThread, MonitorOptions, WeakMonitor};
pub use resource::Measured;
pub use trend::{Direction, Trend};
