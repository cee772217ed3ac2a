use enhanced_config_clock::{Clock, Instant, ManualClock, SystemClock};
use enhanced_config_fault_tolerance::breaker::{
    Cause, Closing, Event, Force, HalfOpen, Recorded, Rejected, State, Transition, Trip, Undecided, Window,
};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, CallError, CircuitBreaker, Policy, Ratio, Verdict,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(0) + SECOND * seconds as u32
}

fn options() -> BreakerOptions {
    BreakerOptions::default()
        .with_trip(Trip::at_consecutive(1))
        .with_half_open(HalfOpen::all_of(1))
        .with_wait(Backoff::constant(SECOND * 5))
}

fn breaker(options: BreakerOptions) -> CircuitBreaker {
    CircuitBreaker::new(options).unwrap()
}

fn call(breaker: &CircuitBreaker, verdict: Verdict, now: Instant) {
    let permit = breaker.admit(now).unwrap();
    breaker.record(permit, verdict, now);
}

#[test]
fn breakers_and_permits_go_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<CircuitBreaker>();
    check::<enhanced_config_fault_tolerance::breaker::Permit<'_>>();
}

#[test]
fn a_call_goes_to_any_executor() {
    fn check<F: Future + Send + 'static>(_: F) {}
    let breaker = Arc::new(breaker(options()));
    check(async move { breaker.call_async(&SystemClock, pending::<Result<(), ()>>).await });
}

#[test]
fn whoever_comes_at_the_deadline_gets_in() {
    let breaker = breaker(options());
    call(&breaker, Verdict::Failure, at(0));
    let before = at(5) - Duration::from_nanos(1);
    let Rejected { state, retry_after, .. } = breaker.admit(before).unwrap_err();
    assert_eq!((state, retry_after), (State::Open, Some(Duration::from_nanos(1))));
    assert!(breaker.admit(at(5)).is_ok());
}

#[test]
fn a_result_from_before_changes_nothing() {
    let breaker = breaker(options());
    let early = [breaker.admit(at(0)).unwrap(), breaker.admit(at(0)).unwrap()];
    call(&breaker, Verdict::Failure, at(0));
    let probe = breaker.admit(at(5)).unwrap();
    let [success, failure] = early;
    assert_eq!(breaker.record(success, Verdict::Success, at(5)), Recorded::Stale);
    assert_eq!(breaker.record(failure, Verdict::Failure, at(5)), Recorded::Stale);
    assert_eq!(breaker.state(at(5)), State::HalfOpen);
    assert_eq!(breaker.record(probe, Verdict::Success, at(5)), Recorded::Recorded);
    assert_eq!(breaker.state(at(5)), State::Closed);
}

#[test]
fn a_permit_of_another_breaker_is_stale_and_given_back() {
    let (one, other) = (breaker(options()), breaker(options()));
    one.force(Force::HalfOpen, at(0));
    let permit = one.admit(at(0)).unwrap();
    assert_eq!(other.record(permit, Verdict::Failure, at(0)), Recorded::Stale);
    assert_eq!(other.state(at(0)), State::Closed);
    assert!(one.admit(at(0)).is_ok());
}

#[test]
fn a_probe_that_never_returns_is_given_up() {
    let breaker = breaker(options());
    breaker.force(Force::HalfOpen, at(0));
    let lost = breaker.admit(at(10)).unwrap();
    assert_eq!(breaker.admit(at(39)).unwrap_err().retry_after, Some(SECOND));
    let probe = breaker.admit(at(40)).unwrap();
    assert_eq!(breaker.record(lost, Verdict::Failure, at(41)), Recorded::Stale);
    assert!(breaker.admit(at(41)).is_err(), "the late one has no place to give back");
    assert_eq!(breaker.record(probe, Verdict::Success, at(41)), Recorded::Recorded);
    assert_eq!(breaker.state(at(41)), State::Closed);
}

#[test]
fn whoever_finds_no_place_for_a_probe_is_told_to_come_back_soon() {
    let breaker = breaker(options());
    breaker.force(Force::HalfOpen, at(0));
    let _out = breaker.admit(at(10)).unwrap();
    let ms = Duration::from_millis;
    for (now, expected) in [
        (at(10), ms(30)),
        (at(10) + ms(200), ms(200)),
        (at(25), SECOND * 15),
        (at(30), SECOND * 10),
        (at(40) - ms(1), ms(1)),
    ] {
        assert_eq!(breaker.admit(now).unwrap_err().retry_after, Some(expected));
    }
}

#[test]
fn a_refusal_says_what_the_breaker_is_doing() {
    let half_open = HalfOpen { ramp: Some(SECOND * 100), ..HalfOpen::all_of(1) };
    let breaker = breaker(options().with_half_open(half_open));
    let refusal = || breaker.admit(at(0)).map(drop).unwrap_err().to_string();
    breaker.force(Force::ForcedOpen, at(0));
    assert_eq!(refusal(), "circuit breaker is held open");
    breaker.force(Force::Open, at(0));
    assert_eq!(refusal(), "circuit breaker is open, retry after 5s");
    breaker.force(Force::HalfOpen, at(0));
    let probe = breaker.admit(at(0)).unwrap();
    assert_eq!(refusal(), "circuit breaker is trying a few calls, retry after 30ms");
    breaker.record(probe, Verdict::Success, at(0));
    // The first of the ramp goes through.
    drop(breaker.admit(at(0)).unwrap());
    assert_eq!(refusal(), "circuit breaker is letting calls through again by and by, retry after 10s");
}

#[test]
fn whoever_the_ramp_refuses_is_told_to_come_back_within_it() {
    let half_open = HalfOpen { ramp: Some(SECOND * 100), ..HalfOpen::all_of(1) };
    let breaker = breaker(options().with_half_open(half_open));
    breaker.force(Force::HalfOpen, at(0));
    call(&breaker, Verdict::Success, at(0));
    for (now, expected) in [(1, 10), (50, 10), (95, 5)] {
        let refused = (0..100).find_map(|_| breaker.admit(at(now)).err()).unwrap();
        assert_eq!((refused.state, refused.retry_after), (State::Ramp, Some(SECOND * expected)));
    }
}

#[test]
fn what_probes_have_shown_outlives_those_that_are_given_up() {
    let breaker = breaker(options().with_half_open(HalfOpen::all_of(3)));
    breaker.force(Force::HalfOpen, at(0));
    call(&breaker, Verdict::Success, at(0));
    let _lost = [breaker.admit(at(0)).unwrap(), breaker.admit(at(0)).unwrap()];
    assert!(breaker.admit(at(0)).is_err());
    call(&breaker, Verdict::Success, at(30));
    assert_eq!(breaker.snapshot(at(30)).tally.calls, 2);
    call(&breaker, Verdict::Success, at(30));
    assert_eq!(breaker.state(at(30)), State::Closed);
}

#[test]
fn it_reopens_as_soon_as_closing_is_impossible() {
    let breaker = breaker(options().with_half_open(HalfOpen::some_of(3, 5)));
    breaker.force(Force::HalfOpen, at(0));
    call(&breaker, Verdict::Failure, at(0));
    call(&breaker, Verdict::Failure, at(0));
    assert_eq!(breaker.state(at(0)), State::HalfOpen);
    call(&breaker, Verdict::Failure, at(0));
    assert_eq!(breaker.state(at(0)), State::Open);
}

#[test]
fn a_slow_probe_has_failed_where_slowness_trips() {
    let trip = Trip::at_consecutive(1).with_slow(SECOND, Ratio::HALF);
    let breaker = breaker(options().with_trip(trip));
    breaker.force(Force::HalfOpen, at(0));
    let probe = breaker.admit(at(0)).unwrap();
    breaker.record(probe, Verdict::Success, at(2));
    assert_eq!(breaker.state(at(2)), State::Open);
}

#[test]
fn a_call_is_slow_only_if_it_takes_longer() {
    let trip = Trip { minimum_calls: 1, ..Trip::never().with_slow(SECOND, Ratio::ONE) };
    let breaker = breaker(options().with_trip(trip));
    let quick = breaker.admit(at(0)).unwrap();
    breaker.record(quick, Verdict::Success, at(1));
    assert_eq!(breaker.state(at(1)), State::Closed);
    breaker.force(Force::Closed, at(1));
    let slow = breaker.admit(at(1)).unwrap();
    breaker.record(slow, Verdict::Success, at(2) + Duration::from_nanos(1));
    assert_eq!(breaker.state(at(2)), State::Open);
}

#[test]
fn an_error_may_say_how_long_to_wait_up_to_a_bound() {
    let breaker = breaker(options());
    let long = SECOND * 3600;
    for (wait, expected) in [(SECOND * 7, SECOND * 7), (long, SECOND * 300)] {
        breaker.force(Force::Closed, at(0));
        call(&breaker, Verdict::RetryAfter(wait), at(0));
        assert_eq!(breaker.admit(at(0)).unwrap_err().retry_after, Some(expected));
    }
}

#[test]
fn what_an_error_asks_for_neither_shortens_a_wait_nor_stops_its_growth() {
    let breaker = breaker(options().with_wait(Backoff::exponential(SECOND, 2.0)));
    let mut now = at(0);
    for (asked, expected) in [(0, 1), (1, 2), (10, 10), (0, 8)] {
        call(&breaker, Verdict::RetryAfter(SECOND * asked), now);
        assert_eq!(breaker.admit(now).unwrap_err().retry_after, Some(SECOND * expected));
        now = now + SECOND * expected;
    }
}

#[test]
fn a_trip_opens_at_once() {
    let breaker = breaker(options().with_trip(Trip::never()));
    call(&breaker, Verdict::Failure, at(0));
    assert_eq!(breaker.state(at(0)), State::Closed);
    call(&breaker, Verdict::Trip, at(0));
    assert_eq!(breaker.state(at(0)), State::Open);
}

#[test]
fn a_success_may_be_the_call_that_makes_enough() {
    let breaker = breaker(options().with_trip(Trip::at_ratio(Ratio::HALF, 3)));
    for verdict in [Verdict::Failure, Verdict::Failure] {
        call(&breaker, verdict, at(0));
    }
    assert_eq!(breaker.state(at(0)), State::Closed);
    call(&breaker, Verdict::Success, at(7));
    assert_eq!(breaker.admit(at(7)).unwrap_err().retry_after, Some(SECOND * 5));
}

#[test]
fn a_clock_may_use_the_breaker_that_asks_it() {
    struct Nosy<'a>(&'a CircuitBreaker);
    impl Clock for Nosy<'_> {
        fn now(&self) -> Instant {
            self.0.snapshot(at(1)).since
        }
    }
    let breaker = breaker(options().with_trip(Trip::at_ratio(Ratio::HALF, 3)));
    for result in [Err(()), Err(()), Ok(())] {
        let _ = breaker.call(&Nosy(&breaker), || result);
    }
    assert_eq!(breaker.state(at(1)), State::Open);
}

#[test]
fn waits_grow_until_it_closes() {
    let breaker = breaker(options().with_wait(Backoff::exponential(SECOND, 2.0)));
    let mut now = at(0);
    for expected in [1, 2, 4] {
        call(&breaker, Verdict::Failure, now);
        assert_eq!(breaker.admit(now).unwrap_err().retry_after, Some(SECOND * expected));
        now = now + SECOND * expected;
    }
    call(&breaker, Verdict::Success, now);
    call(&breaker, Verdict::Failure, now);
    assert_eq!(breaker.admit(now).unwrap_err().retry_after, Some(SECOND));
}

#[test]
fn a_ramp_lets_a_growing_share_through() {
    let mut half_open = HalfOpen::all_of(1);
    half_open.ramp = Some(SECOND * 100);
    let breaker = breaker(options().with_half_open(half_open));
    breaker.force(Force::HalfOpen, at(0));
    call(&breaker, Verdict::Success, at(0));
    assert_eq!(breaker.state(at(0)), State::Ramp);
    let admitted = |now| (0..1000).filter(|_| breaker.admit(now).is_ok()).count();
    for (now, expected) in [(0, 10), (10, 100), (50, 500), (99, 990)] {
        let admitted = admitted(at(now));
        assert!(admitted.abs_diff(expected) <= 1, "{admitted} after {now} s");
    }
    let out = breaker.admit(at(99) + SECOND / 2).ok();
    assert_eq!(admitted(at(100)), 1000);
    assert_eq!(breaker.state(at(100)), State::Closed);
    if let Some(out) = out {
        assert_eq!(breaker.record(out, Verdict::Success, at(100)), Recorded::Recorded);
    }
    call(&breaker, Verdict::Failure, at(100));
    assert_eq!(breaker.state(at(100)), State::Open);
}

#[test]
fn a_breaker_by_hand_stays_as_it_is_told() {
    let breaker = breaker(options());
    breaker.force(Force::ForcedOpen, at(0));
    let Rejected { state, retry_after, .. } = breaker.admit(at(1_000_000)).unwrap_err();
    assert_eq!((state, retry_after), (State::ForcedOpen, None));
    breaker.force(Force::Disabled, at(0));
    call(&breaker, Verdict::Trip, at(0));
    assert_eq!(breaker.snapshot(at(0)).tally.calls, 0);
    breaker.force(Force::MetricsOnly, at(0));
    call(&breaker, Verdict::Trip, at(0));
    assert_eq!(breaker.snapshot(at(0)).tally.failed, 1);
    assert_eq!(breaker.state(at(0)), State::MetricsOnly);
}

#[test]
fn a_decision_has_a_limit() {
    for (undecided, expected) in [(Undecided::Close, State::Closed), (Undecided::Open, State::Open)] {
        let mut half_open = HalfOpen::all_of(1);
        half_open.limit = Some((SECOND, undecided));
        let breaker = breaker(options().with_half_open(half_open));
        breaker.force(Force::HalfOpen, at(0));
        let out = breaker.admit(at(0)).unwrap();
        assert_eq!(breaker.state(at(1)), expected);
        assert_eq!(breaker.record(out, Verdict::Success, at(1)), Recorded::Stale);
    }
}

#[test]
fn at_the_end_of_the_clock_no_limit_is_over() {
    let end = Instant::from_nanos(u64::MAX);
    for undecided in [Undecided::Close, Undecided::Open] {
        let limit = Some((Duration::from_millis(1), undecided));
        let breaker = breaker(options().with_half_open(HalfOpen { limit, ..HalfOpen::all_of(1) }));
        breaker.force(Force::Open, at(0));
        assert_eq!(breaker.state(end), State::HalfOpen);
        call(&breaker, Verdict::Failure, end);
        assert_eq!(breaker.state(end), State::HalfOpen, "the wait is over at the end, as is every other");
        assert!(breaker.admit(end).is_ok());
    }
}

#[test]
fn ratios_decide_as_soon_as_there_are_enough_probes() {
    let half_open = |probes| HalfOpen { closing: Closing::Ratios, ..HalfOpen::all_of(probes) };
    for (probes, enough) in [(10, 2), (2, 2), (1, 1)] {
        let trip = Trip::at_ratio(Ratio::HALF, 2);
        for (verdict, expected) in [(Verdict::Success, State::Closed), (Verdict::Failure, State::Open)] {
            let breaker = breaker(options().with_trip(trip).with_half_open(half_open(probes)));
            breaker.force(Force::HalfOpen, at(0));
            for _ in 0..enough {
                assert_eq!(breaker.state(at(0)), State::HalfOpen);
                call(&breaker, verdict, at(0));
            }
            assert_eq!(breaker.state(at(0)), expected, "{enough} of {probes}");
        }
    }
}

#[test]
fn a_panic_is_a_failure_and_goes_on() {
    let (breaker, clock) = (breaker(options()), ManualClock::new());
    let call = || breaker.call(&clock, || -> Result<(), Infallible> { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(breaker.state(clock.now()), State::Open);
}

#[test]
fn a_panic_of_the_judge_is_a_failure_and_goes_on() {
    let (breaker, clock) = (breaker(options()), ManualClock::new());
    let judge = |_: &Result<(), ()>| -> Verdict { panic!("on purpose") };
    let call = || breaker.call_judged(&clock, &judge, || Ok(()));
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(breaker.state(clock.now()), State::Open);
    breaker.force(Force::Closed, clock.now());
    let mut call = pin!(breaker.call_judged_async(&clock, &judge, || std::future::ready(Ok(()))));
    let mut context = Context::from_waker(Waker::noop());
    assert!(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context).is_ready())).is_err());
    assert_eq!(breaker.state(clock.now()), State::Open);
}

#[test]
fn a_panic_of_a_future_is_a_failure_and_goes_on() {
    let (breaker, clock) = (breaker(options()), ManualClock::new());
    let mut call = pin!(breaker.call_async(&clock, || async {
        std::future::ready(()).await;
        if true {
            panic!("on purpose")
        }
        Ok::<(), Infallible>(())
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert!(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context).is_ready())).is_err());
    assert_eq!(breaker.state(clock.now()), State::Open);
}

#[test]
fn a_future_dropped_at_any_await_is_as_if_the_call_never_was() {
    let (breaker, clock) = (breaker(options()), ManualClock::new());
    let mut context = Context::from_waker(Waker::noop());
    for awaits in 0..3 {
        breaker.force(Force::HalfOpen, clock.now());
        let before = breaker.snapshot(clock.now());
        {
            let mut left = awaits;
            let work = || async move {
                poll_fn(|_| {
                    left -= 1;
                    if left > 0 { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                pending::<Result<(), Infallible>>().await
            };
            let mut call = pin!(breaker.call_async(&clock, work));
            for _ in 0..awaits {
                assert!(call.as_mut().poll(&mut context).is_pending());
            }
        }
        assert_eq!(breaker.snapshot(clock.now()), before);
        assert!(breaker.admit(clock.now()).is_ok());
    }
}

#[test]
fn results_are_what_the_judge_says() {
    let (breaker, clock) = (breaker(options()), ManualClock::new());
    let judge = |result: &Result<u16, &str>| match result {
        Ok(500..) => Verdict::Failure,
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Ignore,
    };
    let error = breaker.call_judged(&clock, &judge, || Err("invalid request"));
    assert_eq!(error, Err(CallError::Failed("invalid request")));
    assert_eq!(breaker.state(clock.now()), State::Closed);
    assert_eq!(breaker.call_judged(&clock, &judge, || Ok(503)), Ok(503));
    assert_eq!(breaker.state(clock.now()), State::Open);
}

#[test]
fn waits_and_ramps_of_no_length_end_at_once() {
    let mut half_open = HalfOpen::all_of(1);
    half_open.ramp = Some(Duration::ZERO);
    let breaker = breaker(options().with_half_open(half_open).with_wait(Backoff::constant(Duration::ZERO)));
    call(&breaker, Verdict::Failure, at(0));
    assert_eq!(breaker.state(at(0)), State::HalfOpen);
    call(&breaker, Verdict::Success, at(0));
    assert_eq!(breaker.state(at(0)), State::Closed);
    call(&breaker, Verdict::RetryAfter(Duration::ZERO), at(0));
    assert!(breaker.admit(at(0)).is_ok());
}

#[test]
fn observers_are_told_in_order_and_may_use_the_breaker() {
    let events = RefCell::new(Vec::new());
    let note = |event: &Event| events.borrow_mut().push(*event);
    let breaker = CircuitBreaker::with_observer(options(), &note).unwrap();
    let permit = breaker.admit(at(0)).unwrap();
    breaker.record(permit, Verdict::Failure, at(0));
    let rejected = breaker.admit(at(1)).unwrap_err();
    let probe = breaker.admit(at(5)).unwrap();
    breaker.record(probe, Verdict::Success, at(6));
    let events = events.into_inner();
    assert_eq!(events.iter().position(|event| *event == Event::Rejected(rejected)), Some(1));
    let changed = |event: &Event| match event {
        Event::Changed(Transition { from, to, cause, at, .. }) => Some((*from, *to, *cause, *at)),
        _ => None,
    };
    let probes = Cause::Probes { succeeded: 1, failed: 0 };
    let expected = [
        Some((State::Closed, State::Open, Cause::Consecutive(1), at(0))),
        None,
        Some((State::Open, State::HalfOpen, Cause::Time, at(5))),
        Some((State::HalfOpen, State::Closed, probes, at(6))),
    ];
    assert_eq!(events.iter().map(changed).collect::<Vec<_>>(), expected);
}

#[test]
fn options_that_contradict_themselves_are_refused() {
    let check = |options: BreakerOptions, option| {
        assert_eq!(CircuitBreaker::new(options).map(|_| ()).map_err(|error| error.option), Err(option));
    };
    let with = |half_open| options().with_half_open(half_open);
    check(options().with_window(Window::Calls(0)), "window.calls");
    check(options().with_window(Window::Calls(u32::MAX)), "window.calls");
    check(options().with_window(Window::Time { width: Duration::ZERO, buckets: 1 }), "window.time.width");
    check(options().with_window(Window::Time { width: SECOND, buckets: 0 }), "window.time.buckets");
    check(options().with_window(Window::Consecutive).with_trip(Trip::default()), "trip");
    check(options().with_trip(Trip::at_failures(0)), "trip.failures");
    check(options().with_window(Window::Calls(100)).with_trip(Trip::at_failures(101)), "trip.failures");
    assert!(CircuitBreaker::new(options().with_trip(Trip::at_failures(100))).is_ok());
    check(options().with_trip(Trip::at_consecutive(0)), "trip.consecutive");
    check(with(HalfOpen::all_of(0)), "half_open.probes");
    check(with(HalfOpen::all_of(4096)), "half_open.probes");
    check(with(HalfOpen { probe_timeout: Duration::ZERO, ..HalfOpen::all_of(3) }), "half_open.probe_timeout");
    let limit = Some((Duration::ZERO, Undecided::Open));
    check(with(HalfOpen { limit, ..HalfOpen::all_of(3) }), "half_open.limit");
    check(with(HalfOpen::some_of(4, 3)), "half_open.closing.successes");
    check(with(HalfOpen::some_of(0, 3)), "half_open.closing.successes");
    check(with(HalfOpen { closing: Closing::Ratios, ..HalfOpen::all_of(3) }), "half_open.closing");
}
