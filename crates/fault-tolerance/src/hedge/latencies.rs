use crate::Ratio;
use crate::sync::{AtomicU64, Mutex};
use std::sync::atomic::Ordering::{Acquire, Release};
use std::time::Duration;

/// How finely times are told apart: an eighth of an octave, so that what is said is at most 12.5 % too long.
const PARTS: u64 = 8;
/// Times are counted in 1,024 ns.
const UNIT: u32 = 10;
/// As many as a byte tells apart: up to two and a half hours, and everything above.
const BUCKETS: usize = 256;

/// Within which time a share of the last so many calls has ended.
#[derive(Debug)]
pub(super) struct Latencies {
    share: f64,
    /// Before so many calls not one would be above the share, and nothing is known.
    minimum: u64,
    /// What is known, in nanoseconds; [`UNKNOWN`] if nothing is.
    known: AtomicU64,
    recent: Mutex<Recent>,
}

const UNKNOWN: u64 = u64::MAX;

/// A ring of buckets, by which each call that is pushed out is uncounted.
#[derive(Debug)]
struct Recent {
    ring: Box<[u8]>,
    next: usize,
    counts: Box<[u32; BUCKETS]>,
    total: u64,
}

impl Latencies {
    pub(super) fn new(share: Ratio, calls: u32) -> Self {
        let minimum = (1.0 / (1.0 - share.get())).round().min(f64::from(calls));
        let recent = Recent {
            ring: vec![0; calls as usize].into(),
            next: 0,
            counts: Box::new([0; BUCKETS]),
            total: 0,
        };
        Self {
            share: share.get(),
            minimum: minimum as u64,
            known: AtomicU64::new(UNKNOWN),
            recent: Mutex::new(recent),
        }
    }

    pub(super) fn record(&self, took: Duration) {
        let mut recent = self.recent.lock();
        recent.push(bucket(took));
        if recent.total >= self.minimum {
            self.known.store(recent.share(self.share), Release);
        }
    }

    pub(super) fn get(&self) -> Option<Duration> {
        let known = self.known.load(Acquire);
        (known != UNKNOWN).then(|| Duration::from_nanos(known))
    }
}

impl Recent {
    fn push(&mut self, bucket: u8) {
        let Some(place) = self.ring.get_mut(self.next) else { return };
        let pushed_out = std::mem::replace(place, bucket);
        if self.total == self.ring.len() as u64 {
            self.count(pushed_out, |count| count - 1);
        } else {
            self.total += 1;
        }
        self.count(bucket, |count| count + 1);
        self.next = (self.next + 1) % self.ring.len();
    }

    fn count(&mut self, bucket: u8, change: impl FnOnce(u32) -> u32) {
        if let Some(count) = self.counts.get_mut(usize::from(bucket)) {
            *count = change(*count);
        }
    }

    /// The end of the bucket in which the share is reached.
    fn share(&self, share: f64) -> u64 {
        let rank = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut ended = 0;
        let reached = self.counts.iter().position(|count| {
            ended += u64::from(*count);
            ended >= rank
        });
        end(reached.unwrap_or(BUCKETS - 1) as u64)
    }
}

/// Linear up to [`PARTS`] units, then so many parts of each octave.
fn bucket(took: Duration) -> u8 {
    let units = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) >> UNIT;
    if units < PARTS {
        return units as u8;
    }
    let octave = u64::from(units.ilog2() - PARTS.ilog2());
    let part = (units >> octave) - PARTS;
    u8::try_from((octave + 1) * PARTS + part).unwrap_or(u8::MAX)
}

/// The first nanosecond that is above a bucket.
fn end(bucket: u64) -> u64 {
    let units = match (bucket / PARTS).checked_sub(1) {
        None => bucket + 1,
        Some(octave) => (PARTS + bucket % PARTS + 1) << octave,
    };
    units << UNIT
}
