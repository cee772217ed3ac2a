use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::TierLimits;

/// What a cache holds and has done: a snapshot. Its `Display` is a table.
///
/// Every call of `get` and `get_or_load` counts as exactly one hot hit, cold hit or miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// The decoded values.
    pub hot: HotStats,
    /// The packed values.
    pub cold: ColdStats,
    /// Calls that found nothing, waiting for another caller's loader included.
    pub misses: u64,
    /// Loaders that ran and gave a value.
    pub loads: u64,
    /// Loaders that ran and gave an error or panicked.
    pub load_failures: u64,
    /// Calls that waited for the work of another instead of doing it again.
    pub waits: u64,
    /// Entries that were found too old and forgotten.
    pub expired: u64,
    /// Cold entries whose bytes could not be restored; each was forgotten and counted as a miss.
    pub damaged: u64,
    /// Entries that were forgotten because somebody asked for it.
    pub invalidated: u64,
    /// Work done.
    pub time: TimeSpent,
}

/// The decoded values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HotStats {
    /// Calls that were served from here.
    pub hits: u64,
    /// Values that are here.
    pub entries: usize,
    /// What they weigh, what the cache needs for each included.
    pub bytes: usize,
    /// The most it holds.
    pub limits: TierLimits,
    /// Values that had to leave for lack of room.
    pub evictions: u64,
}

/// The packed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColdStats {
    /// Calls that were served from here.
    pub hits: u64,
    /// Packed values that are here, copies included.
    pub entries: usize,
    /// Those of them whose value is hot at the moment; they leave first.
    pub copies: usize,
    /// What they weigh, what the cache needs for each included.
    pub bytes: usize,
    /// Their bytes as stored.
    pub compressed_bytes: usize,
    /// Their bytes before compression.
    pub raw_bytes: usize,
    /// The most it holds.
    pub limits: TierLimits,
    /// Values that had to leave for lack of room, or were too large to come.
    pub evictions: u64,
}

/// Work done, and how long it took in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TimeSpent {
    /// Values that were packed and compressed.
    pub compressions: u64,
    /// Packing and compressing.
    pub compressing: Duration,
    /// Values that were inflated and restored, the damaged ones included.
    pub inflations: u64,
    /// Inflating and restoring.
    pub inflating: Duration,
    /// Running loaders.
    pub loading: Duration,
}

impl CacheStats {
    /// Calls of `get` and `get_or_load`.
    pub fn requests(&self) -> u64 {
        self.hot.hits + self.cold.hits + self.misses
    }

    /// Which part of the calls was served from either tier, from 0 to 1; 0 before the first call.
    pub fn hit_ratio(&self) -> f64 {
        ratio(self.hot.hits + self.cold.hits, self.requests())
    }

    /// Compressed bytes for each raw byte, from 0 to 1; 1 when nothing is compressed.
    pub fn compression_ratio(&self) -> f64 {
        match self.cold.raw_bytes {
            0 => 1.0,
            raw => self.cold.compressed_bytes as f64 / raw as f64,
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for CacheStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hot, cold, time) = (&self.hot, &self.cold, &self.time);
        writeln!(
            f,
            "{:<6} {:>9} {:>9} {:>10} {:>10} {:>10}",
            "tier", "hits", "entries", "bytes", "limit", "evicted"
        )?;
        tier(f, "hot", hot.hits, hot.entries, (hot.bytes, hot.limits.bytes), hot.evictions)?;
        tier(f, "cold", cold.hits, cold.entries, (cold.bytes, cold.limits.bytes), cold.evictions)?;
        writeln!(f, "hit ratio    {:.1} % of {} requests", 100.0 * self.hit_ratio(), self.requests())?;
        writeln!(
            f,
            "misses       {} ({} loads, {} failed; {} waited; {} expired, {} damaged, {} invalidated)",
            self.misses,
            self.loads,
            self.load_failures,
            self.waits,
            self.expired,
            self.damaged,
            self.invalidated
        )?;
        writeln!(
            f,
            "compression  {} to {}, {:.1} %",
            Bytes(cold.raw_bytes),
            Bytes(cold.compressed_bytes),
            100.0 * self.compression_ratio()
        )?;
        write!(
            f,
            "time         {:.1?} compressing {}, {:.1?} inflating {}, {:.1?} loading",
            time.compressing, time.compressions, time.inflating, time.inflations, time.loading
        )
    }
}

fn tier(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    hits: u64,
    entries: usize,
    (bytes, limit): (usize, usize),
    evictions: u64,
) -> fmt::Result {
    let (bytes, limit) = (Bytes(bytes).to_string(), Bytes(limit).to_string());
    writeln!(f, "{name:<6} {hits:>9} {entries:>9} {bytes:>10} {limit:>10} {evictions:>10}")
}

/// A number of bytes for people.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        match self.0 {
            usize::MAX => f.write_str("no limit"),
            0..1024 => write!(f, "{} B", self.0),
            1024..0x10_0000 => write!(f, "{:.1} KiB", bytes / 1024.0),
            0x10_0000..0x4000_0000 => write!(f, "{:.1} MiB", bytes / f64::from(1 << 20)),
            _ => write!(f, "{:.1} GiB", bytes / f64::from(1 << 30)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: usize, expected: &str) {
        assert_eq!(Bytes(bytes).to_string(), expected);
    }

    #[test]
    fn bytes_are_for_people() {
        check(0, "0 B");
        check(1023, "1023 B");
        check(1024, "1.0 KiB");
        check(1 << 20, "1.0 MiB");
        check(3 << 29, "1.5 GiB");
        check(usize::MAX, "no limit");
    }
}
