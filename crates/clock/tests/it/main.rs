//! What both clocks promise.

use enhanced_config_clock::{Clock, Instant, ManualClock, Sleep, SystemClock};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

#[test]
fn arithmetic_is_exact_within_range() {
    assert_eq!(at(5) + Duration::from_nanos(7), at(12));
    assert_eq!(at(12) - Duration::from_nanos(7), at(5));
    assert_eq!(at(12) - at(5), Duration::from_nanos(7));
    assert_eq!(at(0) + Duration::new(3, 4), at(3_000_000_004));
}

#[test]
fn arithmetic_saturates_at_both_ends() {
    assert_eq!(at(5) - SECOND, at(0));
    assert_eq!(at(5) - at(9), Duration::ZERO);
    assert_eq!(at(5) + Duration::MAX, at(u64::MAX));
    assert_eq!(at(u64::MAX) + Duration::from_nanos(1), at(u64::MAX));
}

#[test]
fn manual_clock_moves_only_when_told() {
    let clock = ManualClock::new();
    let start = clock.now();
    assert_eq!(clock.now(), start);
    clock.advance(SECOND);
    assert_eq!(clock.now() - start, SECOND);
    clock.advance(Duration::MAX);
    clock.advance(SECOND);
    assert_eq!(clock.now(), at(u64::MAX), "time does not wrap");
}

#[test]
fn sleeping_on_a_manual_clock_advances_it() {
    let clock = ManualClock::new();
    clock.sleep(Duration::from_secs(3600));
    assert_eq!(clock.now() - Instant::default(), Duration::from_secs(3600));
}

#[test]
fn sleeps_of_several_threads_add_up() {
    let clock = ManualClock::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| clock.sleep(Duration::from_nanos(3))));
        }
    });
    assert_eq!(clock.now(), at(12_000));
}

#[test]
fn system_clock_never_goes_back_and_is_shared() {
    let (one, other) = (SystemClock, SystemClock);
    let mut last = one.now();
    for _ in 0..10_000 {
        let now = other.now();
        assert!(now >= last);
        last = now;
    }
}

#[test]
fn system_clock_sleeps_at_least_as_long_as_asked() {
    let start = SystemClock.now();
    SystemClock.sleep(Duration::from_millis(2));
    assert!(SystemClock.now() - start >= Duration::from_millis(2));
}

#[test]
fn references_and_arcs_are_clocks_too() {
    fn wait(clock: impl Clock + Sleep) -> Instant {
        clock.sleep(SECOND);
        clock.now()
    }
    let clock = Arc::new(ManualClock::new());
    assert_eq!(wait(&*clock), at(1_000_000_000));
    assert_eq!(wait(Arc::clone(&clock)), at(2_000_000_000));
    let shared: Arc<dyn Clock> = clock;
    assert_eq!(shared.now(), at(2_000_000_000));
}

#[test]
fn types_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(Instant, SystemClock, ManualClock)>();
    check::<(Arc<dyn Clock>, Arc<dyn Sleep>)>();
    assert_eq!(size_of::<Instant>(), 8);
}
