use enhanced_config_meter::{Counter, Gauge, Histogram};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

#[test]
fn instruments_are_shared_among_threads() {
    const fn check<T: Send + Sync + 'static>() {}
    check::<Counter>();
    check::<Gauge>();
    check::<Histogram>();
}

#[test]
fn a_histogram_loses_nothing_whoever_records() {
    for own in [0, 1, 256] {
        let histogram = Histogram::for_threads(own);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|value| histogram.record(value)));
            }
        });
        let seen = histogram.distribution();
        assert_eq!((seen.count(), seen.sum()), (40_000, 4 * (0..10_000).sum::<u64>()), "{own} of their own");
    }
}

#[test]
fn what_an_ended_thread_recorded_stays() {
    let histogram = Histogram::new();
    for _ in 0..600 {
        thread::scope(|scope| scope.spawn(|| histogram.record(7)).join().unwrap());
    }
    assert_eq!(histogram.distribution().count(), 600);
}

#[test]
fn who_reads_never_sees_a_number_fall() {
    let (counter, histogram, start) = (Counter::new(), Histogram::new(), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            for value in 0..20_000 {
                counter.increment();
                histogram.record(value);
            }
        });
        start.wait();
        let mut last = (0, 0);
        while last.0 < 20_000 {
            let now = (counter.get(), histogram.distribution().count());
            assert!(now.0 >= last.0 && now.1 >= last.1, "{now:?} after {last:?}");
            last = now;
        }
    });
}

#[test]
fn durations_are_nanoseconds_and_saturate() {
    let histogram = Histogram::new();
    histogram.record_duration(Duration::from_nanos(100));
    histogram.record_duration(Duration::MAX);
    let seen = histogram.distribution();
    assert_eq!(seen.min(), Some(100));
    assert!(seen.max().unwrap() > u64::MAX / 100 * 99);
}

#[test]
fn a_gauge_is_what_was_set_last_and_moves_both_ways() {
    let gauge = Gauge::new();
    gauge.set(2.5);
    thread::scope(|scope| {
        for step in [1.0, -1.0] {
            let gauge = &gauge;
            scope.spawn(move || (0..1000).for_each(|_| gauge.add(step)));
        }
    });
    assert_eq!(gauge.get(), 2.5);
}
