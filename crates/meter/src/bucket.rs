//! Which values share a bucket.
//!
//! Log-linear, as in HdrHistogram (<https://hdrhistogram.org>): up to 128 each value has a bucket of its own, above that each
//! doubling is cut into 64 buckets of equal width. The middle of a bucket is at most 1/128, or 0.8 %, from any value in
//! it.

/// Buckets in an octave.
pub(crate) const STEPS: usize = 64;
/// Octaves that a `u64` reaches: the first holds 0 to 63, each further one a doubling.
pub(crate) const OCTAVES: usize = 64 - STEP_BITS as usize + 1;
/// All of them.
pub(crate) const BUCKETS: usize = OCTAVES * STEPS;

const STEP_BITS: u32 = STEPS.trailing_zeros();

/// The octave of `value` and the bucket in it.
#[inline]
pub(crate) fn place(value: u64) -> (usize, usize) {
    let octave = (u64::BITS - (value >> STEP_BITS).leading_zeros()) as usize;
    let step = (value >> octave.saturating_sub(1)) as usize & (STEPS - 1);
    (octave, step)
}

/// The bucket of `value` among all.
pub(crate) fn index(value: u64) -> u16 {
    let (octave, step) = place(value);
    (octave * STEPS + step) as u16
}

/// The smallest value of a bucket.
pub(crate) fn lowest(index: u16) -> u64 {
    let (octave, step) = (index as usize / STEPS, index as usize % STEPS);
    match octave {
        0 => step as u64,
        _ => ((STEPS + step) as u64) << (octave - 1),
    }
}

/// The largest value of a bucket.
pub(crate) fn highest(index: u16) -> u64 {
    lowest(index) + (width(index) - 1)
}

/// The value that stands for all of a bucket.
pub(crate) fn middle(index: u16) -> u64 {
    lowest(index) + width(index) / 2
}

fn width(index: u16) -> u64 {
    1 << (index as usize / STEPS).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_exact() {
        for value in 0..128 {
            assert_eq!(
                (lowest(index(value)), middle(index(value)), highest(index(value))),
                (value, value, value)
            );
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for bucket in 1..BUCKETS as u16 {
            assert_eq!(lowest(bucket), highest(bucket - 1) + 1, "bucket {bucket}");
        }
        assert_eq!((lowest(0), highest(BUCKETS as u16 - 1)), (0, u64::MAX));
    }

    #[test]
    fn every_value_lies_in_its_bucket_and_near_its_middle() {
        for shift in 0..64 {
            for value in [
                1 << shift,
                (1 << shift) + 1,
                (1_u64 << shift) - 1,
                u64::MAX >> shift,
                0xDEAD_BEEF_u64 << 32 >> shift,
            ] {
                let bucket = index(value);
                assert!((lowest(bucket)..=highest(bucket)).contains(&value), "{value} in {bucket}");
                assert!(middle(bucket).abs_diff(value) <= value / 128, "{value} from {}", middle(bucket));
            }
        }
    }
}
