use enhanced_config_fault_tolerance::{Backoff, Jitter, Ratio};
use proptest::prelude::*;
use std::time::Duration;

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0u64..10_000).prop_map(Duration::from_millis),
        any::<u64>().prop_map(Duration::from_nanos),
        Just(Duration::MAX)
    ]
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    let factors = prop_oneof![0.0..10.0, Just(f64::NAN), Just(f64::INFINITY), Just(-1.0), Just(1e300)];
    prop_oneof![
        durations().prop_map(Backoff::constant),
        (durations(), durations()).prop_map(|(first, step)| Backoff::linear(first, step)),
        (durations(), factors).prop_map(|(first, factor)| Backoff::exponential(first, factor)),
        durations().prop_map(Backoff::fibonacci),
        durations().prop_map(Backoff::decorrelated),
        Just(Backoff::custom(|retry| Duration::from_nanos(u64::from(retry).pow(3)))),
    ]
}

fn jitters() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        (0u8..=100).prop_map(|percent| Jitter::Proportional(Ratio::percent(percent))),
    ]
}

/// As the program of its authors does it from the same seed: the upper 53 bits of each number.
#[test]
fn waits_are_drawn_by_splitmix64() {
    let backoff = Backoff::constant(Duration::from_nanos(1 << 53)).with_jitter(Jitter::Full);
    let drawn: Vec<_> = backoff.delays(1_234_567).take(5).map(|wait| wait.as_nanos() as u64).collect();
    let numbers: [u64; 5] = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    assert_eq!(drawn, numbers.map(|number| number >> 11));
}

#[test]
fn backoffs_are_equal_when_all_that_they_say_is() {
    let [short, long] = [1, 2].map(Duration::from_secs);
    let all = [
        Backoff::constant(short),
        Backoff::constant(long),
        Backoff::linear(short, short),
        Backoff::linear(short, long),
        Backoff::linear(long, short),
        Backoff::exponential(short, 2.0),
        Backoff::exponential(long, 2.0),
        Backoff::exponential(short, 3.0),
        Backoff::fibonacci(short),
        Backoff::fibonacci(long),
        Backoff::decorrelated(short),
        Backoff::decorrelated(long),
        Backoff::custom(|retry| Duration::from_secs(retry.into())),
        Backoff::custom(|retry| Duration::from_millis(retry.into())),
        Backoff::constant(short).with_cap(long),
        Backoff::constant(short).with_jitter(Jitter::Full),
    ];
    for (at, one) in all.iter().enumerate() {
        for (other_at, other) in all.iter().enumerate() {
            assert_eq!(one == other, at == other_at, "{one:?} {other:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_the_cap(backoff in backoffs(), jitter in jitters(), cap in durations(), seed: u64) {
        let backoff = backoff.with_jitter(jitter).with_cap(cap);
        prop_assert!(backoff.delays(seed).take(100).all(|wait| wait <= cap));
    }

    #[test]
    fn the_same_seed_gives_the_same_waits(backoff in backoffs(), jitter in jitters(), seed: u64) {
        let backoff = backoff.with_jitter(jitter);
        prop_assert!(backoff.delays(seed).take(100).eq(backoff.delays(seed).take(100)));
    }

    #[test]
    fn waits_without_jitter_never_shrink(first in durations(), factor in 1.0..10.0, cap in durations()) {
        for backoff in [Backoff::exponential(first, factor), Backoff::fibonacci(first), Backoff::linear(first, first)] {
            let waits: Vec<_> = backoff.with_cap(cap).delays(0).take(2000).collect();
            prop_assert!(waits.is_sorted());
        }
    }
}
