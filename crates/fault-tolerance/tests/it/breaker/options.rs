//! Other options while it runs.

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::breaker::{
    Cause, Event, Force, HalfOpen, State, Tally, Trip, Undecided, Window,
};
use enhanced_config_fault_tolerance::{Backoff, BreakerOptions, CircuitBreaker, Ratio, Verdict};
use std::cell::RefCell;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const S: Verdict = Verdict::Success;
const F: Verdict = Verdict::Failure;

fn at(seconds: u64) -> Instant {
    Instant::default() + SECOND * seconds as u32
}

fn options(window: Window, trip: Trip) -> BreakerOptions {
    let wait = Backoff::constant(SECOND * 10);
    BreakerOptions::default().with_window(window).with_trip(trip).with_wait(wait)
}

fn calls(calls: u32) -> BreakerOptions {
    options(Window::Calls(calls), Trip::never())
}

fn seconds(width: u32, buckets: u32) -> BreakerOptions {
    options(Window::Time { width: SECOND * width, buckets }, Trip::never())
}

fn breaker(options: BreakerOptions) -> CircuitBreaker {
    CircuitBreaker::new(options).unwrap()
}

fn record(breaker: &CircuitBreaker, verdict: Verdict, now: Instant) {
    breaker.record(breaker.admit(now).unwrap(), verdict, now);
}

#[track_caller]
fn holds(breaker: &CircuitBreaker, now: Instant, calls: u64, failed: u64) {
    let Tally { calls: all, failed: bad, .. } = breaker.snapshot(now).tally;
    assert_eq!((all, bad), (calls, failed));
}

#[test]
fn a_window_of_calls_keeps_the_latest_that_it_has_room_for() {
    let breaker = breaker(calls(6));
    [F, F, S, S, F, S, S].into_iter().for_each(|verdict| record(&breaker, verdict, at(0)));
    holds(&breaker, at(0), 6, 2);
    breaker.set_options(calls(4), at(0)).unwrap();
    holds(&breaker, at(0), 4, 1);
    breaker.set_options(calls(100), at(0)).unwrap();
    holds(&breaker, at(0), 4, 1);
    record(&breaker, F, at(0));
    holds(&breaker, at(0), 5, 2);
    breaker.set_options(calls(3), at(0)).unwrap();
    holds(&breaker, at(0), 3, 1);
    // In the order in which they came: the failure goes last.
    [S, S].into_iter().for_each(|verdict| record(&breaker, verdict, at(0)));
    holds(&breaker, at(0), 3, 1);
    record(&breaker, S, at(0));
    holds(&breaker, at(0), 3, 0);
}

/// Beside a naive one: whatever lengths follow each other, and however many calls come between.
#[test]
fn windows_of_all_lengths_hold_what_they_should() {
    let (breaker, mut model, mut drawn) = (breaker(calls(5)), Vec::new(), 1u64);
    let mut draw = |below: u64| {
        drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (drawn >> 33) % below
    };
    for _ in 0..2000 {
        let length = 1 + draw(12) as usize;
        breaker.set_options(calls(length as u32), at(0)).unwrap();
        let held = model.len().min(length);
        model.drain(..model.len() - held);
        for _ in 0..draw(20) {
            let verdict = if draw(3) == 0 { F } else { S };
            record(&breaker, verdict, at(0));
            model.push(verdict);
            model.drain(..model.len().saturating_sub(length));
            let failed = model.iter().filter(|&&verdict| verdict == F).count();
            holds(&breaker, at(0), model.len() as u64, failed as u64);
        }
    }
}

#[test]
fn a_window_of_time_keeps_what_is_not_too_old() {
    let breaker = breaker(seconds(1, 10));
    (0..10).for_each(|second| record(&breaker, F, at(second)));
    breaker.set_options(seconds(2, 3), at(9)).unwrap();
    // Seconds 4 to 9.
    holds(&breaker, at(9), 6, 6);
    holds(&breaker, at(10), 4, 4);
    breaker.set_options(seconds(1, 60), at(10)).unwrap();
    holds(&breaker, at(10), 4, 4);
    holds(&breaker, at(69), 0, 0);
}

#[test]
fn a_window_of_another_kind_begins_empty_but_for_the_row_of_failures() {
    let breaker = breaker(calls(10));
    (0..3).for_each(|_| record(&breaker, F, at(0)));
    breaker.set_options(seconds(1, 10), at(0)).unwrap();
    holds(&breaker, at(0), 0, 0);
    breaker.set_options(options(Window::Consecutive, Trip::at_consecutive(4)), at(0)).unwrap();
    record(&breaker, F, at(0));
    assert_eq!(breaker.state(at(0)), State::Open);
}

#[test]
fn how_long_a_call_took_is_not_guessed() {
    let breaker = breaker(calls(10));
    let early = breaker.admit(at(0)).unwrap();
    let slow = Trip::never().with_slow(SECOND, Ratio::HALF);
    breaker.set_options(options(Window::Calls(10), slow), at(50)).unwrap();
    breaker.record(early, S, at(100));
    assert_eq!(breaker.snapshot(at(100)).tally.slow, 0);
    let late = breaker.admit(at(100)).unwrap();
    breaker.record(late, S, at(102));
    let tally = breaker.snapshot(at(102)).tally;
    assert_eq!((tally.calls, tally.slow), (2, 1));
}

#[test]
fn a_window_of_nothing_but_successes_is_judged_anew_too() {
    let breaker = breaker(calls(2));
    [S, S, S].into_iter().for_each(|verdict| record(&breaker, verdict, at(0)));
    breaker.set_options(options(Window::Calls(2), Trip::at_ratio(Ratio::ZERO, 1)), at(0)).unwrap();
    record(&breaker, S, at(0));
    assert_eq!(breaker.state(at(0)), State::Open);
}

#[test]
fn probes_are_judged_by_what_they_began_with() {
    let half_open = |probes| calls(10).with_half_open(HalfOpen::all_of(probes));
    for (before, after) in [(3, 1), (1, 3)] {
        let breaker = breaker(half_open(before));
        breaker.force(Force::HalfOpen, at(0));
        breaker.set_options(half_open(after), at(0)).unwrap();
        for _ in 0..before {
            assert_eq!(breaker.state(at(0)), State::HalfOpen);
            record(&breaker, S, at(0));
        }
        assert_eq!(breaker.state(at(0)), State::Closed);
    }
}

/// Whatever is changed while probes are out or a ramp is on, it ends.
#[test]
fn no_change_keeps_a_breaker_from_closing_or_opening() {
    let half_open = HalfOpen {
        limit: Some((SECOND * 50, Undecided::Open)),
        ramp: Some(SECOND * 8),
        ..HalfOpen::all_of(5)
    };
    let (long, short) = (calls(10).with_half_open(half_open), calls(10).with_half_open(HalfOpen::all_of(1)));
    let (breaker, mut now) = (breaker(long), 0);
    breaker.force(Force::Open, at(0));
    for round in 0..40 {
        breaker.set_options(if round % 2 == 0 { short } else { long }, at(now)).unwrap();
        // Lost without a result.
        if let Ok(permit) = breaker.admit(at(now)) {
            std::mem::forget(permit);
        }
        now += 7;
    }
    now += 100;
    for _ in 0..20 {
        now += 7;
        if let Ok(permit) = breaker.admit(at(now)) {
            breaker.record(permit, S, at(now));
        }
    }
    assert_eq!(breaker.state(at(now)), State::Closed);
}

#[test]
fn waits_go_on_by_the_new_rule() {
    let (events, doubled) = (RefCell::new(Vec::new()), Backoff::exponential(SECOND, 2.0));
    let note = |event: &Event| {
        if let Event::Changed(transition) = event {
            events.borrow_mut().push((transition.to, transition.cause));
        }
    };
    let trip = Trip::at_consecutive(1);
    let breaker = CircuitBreaker::with_observer(options(Window::Calls(5), trip), &note).unwrap();
    breaker.record(breaker.admit(at(0)).unwrap(), F, at(0));
    breaker.set_options(options(Window::Calls(5), trip).with_wait(doubled), at(0)).unwrap();
    breaker.record(breaker.admit(at(10)).unwrap(), F, at(10));
    // Its second wait.
    assert_eq!(breaker.admit(at(11)).unwrap_err().retry_after, Some(SECOND));
    let told = [
        (State::Open, Cause::Consecutive(1)),
        (State::HalfOpen, Cause::Time),
        (State::Open, Cause::Probes { succeeded: 0, failed: 1 }),
    ];
    assert_eq!(*events.borrow(), told);
}

#[test]
fn wrong_options_change_nothing() {
    let breaker = breaker(calls(3));
    (0..3).for_each(|_| record(&breaker, F, at(0)));
    assert_eq!(breaker.set_options(calls(0), at(0)).unwrap_err().option, "window.calls");
    holds(&breaker, at(0), 3, 3);
    assert_eq!(breaker.state(at(0)), State::Closed);
}
