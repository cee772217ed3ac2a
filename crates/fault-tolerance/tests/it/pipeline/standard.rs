//! The standard pipeline, and changing it at run time.

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::breaker::{HalfOpen, State, Trip};
use enhanced_config_fault_tolerance::bulkhead::Entry;
use enhanced_config_fault_tolerance::pipeline::{
    Cause, PipelineOptions, Refusal, Snapshot, StandardPipeline, Warning,
};
use enhanced_config_fault_tolerance::retry::{BudgetOptions, GiveUp, Safety};
use enhanced_config_fault_tolerance::timeout::Limit;
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, BulkheadOptions, Quota, Ratio, RetryOptions, Verdict,
};
use std::future::{pending, ready};
use std::num::NonZeroU32;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn standard(options: &PipelineOptions) -> StandardPipeline {
    StandardPipeline::standard(Safety::Idempotent, options).unwrap()
}

fn quota(count: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(count).unwrap())
}

fn with_breaker(trip: Trip) -> PipelineOptions {
    let breaker = BreakerOptions::default()
        .with_trip(trip)
        .with_half_open(HalfOpen::all_of(1))
        .with_wait(Backoff::constant(SECOND * 10));
    PipelineOptions { breaker: Some(breaker), ..PipelineOptions::none() }
}

fn all() -> PipelineOptions {
    let bulkhead = Some(BulkheadOptions::default());
    PipelineOptions { bulkhead, rate_limit: Some(quota(1000)), ..PipelineOptions::default() }
}

fn state(pipeline: &StandardPipeline, clock: &ManualClock) -> State {
    pipeline.layers().breaker().unwrap().state(clock.now())
}

#[test]
fn the_defaults_do_no_harm_and_the_order_is_as_told() {
    let pipeline = standard(&all());
    assert_eq!(pipeline.lint(), []);
    let kinds = pipeline.snapshot(ManualClock::new().now()).into_iter().map(|snapshot| match snapshot {
        Snapshot::Timeout(timeout) => {
            if timeout.limit == SECOND * 30 {
                "total"
            } else {
                "attempt"
            }
        }
        Snapshot::Retry(_) => "retry",
        Snapshot::Bulkhead(_) => "bulkhead",
        Snapshot::Limiter(_) => "limiter",
        Snapshot::Breaker(_) => "breaker",
        _ => "none of these",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["total", "retry", "bulkhead", "limiter", "breaker", "attempt"]);
    assert!(standard(&PipelineOptions::none()).snapshot(ManualClock::new().now()).is_empty());
}

#[test]
fn the_policies_that_there_are_can_be_looked_at() {
    let are_there = |options: &PipelineOptions| {
        let pipeline = standard(options);
        let layers = pipeline.layers();
        assert_eq!(layers.options(), *options);
        let (retry, bulkhead) = (layers.retry().is_some(), layers.bulkhead().is_some());
        [retry, bulkhead, layers.limiter().is_some(), layers.breaker().is_some()]
    };
    let none = PipelineOptions::none();
    assert_eq!(are_there(&none), [false; 4]);
    assert_eq!(are_there(&PipelineOptions { retry: all().retry, ..none }), [true, false, false, false]);
    assert_eq!(are_there(&PipelineOptions { bulkhead: all().bulkhead, ..none }), [false, true, false, false]);
    assert_eq!(
        are_there(&PipelineOptions { rate_limit: all().rate_limit, ..none }),
        [false, false, true, false]
    );
    assert_eq!(are_there(&PipelineOptions { breaker: all().breaker, ..none }), [false, false, false, true]);
}

#[test]
fn harmful_options_are_named() {
    let options = PipelineOptions { total_timeout: Some(SECOND * 5), ..PipelineOptions::default() };
    let (outer, inner) = (SECOND * 5, SECOND * 10);
    assert_eq!(standard(&options).lint(), [Warning::TimeoutNeverReached { outer, inner }]);
}

#[test]
fn a_retry_is_within_its_budget() {
    let (clock, mut attempts) = (ManualClock::new(), 0);
    let retry_budget = BudgetOptions { share: Ratio::ZERO, per_second: 0 };
    let pipeline = standard(&PipelineOptions { retry_budget, ..PipelineOptions::default() });
    let call = |attempts: &mut u32| {
        let error = pipeline.call(&clock, || {
            *attempts += 1;
            Err::<(), _>("refused")
        });
        error.unwrap_err().retries.unwrap().reason
    };
    assert_eq!((call(&mut attempts), attempts), (GiveUp::Budget, 1));
    pipeline.reconfigure(&PipelineOptions::default(), clock.now()).unwrap();
    assert_eq!((call(&mut attempts), attempts), (GiveUp::Attempts, 4));
}

#[test]
fn a_refusing_breaker_gives_back_what_was_taken_outside_of_it() {
    let clock = ManualClock::new();
    let options = PipelineOptions { rate_limit: Some(quota(2)), ..with_breaker(Trip::at_consecutive(1)) };
    let pipeline = standard(&options);
    assert!(pipeline.call(&clock, || Err::<(), _>("down")).is_err());
    for _ in 0..10 {
        let cause = pipeline.call(&clock, || Ok::<_, &str>(())).unwrap_err().cause;
        assert!(matches!(cause, Cause::Refused(Refusal::Breaker(_))));
    }
    assert_eq!(pipeline.layers().limiter().unwrap().snapshot(clock.now()).remaining, 1);
}

/// Sixty calls, six of them failed.
fn with_a_tenth_failed() -> (StandardPipeline, ManualClock) {
    let (clock, pipeline) = (ManualClock::new(), standard(&with_breaker(Trip::at_ratio(Ratio::HALF, 20))));
    for call in 0..60 {
        let _ = pipeline.call(&clock, || if call % 10 == 0 { Err("refused") } else { Ok(()) });
    }
    (pipeline, clock)
}

#[test]
fn a_bound_that_is_reached_already_opens_at_the_next_result() {
    for failed in [true, false] {
        let (pipeline, clock) = with_a_tenth_failed();
        let strict = with_breaker(Trip::at_ratio(Ratio::percent(5), 20));
        pipeline.reconfigure(&strict, clock.now()).unwrap();
        assert_eq!(state(&pipeline, &clock), State::Closed, "by itself it opens nothing");
        let tally = pipeline.layers().breaker().unwrap().snapshot(clock.now()).tally;
        assert_eq!((tally.calls, tally.failed), (60, 6));
        let _ = pipeline.call(&clock, || if failed { Err("refused") } else { Ok(()) });
        assert_eq!(state(&pipeline, &clock), State::Open);
    }
}

#[test]
fn an_open_breaker_stays_open_for_as_long_as_it_was_said() {
    let (clock, pipeline) = (ManualClock::new(), standard(&with_breaker(Trip::at_consecutive(1))));
    assert!(pipeline.call(&clock, || Err::<(), _>("down")).is_err());
    let breaker = BreakerOptions::default().with_wait(Backoff::constant(SECOND));
    let options = PipelineOptions { breaker: Some(breaker), ..PipelineOptions::none() };
    pipeline.reconfigure(&options, clock.now()).unwrap();
    clock.advance(SECOND * 9);
    assert_eq!(state(&pipeline, &clock), State::Open);
    clock.advance(SECOND);
    assert_eq!(state(&pipeline, &clock), State::HalfOpen);
}

#[test]
fn a_limiter_that_is_changed_gives_no_burst_for_free() {
    let clock = ManualClock::new();
    let options = |count| PipelineOptions { rate_limit: Some(quota(count)), ..PipelineOptions::none() };
    let pipeline = standard(&options(10));
    let passed = || (0..1000).filter(|_| pipeline.call(&clock, || Ok::<_, ()>(())).is_ok()).count();
    assert_eq!(passed(), 10);
    pipeline.reconfigure(&options(100), clock.now()).unwrap();
    assert_eq!(passed(), 0);
    pipeline.reconfigure(&PipelineOptions::none(), clock.now()).unwrap();
    assert_eq!(passed(), 1000);
    pipeline.reconfigure(&options(100), clock.now()).unwrap();
    assert_eq!(passed(), 0, "neither when it comes back");
    clock.advance(SECOND / 2);
    assert_eq!(passed(), 50);
}

#[test]
fn those_who_wait_for_a_place_get_the_new_ones() {
    let clock = ManualClock::new();
    let options = |places| PipelineOptions {
        bulkhead: Some(BulkheadOptions::default().with_max_in_flight(places)),
        ..PipelineOptions::none()
    };
    let pipeline = standard(&options(1));
    let bulkhead = pipeline.layers().bulkhead().unwrap();
    let _first = bulkhead.admit().unwrap();
    let Entry::Waiting(mut ticket) = bulkhead.enter(clock.now()).unwrap() else {
        panic!("there was a place")
    };
    assert!(ticket.poll(clock.now()).is_pending());
    pipeline.reconfigure(&options(2), clock.now()).unwrap();
    assert!(matches!(ticket.poll(clock.now()), Poll::Ready(Ok(_))));
}

#[test]
fn one_wrong_option_changes_none() {
    let (clock, pipeline) = (ManualClock::new(), standard(&all()));
    let options = PipelineOptions {
        rate_limit: Some(quota(1)),
        bulkhead: Some(BulkheadOptions::default().with_max_in_flight(0)),
        attempt_timeout: Some(Duration::ZERO),
        ..PipelineOptions::none()
    };
    let before = pipeline.snapshot(clock.now());
    let errors = pipeline.reconfigure(&options, clock.now()).unwrap_err();
    let paths: Vec<_> = errors.problems().iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["bulkhead.max_in_flight", "attempt_timeout"]);
    assert_eq!((pipeline.snapshot(clock.now()), pipeline.layers().options()), (before, all()));
    pipeline.reconfigure(&PipelineOptions::default(), clock.now()).unwrap();
    assert_eq!(pipeline.layers().options(), PipelineOptions::default());
}

#[test]
fn other_timeouts_and_attempts_are_those_of_the_next_call() {
    let clock = ManualClock::new();
    let once = RetryOptions::default().with_max_attempts(1);
    let options = |limit| PipelineOptions {
        retry: Some(once),
        attempt_timeout: Some(limit),
        ..PipelineOptions::none()
    };
    let pipeline = standard(&options(SECOND * 10));
    pipeline.reconfigure(&options(SECOND * 3), clock.now()).unwrap();
    let sleep = |wait| {
        clock.advance(wait);
        ready(())
    };
    let mut call = pin!(pipeline.call_async(&clock, &sleep, pending::<Result<(), &str>>));
    let Poll::Ready(Err(error)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it has to time out")
    };
    let Cause::TimedOut(timed_out) = error.cause else { panic!("{error}") };
    assert_eq!((timed_out.limit, timed_out.after), (Limit::Attempt, SECOND * 3));
    assert_eq!(error.retries.unwrap().history.attempts(), 1);
}

#[test]
fn a_call_under_way_keeps_the_policies_that_it_began_with() {
    let (clock, pipeline) = (ManualClock::new(), standard(&with_breaker(Trip::at_consecutive(1))));
    let error = pipeline.call(&clock, || {
        pipeline.reconfigure(&PipelineOptions::none(), clock.now()).unwrap();
        Err::<(), _>("down")
    });
    assert!(error.is_err() && pipeline.layers().breaker().is_none());
    assert!(pipeline.call(&clock, || Ok::<_, ()>(())).is_ok());
    pipeline.reconfigure(&with_breaker(Trip::at_consecutive(1)), clock.now()).unwrap();
    assert_eq!(state(&pipeline, &clock), State::Open, "it has counted the failure");
}

#[test]
fn judges_are_kept() {
    let (clock, options) = (ManualClock::new(), with_breaker(Trip::at_consecutive(1)));
    let pipeline = standard(&options).with_judge(|_: &Result<(), &str>| Verdict::Ignore);
    pipeline.reconfigure(&options, clock.now()).unwrap();
    assert!(pipeline.call(&clock, || Err("no such thing")).is_err());
    assert_eq!(pipeline.layers().breaker().unwrap().state(clock.now()), State::Closed);
}
