use std::collections::BTreeMap;

use serde::Serialize;

/// What others are asked for at every interval: the cache, the watcher, circuit breakers.
///
/// A probe sets what it knows; what none sets is not told.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProbeReadings {
    /// The cache.
    pub cache: Option<CacheReading>,
    /// What follows files.
    pub watcher: Option<WatcherReading>,
    /// Circuit breakers by name; 64 of them are told of.
    pub breakers: BTreeMap<String, BreakerState>,
}

/// What a cache has done and what it holds, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheReading {
    /// Reads ever that found their value decoded, or compressed, or nowhere.
    pub reads: CacheReads,
    /// Decoded values.
    pub hot_bytes: u64,
    /// Compressed values, and what the cache needs for each.
    pub cold_bytes: u64,
    /// Compressed values alone.
    pub compressed_bytes: u64,
    /// What they were before compression.
    pub raw_bytes: u64,
}

/// Reads of a cache, by where they found their value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheReads {
    /// Decoded.
    pub hot: u64,
    /// Compressed.
    pub cold: u64,
    /// Nowhere.
    pub miss: u64,
}

/// How files are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WatcherReading {
    /// By which means.
    pub mode: WatcherMode,
    /// Configurations that have changed and wait: until they have settled, or until others are done; `None` where nobody
    /// counts them.
    pub queue: Option<u64>,
}

/// By which means changes of files are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WatcherMode {
    /// They are not.
    #[default]
    Off,
    /// The system tells of them.
    Events,
    /// Somebody looks now and then, because the system does not tell of all.
    Polling,
}

/// Whether a circuit breaker lets calls through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BreakerState {
    /// All of them.
    Closed,
    /// Some, to find out.
    HalfOpen,
    /// None.
    Open,
}

impl CacheReading {
    /// Which part of the bytes compression saves; `None` when nothing is compressed.
    #[must_use]
    pub fn saved_ratio(&self) -> Option<f64> {
        (self.raw_bytes > 0).then(|| 1.0 - self.compressed_bytes as f64 / self.raw_bytes as f64)
    }
}

impl WatcherMode {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Events => "events",
            Self::Polling => "polling",
        }
    }
}

impl BreakerState {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}
