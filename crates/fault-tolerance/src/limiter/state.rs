//! The quota of a limiter and what was let through by it, read without a lock, and whole.

use super::Quota;
use crate::sync::{AtomicU64, Mutex};
use std::num::NonZeroU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// The golden ratio, of which no small multiple is near a whole number, as a part of 2^64. See [`State::word`].
const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;

/// An arrival time is worth something only under the quota that it was reckoned with, so both are read and replaced
/// together: a sequence lock, whose version is odd while the quota changes.
#[derive(Debug)]
pub(super) struct State {
    /// Held while the quota changes.
    change: Mutex<()>,
    version: AtomicU64,
    interval: AtomicU64,
    burst: AtomicU64,
    /// The theoretical arrival time, in nanoseconds of the clock, and `version` strides more, round the end of the number.
    ///
    /// Whoever reckoned under a quota before this one finds another word here, even where the time is the same, and
    /// begins again. Two times that are less than an hour apart could be confused only if the quota changed more than a
    /// million times during one call.
    word: AtomicU64,
}

/// What was seen at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) quota: Quota,
    /// See [`gcra`](super::gcra).
    pub(super) arrival: u64,
    version: u64,
}

const fn seal(arrival: u64, version: u64) -> u64 {
    arrival.wrapping_add(version.wrapping_mul(STRIDE))
}

const fn open(word: u64, version: u64) -> u64 {
    word.wrapping_sub(version.wrapping_mul(STRIDE))
}

impl State {
    pub(super) fn new(quota: Quota) -> Self {
        Self {
            change: Mutex::new(()),
            version: AtomicU64::new(0),
            interval: AtomicU64::new(quota.cost(1)),
            burst: AtomicU64::new(quota.burst().get().into()),
            word: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(super) fn read(&self) -> Seen {
        loop {
            let version = self.version.load(Acquire);
            let (interval, burst) = (self.interval.load(Acquire), self.burst.load(Acquire));
            let word = self.word.load(Acquire);
            if version.is_multiple_of(2) && self.version.load(Acquire) == version {
                let burst = u32::try_from(burst).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
                return Seen {
                    quota: Quota::from_parts(burst, interval),
                    arrival: open(word, version),
                    version,
                };
            }
            // Whoever changes it may have lost the processor: waits for them, and does not spin.
            drop(self.change.lock());
        }
    }

    /// Replaces the arrival time by what `step` makes of it, and gives the rest of its answer.
    #[inline]
    pub(super) fn update<T, E>(&self, step: impl Fn(&Seen) -> Result<(u64, T), E>) -> Result<T, E> {
        loop {
            let seen = self.read();
            let (next, answer) = step(&seen)?;
            let (old, new) = (seal(seen.arrival, seen.version), seal(next, seen.version));
            if self.word.compare_exchange_weak(old, new, AcqRel, Relaxed).is_ok() {
                return Ok(answer);
            }
        }
    }

    /// Replaces the quota, and the arrival time by what `convert` makes of the old quota and it. Gives the old quota.
    pub(super) fn change(&self, quota: Quota, convert: impl Fn(&Quota, u64) -> u64) -> Quota {
        let _change = self.change.lock();
        let Seen { quota: old, version, .. } = self.read();
        self.version.store(version.wrapping_add(1), Release);
        self.interval.store(quota.cost(1), Release);
        self.burst.store(quota.burst().get().into(), Release);
        // Whoever has read the old quota may still use it until here, and is converted with the rest.
        let next = version.wrapping_add(2);
        let replace = |word| Some(seal(convert(&old, open(word, version)), next));
        // Cannot fail: the closure always has an answer.
        let _ = self.word.fetch_update(AcqRel, Acquire, replace);
        self.version.store(next, Release);
        old
    }
}
