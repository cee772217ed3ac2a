use enhanced_config_clock::Instant;
use enhanced_config_monitor::history::{History, HistoryOptions, Reading, Summary, Tier};
use enhanced_config_monitor::meter::Histogram;
use proptest::prelude::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn at(seconds: u64) -> Instant {
    Instant::default() + Duration::from_secs(seconds)
}

fn history() -> History {
    History::new(HistoryOptions::default())
}

#[test]
fn a_day_is_known_and_no_more() {
    let mut history = history();
    for second in (0..3 * 86_400).step_by(5) {
        history.record(at(second), "loads", Reading::Total(second));
    }
    let end = at(3 * 86_400 - 5);
    assert_eq!(history.summary("loads", end - DAY).unwrap().total(), 25 * 3600, "whole hours");
    assert_eq!(history.summary("loads", Instant::default()).unwrap().total(), 25 * 3600, "and not more");
}

#[test]
fn recent_steps_are_fine_and_old_ones_coarse() {
    let mut history = history();
    for second in (0..=86_400).step_by(5) {
        history.record(at(second), "loads", Reading::Total(second));
    }
    let widths =
        [5 * 60, 3600, 10 * 3600].map(|ago| history.steps("loads", at(86_400 - ago))[0].width.as_secs());
    assert_eq!(widths, [5, 60, 3600]);
}

#[test]
fn percentiles_of_an_hour_are_those_of_all_values_in_it() {
    let (mut history, histogram) = (history(), Histogram::new());
    let mut values = Vec::new();
    let mut state = 88_172_645_463_325_252_u64;
    for second in 0..7200 {
        for _ in 0..3 {
            // xorshift64, Marsaglia 2003
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let value = 1000 + (state >> (34 + state % 20));
            histogram.record(value);
            values.push((second, value));
        }
        history.record(at(second), "load", Reading::Distribution(histogram.distribution()));
    }
    let mut recent: Vec<u64> =
        values.iter().filter(|(second, _)| *second >= 3600).map(|(_, value)| *value).collect();
    recent.sort_unstable();
    let told = history.summary("load", at(3600)).unwrap().quantiles().unwrap();
    assert_eq!(told.count, recent.len() as u64);
    for (percent, told) in [(50, told.p50), (95, told.p95), (99, told.p99)] {
        let exact = recent[(percent * recent.len()).div_ceil(100) - 1];
        assert!(told.abs_diff(exact) <= exact / 100, "p{percent}: {told} for {exact}");
    }
}

#[test]
fn levels_keep_their_extremes() {
    let mut history = history();
    for second in 0..7200 {
        let level = if second == 100 { 99.0 } else { f64::from(u32::try_from(second).unwrap() % 10) };
        history.record(at(second), "cpu", Reading::Level(level));
    }
    let Some(Summary::Level { last, min, max, readings, .. }) = history.summary("cpu", at(0)) else {
        panic!()
    };
    assert_eq!((last, min, max, readings), (9.0, 0.0, 99.0, 7200));
}

#[test]
fn a_restarted_total_counts_from_zero() {
    let mut history = history();
    for (second, total) in [(0, 10), (1, 15), (2, 3), (3, 4)] {
        history.record(at(second), "loads", Reading::Total(total));
    }
    assert_eq!(history.summary("loads", at(0)).unwrap().total(), 15 + 4);
}

#[test]
fn a_series_of_another_kind_is_a_new_one() {
    let mut history = history();
    history.record(at(0), "x", Reading::Total(10));
    history.record(at(1), "x", Reading::Level(0.5));
    assert_eq!(history.summary("x", at(0)).unwrap().figure(), Some(0.5));
}

#[test]
fn time_that_goes_back_counts_as_the_latest() {
    let mut history = history();
    history.record(at(100), "x", Reading::Total(1));
    history.record(at(50), "x", Reading::Total(3));
    assert_eq!(history.steps("x", at(0)).len(), 1);
    assert_eq!(history.summary("x", at(100)).unwrap().total(), 3);
}

#[test]
fn there_are_no_more_series_than_allowed() {
    let mut history = History::new(HistoryOptions::default().with_max_series(2));
    for name in ["a", "b", "c", "a", "c"] {
        history.record(at(0), name, Reading::Level(1.0));
    }
    assert_eq!((history.names().collect::<Vec<_>>(), history.refused()), (vec!["a", "b"], 2));
    history.forget("a");
    history.record(at(0), "c", Reading::Level(1.0));
    assert_eq!(history.names().collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn thirty_days_stay_within_the_bound_even_with_every_bucket_in_use() {
    let mut options = HistoryOptions::default().with_max_series(2);
    // More than the histograms have room for.
    options.hours.steps = 30 * 24;
    let (mut history, histogram) = (History::new(options.clone()), Histogram::for_threads(0));
    let (mut most, mut number) = (0, 0_u64);
    for hour in 0..30 * 24 {
        for _ in 0..2000 {
            // Every magnitude and every bucket, in turn.
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            histogram.record(number >> ((number >> 20) % 64));
        }
        history.record(at(3600 * hour), "load", Reading::Distribution(histogram.distribution()));
        history.record(at(3600 * hour), "cpu", Reading::Level(hour as f64));
        most = most.max(history.bytes());
    }
    assert!(most <= options.bound(), "{most} bytes of {}", options.bound());
    assert!(most > options.bound() / 3, "{most} bytes: the bound says nothing about {}", options.bound());
    let (histograms, levels) = (history.steps("load", at(0)), history.steps("cpu", at(0)));
    assert_eq!(levels.len(), 30 * 24, "what takes little is all there");
    assert!((24..30 * 24).contains(&histograms.len()), "{} hours of histograms", histograms.len());
    assert!(histograms.iter().all(|step| step.summary.total() == 2000), "and each is whole");
}

#[test]
fn a_million_intervals_take_no_more_than_a_day_does() {
    let mut history = history();
    let mut after_a_day = 0;
    for interval in 0..1_000_000 {
        history.record(at(5 * interval), "loads", Reading::Total(interval));
        if at(5 * interval) == Instant::default() + 2 * DAY {
            after_a_day = history.bytes();
        }
    }
    assert_eq!(history.bytes(), after_a_day);
}

#[test]
fn a_bound_that_cannot_be_counted_is_the_largest_number() {
    let mut options = HistoryOptions::default();
    (options.hours.steps, options.distribution_bytes) = (usize::MAX, usize::MAX);
    assert_eq!(options.bound(), usize::MAX);
    let mut history = History::new(options);
    history.record(at(0), "x", Reading::Level(1.0));
    assert_eq!(history.summary("x", at(0)).unwrap().figure(), Some(1.0));
}

#[test]
fn options_can_be_read_in_part() {
    let options: HistoryOptions = serde_json::from_str(r#"{"max_series": 3}"#).unwrap();
    assert_eq!(options, HistoryOptions::default().with_max_series(3));
    assert!(serde_json::from_str::<HistoryOptions>(r#"{"max_sries": 3}"#).is_err(), "a slip");
    assert_eq!(HistoryOptions::default().with_interval(SECOND).raw, Tier { step: SECOND, steps: 72 });
}

proptest! {
    /// Whatever came when: each tier knows all that is no older than it reaches.
    #[test]
    fn nothing_recent_is_lost(gaps in proptest::collection::vec(0..500_u64, 1..200), ago in 0..20 * 3600_u64) {
        let mut history = history();
        let (mut now, mut times) = (0, Vec::new());
        for (total, gap) in gaps.into_iter().enumerate() {
            now += gap;
            times.push(now);
            history.record(at(now), "x", Reading::Total(total as u64 + 1));
        }
        let from = at(now.saturating_sub(ago));
        let steps = history.steps("x", from);
        let counted: u64 = steps.iter().map(|step| step.summary.total()).sum();
        let start = steps[0].start;
        let came = times.iter().filter(|time| at(**time) >= start).count() as u64;
        prop_assert_eq!(counted, came);
        let missed = times.iter().filter(|time| at(**time) >= from).any(|time| at(*time) < start);
        prop_assert!(!missed, "from {:?}, steps start at {:?}", from, start);
        prop_assert!(from - start < HOUR);
    }
}
