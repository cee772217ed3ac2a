//! When the clock is looked at.

use enhanced_config_clock::{Clock, Instant, ManualClock, Sleep};
use enhanced_config_fault_tolerance::breaker::Trip;
use enhanced_config_fault_tolerance::pipeline::{Cause, Refusal};
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::timeout::{Limit, TimedOut};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, Bulkhead, BulkheadOptions, CircuitBreaker, Pipeline, Quota, RateLimiter, Ratio,
    RetryBudget, RetryOptions, RetryPolicy, TotalTimeout, bulkhead,
};
use std::collections::VecDeque;
use std::future::{Future, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Counts how often it is looked at.
#[derive(Default)]
struct Counted {
    clock: ManualClock,
    looks: AtomicU64,
}

impl Counted {
    fn looks(&self) -> u64 {
        self.looks.swap(0, SeqCst)
    }
}

impl Clock for Counted {
    fn now(&self) -> Instant {
        self.looks.fetch_add(1, SeqCst);
        self.clock.now()
    }
}

impl Sleep for Counted {
    fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration);
    }
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn retry(attempts: u32) -> RetryPolicy {
    let waits = Backoff::constant(SECOND);
    RetryPolicy::new(RetryOptions::default().with_max_attempts(attempts).with_backoff(waits))
}

fn one_a_second() -> RateLimiter {
    RateLimiter::new(Quota::every(SECOND))
}

#[test]
fn all_policies_together_look_once_before_a_call_and_once_after_it() {
    let slow = Trip::at_ratio(Ratio::HALF, 10).with_slow(SECOND, Ratio::HALF);
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(TotalTimeout::new(SECOND * 9).unwrap())
        .with(retry(3).with_budget(Arc::new(RetryBudget::new(Ratio::HALF, 1))))
        .with(Bulkhead::default())
        .with(RateLimiter::new(Quota::per_second(100.try_into().unwrap())))
        .with(CircuitBreaker::new(BreakerOptions::default().with_trip(slow)).unwrap());
    let clock = Counted::default();
    pipeline.call(&clock, || Ok::<_, ()>(())).unwrap();
    assert_eq!(clock.looks(), 2);
    let never = |_: Duration| pending::<()>();
    assert!(poll(pipeline.call_async(&clock, &never, || ready(Ok::<_, ()>(())))).is_ready());
    // That a future is in time its timer says.
    assert_eq!(clock.looks(), 2);
}

/// A limit of one a second lets through all of those who wait for a second: if it knows that they did.
#[test]
fn every_attempt_is_asked_for_at_its_own_time() {
    let clock = ManualClock::new();
    let pipeline = Pipeline::new(Safety::Idempotent).with(retry(4)).with(one_a_second());
    let fails = || Err::<(), _>("refused");
    let error = pipeline.call(&clock, fails).unwrap_err().retries.unwrap();
    assert_eq!((error.history.attempts(), error.refused), (4, 0));
    clock.advance(SECOND);
    let sleep = |wait| {
        clock.advance(wait);
        ready(())
    };
    let Poll::Ready(result) = poll(pipeline.call_async(&clock, &sleep, || ready(fails()))) else {
        panic!("nothing is waited for")
    };
    let error = result.unwrap_err().retries.unwrap();
    assert_eq!((error.history.attempts(), error.refused), (4, 0));
    let began = error.history.last().iter().map(|attempt| attempt.began);
    assert!(began.eq([0, 1, 2, 3].map(|seconds| SECOND * seconds)));
}

/// Begins at nought; when it is later, the only place comes free.
struct Later<'a> {
    /// In milliseconds, what it shows at each look.
    looks: Mutex<VecDeque<u64>>,
    place: Mutex<Option<bulkhead::Permit<'a>>>,
}

impl<'a> Later<'a> {
    fn new<const N: usize>(looks: [u64; N], place: bulkhead::Permit<'a>) -> Self {
        Self { looks: Mutex::new(looks.into()), place: Mutex::new(Some(place)) }
    }
}

impl Clock for Later<'_> {
    fn now(&self) -> Instant {
        let now = self.looks.lock().unwrap().pop_front().expect("one more look");
        if now > 0 {
            *self.place.lock().unwrap() = None;
        }
        Instant::default() + Duration::from_millis(now)
    }
}

impl Sleep for Later<'_> {
    fn sleep(&self, _: Duration) {}
}

fn one_place() -> Arc<Bulkhead> {
    let options = BulkheadOptions::default().with_max_in_flight(1).with_max_waiting(1);
    Arc::new(Bulkhead::new(options.with_max_wait(SECOND * 9)).unwrap())
}

#[test]
fn whoever_waited_for_a_place_asks_what_is_inside_at_the_time_it_is_then() {
    let (bulkhead, limiter) = (one_place(), Arc::new(one_a_second()));
    limiter.check(Instant::default()).unwrap();
    let clock = Later::new([0, 1000, 1000], bulkhead.admit().unwrap());
    let pipeline = Pipeline::new(Safety::Idempotent).with(bulkhead.clone()).with(limiter.clone());
    assert_eq!(pipeline.call(&clock, || Ok::<_, ()>(())), Ok(()));
}

#[test]
fn nothing_is_attempted_once_the_time_for_all_attempts_is_over() {
    let bulkhead = one_place();
    // In time for the place, and too late for an attempt.
    let clock = Later::new([0, 0, 8999, 9000, 9000], bulkhead.admit().unwrap());
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(TotalTimeout::new(SECOND * 9).unwrap())
        .with(bulkhead.clone())
        .with(retry(3));
    let error = pipeline.call(&clock, || -> Result<(), String> { panic!("too late") });
    let error = error.unwrap_err();
    let after = TimedOut { limit: Limit::Total, after: SECOND * 9 };
    assert_eq!(error.cause, Cause::Refused(Refusal::Timeout(after)));
    assert_eq!(error.to_string(), "operation timed out after 9s, before it could begin");
    assert_eq!(bulkhead.snapshot().in_flight, 0);
}

#[test]
fn a_future_that_waited_for_a_place_asks_what_is_inside_at_the_time_it_is_then() {
    let (bulkhead, limiter, clock) = (one_place(), Arc::new(one_a_second()), ManualClock::new());
    limiter.check(clock.now()).unwrap();
    let place = bulkhead.admit().unwrap();
    let pipeline = Pipeline::new(Safety::Idempotent).with(bulkhead.clone()).with(limiter.clone());
    let never = |_: Duration| pending::<()>();
    let mut call = pin!(pipeline.call_async(&clock, &never, || ready(Ok::<_, ()>(()))));
    let mut context = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
    clock.advance(SECOND);
    drop(place);
    assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(())));
}

#[test]
fn a_future_that_is_dropped_gives_back_what_is_left_by_then() {
    let clock = ManualClock::new();
    let limiter = Arc::new(RateLimiter::new(Quota::every(SECOND).with_burst(2.try_into().unwrap())));
    let pipeline = Pipeline::new(Safety::Idempotent).with(limiter.clone());
    let never = |_: Duration| pending::<()>();
    let mut call = Box::pin(pipeline.call_async(&clock, &never, pending::<Result<(), ()>>));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clock.advance(SECOND * 10);
    limiter.check_n(2, clock.now()).unwrap();
    drop(call);
    // What it took has been earned long since, and is not earned twice.
    assert!(limiter.check(clock.now()).is_err());
}

#[test]
fn a_panic_happens_when_it_happens() {
    let options = BreakerOptions::default().with_trip(Trip::at_consecutive(1));
    let breaker = || Arc::new(CircuitBreaker::new(options).unwrap());
    let opened = |asynchronous: bool| {
        let (clock, breaker) = (ManualClock::new(), breaker());
        let pipeline = Pipeline::new(Safety::Idempotent).with(one_a_second()).with(breaker.clone());
        let work = || -> Result<(), ()> {
            clock.advance(SECOND * 5);
            panic!("on purpose")
        };
        let never = |_: Duration| pending::<()>();
        let call = || match asynchronous {
            true => assert!(poll(pipeline.call_async(&clock, &never, || async { work() })).is_ready()),
            false => pipeline.call(&clock, work).unwrap(),
        };
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
        breaker.snapshot(clock.now()).since
    };
    assert_eq!([opened(false), opened(true)], [Instant::default() + SECOND * 5; 2]);
}
