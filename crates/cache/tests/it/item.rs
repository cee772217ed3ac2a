//! A value whose weights are what a test says.

use enhanced_config_cache::{CacheOptions, Compressible, ConfigCache, TierLimits};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) number: u32,
    /// Decoded.
    pub(crate) weight: usize,
    /// Packed: bytes that do not compress.
    pub(crate) packed: usize,
    /// Whether its bytes cannot be read again.
    pub(crate) damaged: bool,
}

pub(crate) type Cache = ConfigCache<u32, Item>;

impl Item {
    pub(crate) fn new(number: u32) -> Self {
        Self { number, weight: 1000, packed: 100, damaged: false }
    }
}

impl Compressible for Item {
    type Kept = (u32, usize, bool);

    fn pack(&self) -> (Vec<u8>, Self::Kept) {
        let step = |state: &mut u32, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8)
        };
        ((0..self.packed).scan(self.number, step).collect(), (self.number, self.weight, self.damaged))
    }

    fn restore(bytes: &[u8], &(number, weight, damaged): &Self::Kept) -> Option<Self> {
        (!damaged).then_some(Self { number, weight, packed: bytes.len(), damaged })
    }

    fn weight(&self) -> usize {
        self.weight
    }

    fn kept_weight(_: &Self::Kept) -> usize {
        0
    }
}

/// No limit that matters.
pub(crate) const ANY: TierLimits = TierLimits { bytes: 1 << 30, entries: 1000 };

pub(crate) fn entries(entries: usize) -> TierLimits {
    TierLimits { entries, ..ANY }
}

pub(crate) fn cache(hot: TierLimits, cold: TierLimits) -> Cache {
    ConfigCache::new(CacheOptions::default().with_hot(hot).with_cold(cold))
}

/// What the cache adds to the weight of an entry in either tier.
pub(crate) fn overheads() -> (usize, usize) {
    let hot = cache(ANY, ANY);
    hot.insert(0, Item { weight: 0, ..Item::new(0) });
    let cold = cache(entries(0), ANY);
    cold.insert(0, Item { packed: 0, ..Item::new(0) });
    (hot.stats().hot.bytes, cold.stats().cold.bytes)
}
