use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::{AdaptiveThrottle, CallError, Policy, Verdict};
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn throttle(factor: f64) -> AdaptiveThrottle {
    AdaptiveThrottle::new(MINUTE * 2, factor, 7).unwrap()
}

/// Counts so many requests of which so many were accepted. Turned-away ones are requests too.
pub(crate) fn probability(factor: f64, requests: u64, accepts: u64) -> f64 {
    let (throttle, now) = (throttle(factor), Instant::default());
    for number in 0..requests {
        if let Ok(permit) = throttle.admit(now) {
            // The accepted ones first: none of them is turned away then.
            let verdict = if number < accepts { Verdict::Success } else { Verdict::Failure };
            throttle.record(permit, verdict, now);
        }
    }
    throttle.probability(now).get()
}

#[test]
fn a_healthy_dependency_is_never_spared() {
    let (throttle, clock) = (throttle(2.0), ManualClock::new());
    let mut turn = [true, false].into_iter().cycle();
    for _ in 0..1000 {
        let answer = throttle.call(&clock, || if turn.next() == Some(true) { Ok(()) } else { Err(()) });
        assert!(!matches!(answer, Err(CallError::Rejected(_))), "half of the calls succeed, and K is 2");
    }
}

#[test]
fn what_is_long_ago_is_forgotten() {
    let (throttle, clock) = (throttle(2.0), ManualClock::new());
    for _ in 0..100 {
        let _ = throttle.call(&clock, || Err::<(), _>(()));
    }
    assert!(throttle.probability(clock.now()).get() > 0.9);
    clock.advance(MINUTE * 2);
    assert_eq!(throttle.probability(clock.now()).get(), 0.0);
}

#[test]
fn what_never_was_or_says_nothing_counts_nothing() {
    let (throttle, clock) = (throttle(1.0), ManualClock::new());
    drop(throttle.admit(clock.now()));
    let ignore = |_: &Result<(), ()>| Verdict::Ignore;
    assert_eq!(throttle.call_judged(&clock, &ignore, || Err(())), Err(CallError::Failed(())));
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut call = pin!(throttle.call_async(&clock, pending::<Result<(), ()>>));
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(throttle.probability(clock.now()).get(), 0.0);
    let mut call = pin!(throttle.call_async(&clock, || ready(Err::<(), _>(()))));
    assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Err(CallError::Failed(()))));
    assert_eq!(throttle.probability(clock.now()).get(), 0.5);
}

#[test]
fn a_panic_is_a_failure_and_goes_on() {
    let (throttle, clock) = (throttle(1.0), ManualClock::new());
    let call = || throttle.call(&clock, || -> Result<(), ()> { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(throttle.probability(clock.now()).get(), 0.5);
}

#[test]
fn the_same_seed_draws_the_same() {
    let draws = || {
        let throttle = throttle(1.0);
        let now = Instant::default();
        let draw =
            || throttle.admit(now).map(|permit| throttle.record(permit, Verdict::Failure, now)).is_ok();
        [(); 64].map(|()| draw())
    };
    assert_eq!(draws(), draws());
    assert!(draws().contains(&false));
}

#[test]
fn a_factor_that_turns_away_the_healthy_is_refused() {
    for factor in [0.0, 0.99, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(AdaptiveThrottle::new(MINUTE, factor, 0).unwrap_err().option, "factor");
    }
}

#[test]
fn a_window_in_which_nothing_adds_up_is_refused() {
    for window in [Duration::ZERO, Duration::from_micros(999)] {
        assert_eq!(AdaptiveThrottle::new(window, 2.0, 0).unwrap_err().option, "window");
    }
    assert!(AdaptiveThrottle::new(Duration::from_millis(1), 2.0, 0).is_ok());
}
