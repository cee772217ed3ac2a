use enhanced_config_meter::{DamagedDistribution, Distribution, Histogram};
use proptest::collection::vec;
use proptest::prelude::*;

fn of(values: &[u64]) -> Distribution {
    let histogram = Histogram::for_threads(0);
    values.iter().for_each(|value| histogram.record(*value));
    histogram.distribution()
}

/// By nearest rank, from all values; in whole numbers, which round nothing.
fn exact(values: &[u64], tenths: usize) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (tenths * sorted.len()).div_ceil(1000);
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// Of any magnitude, the small ones as often as the large ones.
fn value() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64_u32).prop_map(|(bits, shift)| bits >> shift)
}

proptest! {
    #[test]
    fn percentiles_are_within_one_percent(values in vec(value(), 1..500), tenths in 0..=1000_usize) {
        let told = of(&values).percentile(tenths as f64 / 10.0).unwrap();
        let exact = exact(&values, tenths);
        prop_assert!(told.abs_diff(exact) <= exact / 100, "{told} for {exact}");
    }

    #[test]
    fn merging_is_recording_in_one_place(one in vec(value(), 0..200), two in vec(value(), 0..200)) {
        let mut merged = of(&one);
        merged.merge(&of(&two));
        prop_assert_eq!(merged, of(&[one, two].concat()));
    }

    #[test]
    fn what_came_since_is_what_was_merged(one in vec(value(), 0..200), two in vec(value(), 0..200)) {
        let all = of(&[&one[..], &two[..]].concat());
        prop_assert_eq!(all.since(&of(&one)), of(&two));
    }

    #[test]
    fn bytes_hold_it(values in vec(value(), 0..500)) {
        let it = of(&values);
        prop_assert_eq!(Distribution::from_bytes(&it.to_bytes()), Ok(it));
    }

    #[test]
    fn any_bytes_are_a_distribution_or_damaged(bytes in vec(any::<u8>(), 0..100)) {
        if let Ok(it) = Distribution::from_bytes(&bytes) {
            let _ = (it.percentile(50.0), it.mean(), it.max());
        }
    }

    #[test]
    fn counts_at_most_a_bound(values in vec(value(), 0..200), bound in value()) {
        let told = of(&values).count_at_most(bound);
        let slack = bound.saturating_add(bound / 64);
        let counted = |bound| values.iter().filter(|value| **value <= bound).count() as u64;
        prop_assert!((counted(bound)..=counted(slack)).contains(&told));
    }
}

#[test]
fn every_whole_percentile_of_a_hundred_values_is_one_of_them() {
    let values: Vec<u64> = (1..=100).collect();
    for percent in 1..=100_u32 {
        assert_eq!(of(&values).percentile(f64::from(percent)), Some(u64::from(percent)));
    }
}

#[test]
fn nothing_has_no_percentile() {
    let nothing = of(&[]);
    assert_eq!(
        (nothing.percentile(50.0), nothing.mean(), nothing.min(), nothing.max()),
        (None, None, None, None)
    );
    assert_eq!(Distribution::default(), nothing);
}

#[test]
fn percentiles_of_merged_halves_are_no_averages() {
    // 99 fast and 1 slow beside 100 slow ones: an average of medians would be half of the slow ones' value.
    let mut merged = of(&[[10; 99].as_slice(), &[1000]].concat());
    merged.merge(&of(&[1000; 100]));
    assert_eq!(merged.percentile(49.0), Some(10));
    assert!(merged.percentile(50.0).unwrap().abs_diff(1000) <= 10);
}

#[test]
fn damage_is_noticed() {
    for bytes in [&[][..], &[0x80], &[0, 5], &[0, 0xff, 0xff, 0x7f, 1], &[0xff; 11]] {
        assert_eq!(Distribution::from_bytes(bytes), Err(DamagedDistribution), "{bytes:?}");
    }
}
