//! Neither success nor rejection allocates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::breaker::{Force, HalfOpen, Trip, Window};
use enhanced_config_fault_tolerance::limiter::{KeyedLimiter, SlidingWindow};
use enhanced_config_fault_tolerance::pipeline::{PipelineOptions, StandardPipeline};
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{
    AdaptiveThrottle, AttemptTimeout, BreakerOptions, Bulkhead, BulkheadOptions, CallError, CircuitBreaker,
    GracefulDegradation, Hedge, HedgeDelay, Pipeline, Policy, Quota, RateLimiter, Ratio, RetryBudget,
    RetryOptions, RetryPolicy,
};
use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn allocates_nothing(what: &str, work: impl FnOnce()) {
    let counts = allocation_counter::measure(work);
    assert_eq!(counts.count_total, 0, "{what}");
}

#[test]
fn a_breaker_allocates_nothing_after_it_is_made() {
    let clock = ManualClock::new();
    let seconds = Window::Time { width: Duration::from_secs(1), buckets: 10 };
    let slow = Trip::at_ratio(Ratio::HALF, 10).with_slow(Duration::from_secs(1), Ratio::HALF);
    for options in [
        BreakerOptions::default(),
        BreakerOptions::default().with_window(seconds).with_trip(slow),
        BreakerOptions::default().with_window(Window::Consecutive).with_trip(Trip::at_consecutive(3)),
    ] {
        let breaker = CircuitBreaker::new(options.with_half_open(HalfOpen::all_of(1))).unwrap();
        allocates_nothing("success", || {
            for _ in 0..200 {
                breaker.call(&clock, || Ok::<_, ()>(1)).unwrap();
            }
        });
        allocates_nothing("asynchronous success", || {
            let mut call = pin!(breaker.call_async(&clock, || ready(Ok::<_, ()>(1))));
            let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(poll, Poll::Ready(Ok(1)));
        });
        allocates_nothing("failures until it opens", || {
            while breaker.call(&clock, || Err::<(), _>(())) == Err(CallError::Failed(())) {}
        });
        allocates_nothing("rejection", || {
            assert!(breaker.call(&clock, || Ok::<_, ()>(())).is_err());
        });
        clock.advance(Duration::from_secs(100));
        allocates_nothing("probe", || breaker.call(&clock, || Ok::<_, ()>(())).unwrap());
        allocates_nothing("by hand", || breaker.force(Force::ForcedOpen, clock.now()));
    }
}

#[test]
fn an_operation_that_succeeds_at_once_allocates_nothing() {
    let clock = ManualClock::new();
    let budget = Arc::new(RetryBudget::new(Ratio::HALF, 1));
    let policy = RetryPolicy::default().with_budget(budget);
    allocates_nothing("success", || {
        for _ in 0..200 {
            policy.call(&clock, Safety::Idempotent, || Ok::<_, ()>(1)).unwrap();
        }
    });
}

#[test]
fn limiters_allocate_nothing_for_what_they_know() {
    let (clock, quota) = (ManualClock::new(), Quota::every(Duration::from_secs(1)));
    let (limiter, window) = (RateLimiter::new(quota), SlidingWindow::new(1, Duration::from_secs(1)).unwrap());
    let keyed = KeyedLimiter::<String>::new(quota, 100);
    keyed.check("alice", clock.now()).unwrap();
    clock.advance(Duration::from_secs(1));
    allocates_nothing("let through and limited", || {
        for passes in [true, false] {
            assert_eq!(limiter.check(clock.now()).is_ok(), passes);
            assert_eq!(window.check(clock.now()).is_ok(), passes);
            assert_eq!(keyed.check("alice", clock.now()).is_ok(), passes);
        }
    });
}

#[test]
fn a_bulkhead_allocates_nothing_for_those_who_pass_wait_or_are_refused() {
    let clock = ManualClock::new();
    let bulkhead =
        Bulkhead::new(BulkheadOptions::default().with_max_in_flight(1).with_max_waiting(2)).unwrap();
    let at_once = |_| ready(());
    allocates_nothing("success", || {
        for _ in 0..200 {
            bulkhead.call_queued(&clock, || Ok::<_, ()>(1)).unwrap();
        }
    });
    let _place = bulkhead.admit().unwrap();
    allocates_nothing("waiting in vain", || {
        let mut call = pin!(bulkhead.call_queued_async(&clock, &at_once, || ready(Ok::<_, ()>(1))));
        assert!(matches!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(_))));
    });
    let _tickets = [bulkhead.enter(clock.now()).unwrap(), bulkhead.enter(clock.now()).unwrap()];
    allocates_nothing("rejection", || {
        assert!(bulkhead.admit().is_err());
        assert!(bulkhead.call_queued(&clock, || Ok::<_, ()>(1)).is_err());
    });
}

#[test]
fn a_pipeline_allocates_nothing_on_success_or_refusal() {
    let clock = ManualClock::new();
    let budget = Arc::new(RetryBudget::new(Ratio::HALF, 1));
    let retries = RetryOptions::default().with_max_elapsed(Duration::from_secs(1));
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(AdaptiveThrottle::default())
        .with(RateLimiter::new(Quota::per_second(1000.try_into().unwrap())))
        .with(RetryPolicy::new(retries).with_budget(budget))
        .with(CircuitBreaker::default())
        .with(Bulkhead::default());
    allocates_nothing("success", || {
        for _ in 0..200 {
            pipeline.call(&clock, || Ok::<_, ()>(1)).unwrap();
        }
    });
    let sleep = |_: Duration| ready(());
    allocates_nothing("asynchronous success", || {
        let mut call = pin!(pipeline.call_async(&clock, &sleep, || ready(Ok::<_, ()>(1))));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    });
    let breaker = &pipeline.layers().outer.inner;
    breaker.force(Force::ForcedOpen, clock.now());
    allocates_nothing("refusal", || assert!(pipeline.call(&clock, || Ok::<_, ()>(1)).is_err()));
    breaker.force(Force::Open, clock.now());
    allocates_nothing("refusal for a time", || assert!(pipeline.call(&clock, || Ok::<_, ()>(1)).is_err()));
}

#[test]
fn a_standard_pipeline_allocates_nothing_on_success_or_refusal() {
    let clock = ManualClock::new();
    let options = PipelineOptions {
        bulkhead: Some(BulkheadOptions::default()),
        rate_limit: Some(Quota::per_second(1000.try_into().unwrap())),
        ..PipelineOptions::default()
    };
    let pipeline = StandardPipeline::standard(Safety::Idempotent, &options).unwrap();
    let success = || (0..200).for_each(|_| pipeline.call(&clock, || Ok::<_, ()>(())).unwrap());
    allocates_nothing("success", success);
    pipeline.reconfigure(&options, clock.now()).unwrap();
    allocates_nothing("success after a change", success);
    let sleep = |_: Duration| pending::<()>();
    allocates_nothing("asynchronous success", || {
        let mut call = pin!(pipeline.call_async(&clock, &sleep, || ready(Ok::<_, ()>(1))));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    });
    pipeline.layers().breaker().unwrap().force(Force::ForcedOpen, clock.now());
    allocates_nothing("refusal", || assert!(pipeline.call(&clock, || Ok::<_, ()>(1)).is_err()));
}

#[test]
fn hedges_timeouts_and_first_levels_allocate_nothing() {
    let clock = ManualClock::new();
    let (at_once, mut context) = (|_| ready(()), Context::from_waker(Waker::noop()));
    let hedge = Hedge::new(HedgeDelay::default()).unwrap();
    let timeout = AttemptTimeout::new(Duration::from_secs(1)).unwrap();
    let chain = GracefulDegradation::new(0).or_endpoint(1).or_value(2);
    allocates_nothing("a second call", || {
        let mut call = pin!(hedge.call_async(&clock, &at_once, Safety::Idempotent, || ready(Ok::<_, ()>(1))));
        assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
        let mut call =
            pin!(hedge.call_async(&clock, &at_once, Safety::Idempotent, pending::<Result<(), ()>>));
        assert!(call.as_mut().poll(&mut context).is_pending());
    });
    allocates_nothing("in time and too late", || {
        let mut call = pin!(timeout.call_async(&clock, &at_once, |_| ready(Ok::<_, ()>(1))));
        assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
        let mut call = pin!(timeout.call_async(&clock, &at_once, |_| pending::<Result<(), ()>>()));
        assert!(matches!(call.as_mut().poll(&mut context), Poll::Ready(Err(_))));
    });
    allocates_nothing("the first level", || {
        assert!(chain.call(&clock, |endpoint| Ok::<_, ()>(*endpoint)).is_ok());
    });
}
