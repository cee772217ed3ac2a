use std::cmp::Ordering;

use crate::bucket::{BUCKETS, highest, index, lowest, middle};

/// How often which values came: a snapshot of a [`Histogram`](crate::Histogram), or several of them merged.
///
/// Merging adds counts bucket by bucket, so that a percentile of what was merged is as good as one of what was recorded
/// in one place; no percentile is ever an average of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Bucket and count, in order of buckets, without zeros.
    counts: Vec<(u16, u64)>,
    count: u64,
    sum: u64,
}

/// Bytes that no distribution was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedDistribution;

impl std::fmt::Display for DamagedDistribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("these bytes are no distribution")
    }
}

impl std::error::Error for DamagedDistribution {}

impl Distribution {
    /// In order of buckets, without zeros.
    pub(crate) fn from_counts(counts: Vec<(u16, u64)>, sum: u64) -> Self {
        let count = counts.iter().fold(0_u64, |all, (_, count)| all.saturating_add(*count));
        Self { counts, count, sum }
    }

    /// How many values came.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All values added up, modulo 2^64: in nanoseconds, that is after 584 years.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The mean, exact; `None` when nothing came.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The value that `percent` of all values do not exceed, by nearest rank, within 1 %. Below 0 is 0, above 100 is 100.
    /// `None` when nothing came.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        // What rounding may have added is taken away: 7 % of 100 values is the 7th, which 0.07 times 100 is not.
        let rank = percent.clamp(0.0, 100.0) * self.count as f64 / 100.0 * (1.0 - 2.0 * f64::EPSILON);
        let rank = (rank.ceil() as u64).clamp(1, self.count.max(1));
        let mut below = 0_u64;
        let reached = |(_, count): &&(u16, u64)| {
            below = below.saturating_add(*count);
            below >= rank
        };
        self.counts.iter().find(reached).map(|(bucket, _)| middle(*bucket))
    }

    /// The largest value, within 1 %; `None` when nothing came.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.counts.last().map(|(bucket, _)| middle(*bucket))
    }

    /// The smallest value, within 1 %; `None` when nothing came.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.counts.first().map(|(bucket, _)| middle(*bucket))
    }

    /// How many values were `bound` at most, where `bound` may be taken for one up to 1.6 % larger.
    #[must_use]
    pub fn count_at_most(&self, bound: u64) -> u64 {
        let last = index(bound);
        let counted = self.counts.iter().take_while(|(bucket, _)| *bucket <= last);
        counted.fold(0, |all, (_, count)| all.saturating_add(*count))
    }

    /// Adds what `other` counted.
    pub fn merge(&mut self, other: &Self) {
        let mut merged = Vec::with_capacity(self.counts.len().max(other.counts.len()));
        let (mut ours, mut theirs) = (self.counts.iter().peekable(), other.counts.iter().peekable());
        loop {
            let next = match (ours.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((our, _)), Some((their, _))) => our.cmp(their),
            };
            let our = if next.is_le() { ours.next() } else { None };
            let their = if next.is_ge() { theirs.next() } else { None };
            let bucket = our.or(their).map_or(0, |(bucket, _)| *bucket);
            let [our, their] = [our, their].map(|part| part.map_or(0, |(_, count)| *count));
            merged.push((bucket, our.saturating_add(their)));
        }
        *self = Self::from_counts(merged, self.sum.wrapping_add(other.sum));
    }

    /// What came after `earlier`, which is a snapshot of the same histogram.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut before = earlier.counts.iter().peekable();
        let left = self.counts.iter().filter_map(|(bucket, count)| {
            while before.next_if(|(earlier, _)| earlier < bucket).is_some() {}
            let gone = before.next_if(|(earlier, _)| earlier == bucket).map_or(0, |(_, count)| *count);
            let left = count.saturating_sub(gone);
            (left > 0).then_some((*bucket, left))
        });
        Self::from_counts(left.collect(), self.sum.wrapping_sub(earlier.sum))
    }

    /// The fewest bytes that hold it: two or three for each bucket that has counted something.
    #[must_use]
    pub fn to_bytes(&self) -> Box<[u8]> {
        let mut bytes = Vec::with_capacity(10 + 3 * self.counts.len());
        push(&mut bytes, self.sum);
        let mut next = 0;
        for (bucket, count) in &self.counts {
            push(&mut bytes, u64::from(bucket - next));
            push(&mut bytes, *count);
            next = bucket + 1;
        }
        bytes.into_boxed_slice()
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// When these are not such bytes.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, DamagedDistribution> {
        let sum = pull(&mut bytes)?;
        let (mut counts, mut next) = (Vec::new(), 0_u64);
        while !bytes.is_empty() {
            let bucket = pull(&mut bytes)?.checked_add(next).filter(|bucket| *bucket < BUCKETS as u64);
            let bucket = bucket.ok_or(DamagedDistribution)?;
            counts.push((bucket as u16, pull(&mut bytes)?));
            next = bucket + 1;
        }
        Ok(Self::from_counts(counts, sum))
    }

    /// The buckets that counted something, in order: smallest and largest value, and how many came.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.counts.iter().map(|(bucket, count)| (lowest(*bucket), highest(*bucket), *count))
    }
}

/// LEB128: seven bits a byte, the lowest first.
fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn pull(bytes: &mut &[u8]) -> Result<u64, DamagedDistribution> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(DamagedDistribution)?;
        *bytes = rest;
        let bits = u64::from(first & 0x7f);
        if bits << shift >> shift != bits {
            break;
        }
        number |= bits << shift;
        if first & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(DamagedDistribution)
}
