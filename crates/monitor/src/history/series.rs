use enhanced_config_clock::Instant;

use super::tier::{Ring, Stored};
use super::{HistoryOptions, Reading, Step, Summary, Tier};
use crate::meter::Distribution;

/// What one histogram takes when packed, with values in every one of its 3776 buckets and the largest counts.
const FULL: usize = 3776 * (1 + 10) + 10;

/// One series in all tiers, the finest first.
#[derive(Clone, Debug)]
pub(super) struct Series {
    tiers: [Ring; 3],
    latest: Latest,
    /// The most bytes of packed histograms.
    limit: usize,
}

/// The latest reading, which the next one is compared with.
#[derive(Clone, Debug)]
enum Latest {
    Level,
    Total(u64),
    Distribution(Box<[u8]>),
}

impl Series {
    pub(super) fn new(options: &HistoryOptions, reading: &Reading) -> Self {
        let limit = Self::distribution_bytes(options);
        Self { tiers: options.tiers().map(Ring::new), latest: Latest::start(reading), limit }
    }

    pub(super) fn record(&mut self, now: Instant, reading: Reading) {
        if !self.latest.is_like(&reading) {
            self.latest = Latest::start(&reading);
            self.tiers.iter_mut().for_each(Ring::clear);
        }
        let summary = self.latest.advance(reading);
        for tier in &mut self.tiers {
            tier.add(now, &summary);
        }
        self.keep_to_limit();
    }

    /// Forgets the oldest steps, those of the finest tier first: the coarser ones know them too.
    fn keep_to_limit(&mut self) {
        let mut bytes = self.packed_bytes();
        while bytes > self.limit {
            match self.tiers.iter_mut().find_map(Ring::forget_oldest) {
                Some(fewer) => bytes -= fewer,
                None => break,
            }
        }
    }

    pub(super) fn steps(&self, from: Instant) -> Vec<Step> {
        self.tier(from).since(from)
    }

    /// When the step begins that `from` is in.
    pub(super) fn reach(&self, from: Instant) -> Instant {
        self.tier(from).start(from)
    }

    /// The finest that still knows what was at `from`, or the coarsest.
    fn tier(&self, from: Instant) -> &Ring {
        let [_, _, coarsest] = &self.tiers;
        self.tiers.iter().find(|tier| tier.knows(from)).unwrap_or(coarsest)
    }

    pub(super) fn bytes(&self) -> usize {
        let slots: usize = self.tiers.iter().map(Ring::slot_bytes).sum();
        size_of::<Self>() + slots + self.packed_bytes()
    }

    fn packed_bytes(&self) -> usize {
        let latest = match &self.latest {
            Latest::Distribution(bytes) => bytes.len(),
            _ => 0,
        };
        latest + self.tiers.iter().map(Ring::packed_bytes).sum::<usize>()
    }

    /// The most that one takes.
    pub(super) fn bound(options: &HistoryOptions) -> usize {
        // A queue that grows by doubling has room for less than twice as much as it ever held.
        let room = |tier: &Tier| tier.steps.saturating_add(2).saturating_mul(2);
        let slots = options.tiers().iter().map(room).fold(0, usize::saturating_add);
        slots
            .saturating_mul(size_of::<(u64, Stored)>())
            .saturating_add(size_of::<Self>())
            .saturating_add(Self::distribution_bytes(options))
    }

    /// The newest step of each tier and the latest reading are never forgotten.
    fn distribution_bytes(options: &HistoryOptions) -> usize {
        options.distribution_bytes.max(4 * FULL)
    }
}

impl Latest {
    fn start(reading: &Reading) -> Self {
        match reading {
            Reading::Level(_) => Self::Level,
            Reading::Total(_) => Self::Total(0),
            Reading::Distribution(_) => Self::Distribution(Distribution::default().to_bytes()),
        }
    }

    fn is_like(&self, reading: &Reading) -> bool {
        matches!(
            (self, reading),
            (Self::Level, Reading::Level(_))
                | (Self::Total(_), Reading::Total(_))
                | (Self::Distribution(_), Reading::Distribution(_))
        )
    }

    /// What came since the latest reading.
    fn advance(&mut self, reading: Reading) -> Summary {
        match reading {
            Reading::Level(level) => Summary::of_level(level),
            Reading::Total(total) => {
                let before = match self {
                    Self::Total(before) if *before <= total => *before,
                    _ => 0,
                };
                *self = Self::Total(total);
                Summary::Total(total - before)
            }
            Reading::Distribution(values) => Summary::Distribution(self.advance_distribution(values)),
        }
    }

    fn advance_distribution(&mut self, values: Distribution) -> Distribution {
        let before = match self {
            Self::Distribution(bytes) => Distribution::from_bytes(bytes).unwrap_or_default(),
            _ => Distribution::default(),
        };
        *self = Self::Distribution(values.to_bytes());
        if before.count() > values.count() { values } else { values.since(&before) }
    }
}
