//! Orders of the steps of threads, chosen by `shuttle`.

use super::ring::Ring;
use super::{BreakerOptions, CircuitBreaker, Force, HalfOpen, Recorded, State, Trip, Window};
use crate::{Backoff, Ratio, Verdict};
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

/// Callers are refused while another finds that the wait is over: they are told of this wait, and not of what comes after.
fn refusals() {
    let breaker = breaker();
    breaker.force(Force::Open, at(0));
    spawn_all(3, |number| {
        if number == 0 {
            return drop(breaker.admit(at(10)));
        }
        for now in [4, 5] {
            if let Err(rejected) = breaker.admit(at(now))
                && rejected.state == State::Open
            {
                assert_eq!(rejected.retry_after, Some(at(10) - at(now)));
            }
        }
    });
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

/// Another length of the window races with results: none is lost, and the latest ones before it are kept.
fn reconfigured() {
    let breaker = with_failures();
    let options = BreakerOptions::default().with_window(Window::Calls(8)).with_trip(Trip::at_failures(8));
    spawn_all(3, |number| match number {
        0 => breaker.set_options(options, at(0)).unwrap(),
        1 => record_all(&breaker, [S]),
        _ => record_all(&breaker, [F]),
    });
    let tally = breaker.snapshot(at(0)).tally;
    // Each that came before has pushed out one, the second of them a failure.
    assert!(matches!((tally.calls, tally.failed), (7, 3) | (6, 3) | (5, 2)), "{tally:?}");
    record_all(&breaker, [S; 8]);
    let tally = breaker.snapshot(at(0)).tally;
    assert_eq!((tally.calls, tally.failed, breaker.word().is_steady()), (8, 0, true));
}

/// Other options race with probes that come and go: there are as many as before, and the options are in force.
fn reconfigured_half_open() {
    let (breaker, in_flight) = (breaker(), AtomicU64::new(0));
    breaker.force(Force::HalfOpen, at(0));
    let slow = Trip::at_failures(2).with_slow(Duration::from_nanos(1), Ratio::HALF);
    let options = BreakerOptions::default().with_trip(slow).with_half_open(HalfOpen::all_of(4));
    spawn_all(4, |number| {
        if number == 0 {
            return breaker.set_options(options, at(0)).unwrap();
        }
        if let Ok(_permit) = breaker.admit(at(0)) {
            assert!(in_flight.fetch_add(1, SeqCst) < u64::from(PROBES));
            in_flight.fetch_sub(1, SeqCst);
        }
    });
    assert_eq!((breaker.word().places(), breaker.word().is_timed()), (PROBES, true));
    record_all(&breaker, [S; PROBES as usize]);
    assert_eq!(breaker.state(at(0)), State::Closed);
}

/// A bound that is reached already opens at the next result, be it one that takes no lock, or one that is under way.
fn reached_already() {
    let breaker = with_failures();
    let options = BreakerOptions::default().with_window(Window::Calls(5)).with_trip(Trip::at_failures(2));
    spawn_all(2, |number| match number {
        0 => breaker.set_options(options, at(0)).unwrap(),
        _ => record_all(&breaker, [S]),
    });
    if let Ok(permit) = breaker.admit(at(0)) {
        breaker.record(permit, S, at(0));
    }
    let snapshot = breaker.snapshot(at(0));
    // Two successes may have pushed out a failure first.
    let is_less = snapshot.tally.failed < 2;
    assert_eq!(snapshot.state, if is_less { State::Closed } else { State::Open });
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
fn whoever_is_refused_is_told_how_long_it_stays_open() {
    check(refusals, 1500);
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

#[test]
fn options_change_between_results() {
    check(reconfigured, 400);
    check(reached_already, 400);
}

#[test]
fn options_change_between_probes() {
    check(reconfigured_half_open, 400);
}

/// `cargo test --release -p enhanced-config-fault-tolerance --lib -- --ignored`
#[test]
#[ignore = "a million schedules take a minute"]
fn a_million_schedules() {
    let models: [fn(); 10] = [
        probes_in_flight,
        refusals,
        stale_results,
        counting,
        given_up,
        window,
        cleared,
        reconfigured,
        reached_already,
        reconfigured_half_open,
    ];
    for model in models {
        check(model, 57_000);
    }
}
