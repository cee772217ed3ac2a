//! Many configurations, of which some are asked for much more often than others.

use crate::{emit, generate::generate_sized, prng::Prng};

/// How many configurations there are.
pub const CONFIGS: usize = 256;

/// The JSON texts of all configurations, from 1 to 200 KB, every order of magnitude as often as any other.
pub fn texts() -> Vec<String> {
    let mut rng = Prng::new(0x21bf);
    let mut texts = Vec::with_capacity(CONFIGS);
    for seed in 0..CONFIGS as u64 {
        let bytes = 1_000.0 * 200f64.powf(rng.below(1 << 20) as f64 / (1 << 20) as f64);
        texts.push(emit::json(&generate_sized(seed, bytes as usize)));
    }
    texts
}

/// Numbers of configurations in the order in which they are asked for: the one of rank `r` in proportion to `1 / r`
/// (Zipf's law), whatever its size.
pub fn requests(count: usize) -> Vec<usize> {
    let mut sums: Vec<f64> = Vec::with_capacity(CONFIGS);
    for rank in 1..=CONFIGS {
        sums.push(sums.last().copied().unwrap_or(0.0) + 1.0 / rank as f64);
    }
    let total = sums[CONFIGS - 1];
    let mut rng = Prng::new(0x21bf_0001);
    let mut draw = || {
        let at = rng.below(1 << 30) as f64 / (1u64 << 30) as f64 * total;
        sums.partition_point(|sum| *sum <= at)
    };
    (0..count).map(|_| draw()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_spread() {
        let sizes: Vec<_> = texts().iter().map(String::len).collect();
        let below = |bytes| sizes.iter().filter(|size| **size < bytes).count();
        assert!(sizes.iter().all(|size| (700..230_000).contains(size)), "{sizes:?}");
        assert!((60..140).contains(&below(10_000)) && (190..250).contains(&below(100_000)));
    }

    #[test]
    fn the_first_are_asked_for_most() {
        let requests = requests(100_000);
        let of = |rank| requests.iter().filter(|request| **request == rank).count() as f64;
        // The sum of the first 256 reciprocals is 6.12.
        assert!((of(0) / 16_330.0 - 1.0).abs() < 0.05 && (of(9) / 1_633.0 - 1.0).abs() < 0.15);
        assert!(requests.iter().all(|request| *request < CONFIGS));
    }
}
