use enhanced_config_clock::Instant;
use enhanced_config_monitor::history::{History, HistoryOptions, Reading};
use enhanced_config_monitor::{Direction, Trend};
use std::time::Duration;

fn trend(values: impl Iterator<Item = f64>) -> Option<Trend> {
    let mut history = History::new(HistoryOptions::default());
    for (minute, value) in (0..).zip(values) {
        history.record(Instant::default() + Duration::from_secs(60 * minute), "x", Reading::Level(value));
    }
    Trend::of(&history.steps("x", Instant::default()))
}

/// Between -1 and 1, without a pattern.
fn noise(number: u32) -> f64 {
    f64::from(number.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 23) - 1.0
}

fn check(value: impl Fn(u32) -> f64, expected: Direction) -> Trend {
    let trend = trend((0..60).map(value)).unwrap();
    assert_eq!(trend.direction, expected, "{trend:?}");
    trend
}

#[test]
fn lines_go_where_they_go() {
    let rising = check(|minute| 10.0 + f64::from(minute), Direction::Rising);
    let figures = [rising.from, rising.to, rising.per_hour].map(|figure| figure.round());
    assert_eq!((figures, rising.span), ([10.0, 69.0, 60.0], Duration::from_secs(59 * 60)));
    check(|minute| 100.0 - f64::from(minute), Direction::Falling);
    check(|_| 5.0, Direction::Flat);
    check(|_| 0.0, Direction::Flat);
}

#[test]
fn noise_is_flat_and_does_not_hide_a_trend() {
    check(|minute| 50.0 + 20.0 * noise(minute), Direction::Flat);
    check(|minute| 50.0 + f64::from(minute) + 20.0 * noise(minute), Direction::Rising);
}

#[test]
fn what_moves_by_less_than_a_twentieth_is_flat() {
    check(|minute| 1000.0 + 0.5 * f64::from(minute), Direction::Flat);
}

#[test]
fn three_steps_are_no_trend() {
    assert_eq!(trend([1.0, 2.0, 3.0].into_iter()), None);
    assert_eq!(trend([].into_iter()), None);
    assert_eq!(trend([1.0, 2.0, 3.0, 4.0].into_iter()).unwrap().direction, Direction::Rising);
}
