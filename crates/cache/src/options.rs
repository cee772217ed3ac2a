use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much a cache holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CacheOptions {
    /// The most that is kept decoded. Default: 32 MiB, 1,024 entries.
    pub hot: TierLimits,
    /// The most that is kept compressed; nothing is compressed if it is zero. Default: 64 MiB, 16,384 entries.
    pub cold: TierLimits,
    /// How long an entry is served after it was put in, however often it is used. Default: for ever.
    pub time_to_live: Option<Duration>,
    /// The zlib level, from 0 (store) to 9 (smallest); more is taken as 9. Default: 6.
    pub level: u32,
}

/// What a tier may hold. It never holds more, not even while an entry is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierLimits {
    /// Bytes, what the cache itself needs for each entry included.
    pub bytes: usize,
    /// Entries.
    pub entries: usize,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            hot: TierLimits { bytes: 32 << 20, entries: 1 << 10 },
            cold: TierLimits { bytes: 64 << 20, entries: 1 << 14 },
            time_to_live: None,
            level: 6,
        }
    }
}

impl CacheOptions {
    /// With other limits of what is kept decoded.
    #[must_use]
    pub fn with_hot(self, hot: TierLimits) -> Self {
        Self { hot, ..self }
    }

    /// With other limits of what is kept compressed.
    #[must_use]
    pub fn with_cold(self, cold: TierLimits) -> Self {
        Self { cold, ..self }
    }

    /// Entries are served for so long.
    #[must_use]
    pub fn with_time_to_live(self, time_to_live: Duration) -> Self {
        Self { time_to_live: Some(time_to_live), ..self }
    }

    /// With another zlib level.
    #[must_use]
    pub fn with_level(self, level: u32) -> Self {
        Self { level, ..self }
    }
}
