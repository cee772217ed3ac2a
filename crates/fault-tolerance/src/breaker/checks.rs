//! Orders of the steps of threads, chosen by `shuttle`.

use super::ring::Ring;
use super::{BreakerOptions, CircuitBreaker, Force, HalfOpen, Recorded, State, Trip, Window};
use crate::{Backoff, Verdict};
use enhanced_config_clock::Instant;
use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
use shuttle::thread;
use std::time::Duration;

const PROBES: u16 = 2;

/// A breaker whose every change of state comes after few calls.
fn breaker() -> CircuitBreaker {
    let mut half_open = HalfOpen::all_of(PROBES);
    half_open.probe_timeout = Duration::from_nanos(100);
    let options = BreakerOptions::default()
        .with_window(Window::Calls(2))
        .with_trip(Trip::at_failures(2))
        .with_half_open(half_open)
        .with_wait(Backoff::constant(Duration::from_nanos(10)))
        .with_seed(Some(0));
    CircuitBreaker::new(options).unwrap()
}

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn spawn_all(threads: u64, work: impl Fn(u64) + Send + Sync) {
    let work = &work;
    thread::scope(|scope| {
        for number in 0..threads {
            scope.spawn(move || work(number));
        }
    });
}

/// Threads race for the places of probes, give some back, and succeed: never more are out than there are places.
fn probes_in_flight() {
    let (breaker, in_flight) = (breaker(), AtomicU64::new(0));
    breaker.force(Force::Open, at(0));
    spawn_all(3, |number| {
        for round in 0..2 {
            // At the end of the wait, and not so late that a probe could be given up.
            let Ok(permit) = breaker.admit(at(10 + round)) else { continue };
            if permit.probe {
                assert!(in_flight.fetch_add(1, SeqCst) < u64::from(PROBES));
                in_flight.fetch_sub(1, SeqCst);
            }
            if number == 0 {
                drop(permit);
            } else {
                breaker.record(permit, Verdict::Success, at(10 + round));
            }
        }
    });
    // Two successes have closed it; else nobody is out, and there is a place for the next.
    assert!(breaker.admit(at(12)).is_ok());
}

/// Failures from before race with the change to half-open and with the probes after it: these alone decide.
fn stale_results() {
    let breaker = breaker();
    let early = [breaker.admit(at(0)).unwrap(), breaker.admit(at(0)).unwrap()];
    thread::scope(|scope| {
        scope.spawn(|| early.map(|permit| breaker.record(permit, Verdict::Failure, at(20))));
        scope.spawn(|| {
            breaker.force(Force::HalfOpen, at(20));
            for _ in 0..PROBES {
                let probe = breaker.admit(at(20)).unwrap();
                assert_eq!(breaker.record(probe, Verdict::Success, at(20)), Recorded::Recorded);
            }
        });
    });
    let snapshot = breaker.snapshot(at(20));
    assert_eq!((snapshot.state, snapshot.tally.calls), (State::Closed, 0));
}

/// Failures and successes race in a closed breaker: every one is counted, and it opens once.
fn counting() {
    let breaker = breaker();
    spawn_all(3, |number| {
        if let Ok(permit) = breaker.admit(at(0)) {
            let verdict = if number == 0 { Verdict::Success } else { Verdict::Failure };
            breaker.record(permit, verdict, at(0));
        }
    });
    let snapshot = breaker.snapshot(at(0));
    match snapshot.state {
        State::Open => assert_eq!(snapshot.tally.failed, 2),
        // The success between the failures, or after them, leaves one of the last two.
        state => assert_eq!((state, snapshot.tally.calls, snapshot.tally.failed), (State::Closed, 2, 1)),
    }
}

/// Probes that are given up race with their own late results.
fn given_up() {
    let breaker = breaker();
    breaker.force(Force::HalfOpen, at(0));
    spawn_all(3, |number| {
        let now = at(number * 100);
        if let Ok(permit) = breaker.admit(now) {
            breaker.record(permit, Verdict::Failure, now);
        }
    });
    // Open by a failure, and then half-open again with all places free.
    assert!(breaker.admit(at(1000)).is_ok());
}

const S: Verdict = Verdict::Success;
const F: Verdict = Verdict::Failure;

/// A window of five calls that holds two failures, which are not enough to open.
fn with_failures() -> CircuitBreaker {
    let options = BreakerOptions::default().with_window(Window::Calls(5)).with_trip(Trip::at_failures(5));
    let breaker = CircuitBreaker::new(options).unwrap();
    record_all(&breaker, [S, F, S, F, S]);
    breaker
}

fn record_all<const N: usize>(breaker: &CircuitBreaker, verdicts: [Verdict; N]) {
    for verdict in verdicts {
        breaker.record(breaker.admit(at(0)).unwrap(), verdict, at(0));
    }
}

fn ring(breaker: &CircuitBreaker) -> &Ring {
    breaker.ring.as_ref().unwrap()
}

#[track_caller]
fn holds(breaker: &CircuitBreaker, failed: u64) {
    let tally = breaker.snapshot(at(0)).tally;
    assert_eq!((tally.calls, tally.failed), (5, failed));
    assert_eq!(ring(breaker).recount(), tally);
}

/// Successes that take no lock race with a failure that does: each has its place, and pushes out one.
fn window() {
    let breaker = with_failures();
    spawn_all(3, |number| match number {
        0 => record_all(&breaker, [F]),
        _ => record_all(&breaker, [S, S]),
    });
    assert_eq!(ring(&breaker).moves(), 10);
    holds(&breaker, 1);
    record_all(&breaker, [S; 5]);
    holds(&breaker, 0);
    assert!(breaker.word().is_steady());
}

/// Successes from before race with the window's end and with the next one: none of them is in that.
fn cleared() {
    let breaker = with_failures();
    let early = [(); 2].map(|()| breaker.admit(at(0)).unwrap());
    thread::scope(|scope| {
        for permit in early {
            scope.spawn(|| breaker.record(permit, S, at(0)));
        }
        scope.spawn(|| {
            breaker.force(Force::Closed, at(0));
            record_all(&breaker, [S, F, S, S, S]);
        });
    });
    for failed in [1, 0] {
        record_all(&breaker, [S]);
        holds(&breaker, failed);
    }
}

fn check(model: fn(), schedules: usize) {
    shuttle::check_random(model, schedules);
    shuttle::check_pct(model, schedules, 3);
}

#[test]
fn never_more_probes_than_places() {
    check(probes_in_flight, 1500);
}

#[test]
fn late_results_never_move_the_present_state() {
    check(stale_results, 1500);
}

#[test]
fn no_result_is_lost() {
    check(counting, 1500);
}

#[test]
fn probes_given_up_cannot_come_back() {
    check(given_up, 1500);
}

#[test]
fn a_window_of_calls_holds_the_last_ones() {
    check(window, 800);
}

#[test]
fn a_window_begins_empty() {
    check(cleared, 800);
}

/// `cargo test --release -p enhanced-config-fault-tolerance --lib -- --ignored`
#[test]
#[ignore = "a million schedules take a minute"]
fn a_million_schedules() {
    for model in [probes_in_flight, stale_results, counting, given_up, window, cleared] {
        check(model, 85_000);
    }
}
