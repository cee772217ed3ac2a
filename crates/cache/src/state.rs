use std::hash::Hash;

use crate::flight::{Flights, Work};
use crate::tiers::Tiers;
use crate::{CacheOptions, CacheStats, ColdStats, Compressible, HotStats, TimeSpent};

/// What a cache has under its lock.
pub(crate) struct State<K, V: Compressible> {
    pub(crate) tiers: Tiers<K, V>,
    pub(crate) flights: Flights<K>,
    pub(crate) counts: Counts,
}

/// What is counted there.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) hot_hits: u64,
    pub(crate) cold_hits: u64,
    pub(crate) misses: u64,
    pub(crate) loads: u64,
    pub(crate) load_failures: u64,
    pub(crate) waits: u64,
    pub(crate) expired: u64,
    pub(crate) damaged: u64,
    pub(crate) invalidated: u64,
    pub(crate) time: TimeSpent,
}

impl Counts {
    /// Counts a call that found a decoded value, as what it would have been without the work that it waited for.
    pub(crate) fn found(&mut self, waited_for: Option<Work>) {
        match waited_for {
            None => self.hot_hits += 1,
            Some(Work::Inflate) => self.cold_hits += 1,
            Some(Work::Load) => self.misses += 1,
        }
    }
}

impl<K: Hash + Eq + Clone, V: Compressible> State<K, V> {
    pub(crate) fn new(tiers: Tiers<K, V>) -> Self {
        Self { tiers, flights: Flights::new(), counts: Counts::default() }
    }

    /// With the hits that are not counted under the lock.
    pub(crate) fn stats(&self, hits: u64, options: &CacheOptions) -> CacheStats {
        let (counts, tally) = (&self.counts, &self.tiers.tally);
        CacheStats {
            hot: HotStats {
                hits: hits + counts.hot_hits,
                entries: tally.hot.entries,
                bytes: tally.hot.bytes,
                limits: options.hot,
                evictions: tally.hot_evictions,
            },
            cold: ColdStats {
                hits: counts.cold_hits,
                entries: tally.cold.entries,
                copies: tally.copies,
                bytes: tally.cold.bytes,
                compressed_bytes: tally.stored,
                raw_bytes: tally.raw,
                limits: options.cold,
                evictions: tally.cold_evictions,
            },
            misses: counts.misses,
            loads: counts.loads,
            load_failures: counts.load_failures,
            waits: counts.waits,
            expired: counts.expired,
            damaged: counts.damaged,
            invalidated: counts.invalidated,
            time: counts.time,
        }
    }
}
