use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::bucket::{OCTAVES, STEPS, place};
use crate::counter::usual_threads;
use crate::{Distribution, thread_number};

/// Counts how often which values came, so that percentiles can be told within 1 %.
///
/// A thread with a low [`thread_number`] has buckets of its own, so that recording is a few loads and stores. Memory is
/// taken for each thread that records and each doubling that a value falls in: 0.5 KB a doubling, 30 KB a thread at
/// most, and nothing more ever.
///
/// Durations are recorded in nanoseconds.
pub struct Histogram {
    own: Box<[OnceLock<Box<Replica>>]>,
    shared: OnceLock<Box<Replica>>,
}

/// What one thread recorded. Two lines apart from the next, because processors fetch lines in pairs.
#[repr(align(128))]
struct Replica {
    sum: AtomicU64,
    octaves: [OnceLock<Box<Octave>>; OCTAVES],
}

type Octave = [AtomicU64; STEPS];

impl Histogram {
    /// With buckets of their own for as many threads as a [`Counter`](crate::Counter) has lines for.
    #[must_use]
    pub fn new() -> Self {
        Self::for_threads(usual_threads())
    }

    /// With buckets of their own for so many threads; the others share.
    #[must_use]
    pub fn for_threads(threads: usize) -> Self {
        let own = (0..threads.min(crate::NUMBERS)).map(|_| OnceLock::new()).collect();
        Self { own, shared: OnceLock::new() }
    }

    /// Counts `value`.
    #[inline]
    pub fn record(&self, value: u64) {
        let (octave, step) = place(value);
        match self.own.get(thread_number()) {
            Some(own) => {
                let replica = own.get_or_init(Replica::new);
                let add = |to: &AtomicU64, more| {
                    to.store(to.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed)
                };
                replica.with(octave, step, |bucket| add(bucket, 1));
                add(&replica.sum, value);
            }
            None => {
                let replica = self.shared.get_or_init(Replica::new);
                replica.with(octave, step, |bucket| {
                    bucket.fetch_add(1, Ordering::Relaxed);
                });
                replica.sum.fetch_add(value, Ordering::Relaxed);
            }
        }
    }

    /// Counts `duration` in nanoseconds; 584 years are the longest.
    #[inline]
    pub fn record_duration(&self, duration: Duration) {
        let nanos = duration
            .as_secs()
            .saturating_mul(1_000_000_000)
            .saturating_add(u64::from(duration.subsec_nanos()));
        self.record(nanos);
    }

    /// All that was recorded until now.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        let replicas: Vec<&Replica> = self
            .own
            .iter()
            .chain([&self.shared])
            .filter_map(OnceLock::get)
            .map(|replica| &**replica)
            .collect();
        let mut counts = Vec::new();
        for number in 0..OCTAVES {
            let mut sums = [0_u64; STEPS];
            for octave in replicas.iter().filter_map(|replica| replica.octaves.get(number)?.get()) {
                for (sum, count) in sums.iter_mut().zip(octave.iter()) {
                    *sum += count.load(Ordering::Relaxed);
                }
            }
            let counted = sums.iter().enumerate().filter(|(_, count)| **count > 0);
            counts.extend(counted.map(|(step, count)| ((number * STEPS + step) as u16, *count)));
        }
        let sum =
            replicas.iter().fold(0_u64, |sum, replica| sum.wrapping_add(replica.sum.load(Ordering::Relaxed)));
        Distribution::from_counts(counts, sum)
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Histogram").field(&self.distribution()).finish()
    }
}

impl Replica {
    fn new() -> Box<Self> {
        Box::new(Self { sum: AtomicU64::new(0), octaves: [const { OnceLock::new() }; OCTAVES] })
    }

    #[inline]
    fn with(&self, octave: usize, step: usize, record: impl FnOnce(&AtomicU64)) {
        // Both are always there: `place` gives nothing outside.
        if let Some(octave) = self.octaves.get(octave) {
            let octave = octave.get_or_init(|| Box::new([const { AtomicU64::new(0) }; STEPS]));
            octave.get(step).map(record);
        }
    }
}
