/// What every caller has to know, in one atomic.
///
/// | bits | |
/// |---|---|
/// | 0 to 30 | how many are in flight |
/// | 31 | somebody waits |
/// | 32 to 62 | how many may be |
///
/// Places are taken and given back by compare-and-swap of the whole word. While somebody waits only the holder of the
/// queue's lock changes it, so that nobody overtakes and no place that comes free is missed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u64);

const QUEUED: u64 = 1 << 31;
const LIMIT: u64 = 1 << 32;

/// The most that may be in flight: as many as fit into their part of the word.
pub(super) const MOST_IN_FLIGHT: u32 = (1 << 31) - 1;

impl Word {
    pub(super) const fn new(limit: u32) -> Self {
        Self(limit as u64 * LIMIT)
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) const fn in_flight(self) -> u32 {
        (self.0 % QUEUED) as u32
    }

    pub(super) const fn is_queued(self) -> bool {
        self.0 & QUEUED != 0
    }

    /// Whether there is a place, for whoever may have it.
    pub(super) const fn has_place(self) -> bool {
        (self.in_flight() as u64) < self.0 / LIMIT
    }

    /// With one more in flight, if there is a place and nobody waits for it.
    pub(super) const fn taken(self) -> Option<Self> {
        if self.has_place() && !self.is_queued() { Some(Self(self.0 + 1)) } else { None }
    }

    /// With one more in flight, which has waited. Only if there is a place.
    pub(super) const fn handed_on(self) -> Self {
        Self(self.0 + 1)
    }

    /// With one less in flight. Only for whoever is.
    pub(super) const fn given_back(self) -> Self {
        Self(self.0 - 1)
    }

    pub(super) const fn with_queued(self, queued: bool) -> Self {
        Self(if queued { self.0 | QUEUED } else { self.0 & !QUEUED })
    }

    pub(super) const fn with_limit(self, limit: u32) -> Self {
        Self(self.0 % LIMIT + limit as u64 * LIMIT)
    }
}
