//! Facts from the test suites of other breakers, each with its source, in `vectors.json`.

use crate::vectors::{items, number, parse, text};
use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::breaker::{
    Cause, Closing, Event, Force, HalfOpen, Permit, Recorded, Snapshot, State, Trip, Undecided, Window,
};
use enhanced_config_fault_tolerance::{Backoff, BreakerOptions, CircuitBreaker, Observer, Ratio, Verdict};
use serde_json::Value;
use std::cell::RefCell;
use std::time::Duration;

/// Where this breaker answers otherwise than the source, and why. What a case asks besides is checked all the same.
const DIFFERENCES: [(&str, &str); 3] = [
    (
        "gb-default-consecutive",
        "open and half-open, gobreaker shows zeros; this breaker, as resilience4j, goes on showing what opened it, and \
         how the probes do: the first thing that an operator asks. Successes in a row are not counted",
    ),
    (
        "boundary-cancelled-probe",
        "the five sources answer in five ways; the recommended one holds: a place given back, no change of state, and \
         a limit to being half-open",
    ),
    (
        "r4j-time-window-slides",
        "resilience4j writes `never` as a threshold of 100.1 %; here a threshold is at most 1, and `never` is none",
    ),
];

fn all() -> Value {
    parse(include_str!("vectors.json"))
}

/// A clock that has run for a while, so that calls can have begun before the first step.
fn at(ms: u64) -> Instant {
    Instant::from_nanos(0) + Duration::from_secs(600) + Duration::from_millis(ms)
}

fn state(name: &str) -> State {
    match name {
        "closed" => State::Closed,
        "open" => State::Open,
        "half_open" => State::HalfOpen,
        "isolated" => State::ForcedOpen,
        "disabled" => State::Disabled,
        "metrics_only" => State::MetricsOnly,
        other => panic!("unknown state {other}"),
    }
}

#[test]
fn every_case_holds() {
    let all = all();
    let cases = items(&all, "cases");
    assert!(cases.len() >= 30);
    for case in cases {
        let id = text(case, "id").unwrap();
        eprintln!("{id}");
        match text(case, "model").unwrap() {
            "rate_window" => rate_window(case),
            "k_of_n" => k_of_n(case),
            "counts" => counts(case),
            "consecutive" => consecutive(case),
            "trip_predicate" => items(case, "rows").iter().for_each(trip_predicate),
            "rolling_buckets" => rolling_buckets(case),
            "transition" => items(case, "rows").iter().for_each(transition),
            "transition_sequence" => rate_window(case),
            "overflow" => open_until_saturates(),
            "boundary_table" => cancelled_probe(),
            model => panic!("unknown model {model}"),
        }
    }
}

#[test]
fn differences_name_cases() {
    let all = all();
    for (id, _) in DIFFERENCES {
        assert!(items(&all, "cases").iter().any(|case| text(case, "id") == Some(id)), "{id}");
    }
}

fn percentage(config: &Value, key: &str) -> Option<Ratio> {
    config.get(key).and_then(Value::as_f64).and_then(|percent| Ratio::new(percent / 100.0).ok())
}

fn rate_window_options(config: &Value) -> BreakerOptions {
    let minimum = number(config, "minimum_calls").unwrap_or(1) as u32;
    let mut trip = Trip {
        failure_ratio: percentage(config, "failure_rate_threshold"),
        minimum_calls: minimum,
        ..Trip::never()
    };
    if let Some((longer_than, ratio)) =
        number(config, "slow_call_duration_ms").zip(percentage(config, "slow_rate_threshold"))
    {
        trip = trip.with_slow(Duration::from_millis(longer_than), ratio);
    }
    let size = number(config, "window_size").unwrap_or(10) as u32;
    let window = match text(config, "window_type") {
        Some("time") => Window::Time { width: Duration::from_secs(1), buckets: size },
        _ => Window::Calls(size),
    };
    let mut half_open = HalfOpen::all_of(number(config, "half_open_permits").unwrap_or(1) as u16);
    if trip.failure_ratio.is_some() {
        half_open.closing = Closing::Ratios;
    }
    half_open.limit = number(config, "max_wait_half_open_ms").map(|limit| {
        let undecided = match text(config, "after_max_wait") {
            Some("closed") => Undecided::Close,
            _ => Undecided::Open,
        };
        (Duration::from_millis(limit), undecided)
    });
    let wait = Duration::from_millis(number(config, "open_wait_ms").unwrap_or(60_000));
    let multiplier = config.get("open_wait_multiplier").and_then(Value::as_f64).unwrap_or(1.0);
    BreakerOptions::default()
        .with_window(window)
        .with_trip(trip)
        .with_half_open(half_open)
        .with_wait(Backoff::exponential(wait, multiplier))
}

fn rate_window(case: &Value) {
    let config = &case["config"];
    let events = RefCell::new(Vec::new());
    let note = |event: &Event| {
        let cause = match event {
            Event::Changed(transition) => transition.cause,
            Event::WouldOpen(cause) => *cause,
            _ => return,
        };
        match cause {
            Cause::FailureRatio(_) => events.borrow_mut().push("failure_rate_exceeded"),
            Cause::SlowRatio(_) => events.borrow_mut().push("slow_call_rate_exceeded"),
            _ => {}
        }
    };
    let breaker = CircuitBreaker::with_observer(rate_window_options(config), note).unwrap();
    let mut permits = Vec::new();
    let mut now = 0;
    for step in items(case, "steps") {
        now = number(step, "at_ms").unwrap_or(now);
        let mut rejection = None;
        match text(step, "op").unwrap() {
            "acquire" => {
                let admitted = breaker.admit(at(now));
                assert_eq!(admitted.is_ok(), step["expect_permitted"].as_bool().unwrap(), "{step}");
                match admitted {
                    Ok(permit) => permits.push(permit),
                    Err(rejected) => rejection = Some(rejected),
                }
            }
            "force" => force(&breaker, step, at(now)),
            "observe" => {}
            outcome => {
                let began = at(now) - Duration::from_millis(number(step, "duration_ms").unwrap_or(0));
                let permit =
                    if permits.is_empty() { breaker.admit(began).unwrap() } else { permits.remove(0) };
                record(&breaker, permit, outcome, at(now));
            }
        }
        let expected = &step["expect"];
        expect(&breaker.snapshot(at(now)), expected);
        if let Some(wait) = number(expected, "retry_after_ms") {
            assert_eq!(
                rejection.and_then(|rejected| rejected.retry_after),
                Some(Duration::from_millis(wait))
            );
        }
        if let Some(names) = expected.get("events") {
            assert_eq!(serde_json::to_value(&*events.borrow()).unwrap(), *names);
        }
    }
}

fn force<O: Observer<Event>>(breaker: &CircuitBreaker<O>, step: &Value, now: Instant) {
    let wait = number(step, "for_ms").map(Duration::from_millis);
    let force = match (text(step, "to").unwrap(), wait) {
        ("open", Some(wait)) => Force::OpenFor(wait),
        ("open", None) => Force::Open,
        ("half_open", _) => Force::HalfOpen,
        ("closed" | "reset", _) => Force::Closed,
        ("isolated", _) => Force::ForcedOpen,
        ("disabled", _) => Force::Disabled,
        ("metrics_only", _) => Force::MetricsOnly,
        (other, _) => panic!("unknown state {other}"),
    };
    breaker.force(force, now);
}

fn record<O: Observer<Event>>(
    breaker: &CircuitBreaker<O>,
    permit: Permit<'_, O>,
    outcome: &str,
    now: Instant,
) {
    let verdict = match outcome {
        "success" | "S" => Verdict::Success,
        "failure" | "F" => Verdict::Failure,
        "ignored" | "I" => Verdict::Ignore,
        other => panic!("unknown outcome {other}"),
    };
    assert_eq!(breaker.record(permit, verdict, now), Recorded::Recorded);
}

fn expect(snapshot: &Snapshot, expected: &Value) {
    let context = format!("{snapshot:?}, expected {expected}");
    if let Some(name) = text(expected, "state") {
        assert_eq!(snapshot.state, state(name), "{context}");
    }
    for (key, value) in [
        ("buffered", snapshot.tally.calls),
        ("failed", snapshot.tally.failed),
        ("success", snapshot.tally.succeeded()),
        ("slow", snapshot.tally.slow),
        ("not_permitted", snapshot.rejected),
    ] {
        if let Some(count) = number(expected, key) {
            assert_eq!(value, count, "{key}: {context}");
        }
    }
    for (key, value) in [("failure_rate", snapshot.failure_ratio), ("slow_rate", snapshot.slow_ratio)] {
        if let Some(rate) = expected.get(key).and_then(Value::as_f64) {
            assert_eq!(value.map_or(-1.0, |ratio| ratio.get() * 100.0), rate, "{key}: {context}");
        }
    }
}

fn one_call<O: Observer<Event>>(breaker: &CircuitBreaker<O>, outcome: &str, now: Instant) {
    let permit = breaker.admit(now).unwrap();
    record(breaker, permit, outcome, now);
}

fn k_of_n(case: &Value) {
    let config = &case["config"];
    let count = |key| number(config, key).map(|count| count as u16);
    let (threshold, capacity) = count("failure_threshold").zip(count("failure_capacity")).unwrap();
    let half_open = match count("success_threshold") {
        Some(successes) => HalfOpen::some_of(successes, count("success_capacity").unwrap_or(successes)),
        // Without one it is failures that decide, which is the same said from the other side.
        None => HalfOpen::some_of(capacity - threshold + 1, capacity),
    };
    let options = BreakerOptions::default()
        .with_window(Window::Calls(capacity.into()))
        .with_trip(Trip::at_failures(threshold.into()))
        .with_half_open(half_open);
    let breaker = CircuitBreaker::new(options).unwrap();
    if text(case, "start") == Some("half_open") {
        breaker.force(Force::HalfOpen, at(0));
    }
    for (outcome, expected) in items(case, "outcomes").iter().zip(items(case, "states")) {
        one_call(&breaker, outcome.as_str().unwrap(), at(0));
        assert_eq!(breaker.state(at(0)), state(expected.as_str().unwrap()));
    }
}

fn counts(case: &Value) {
    let config = &case["config"];
    let trip = Trip::at_consecutive(number(&config["trip"], "more_than").unwrap() as u32 + 1);
    let options = BreakerOptions::default()
        .with_window(Window::Calls(1000))
        .with_trip(trip)
        .with_half_open(HalfOpen::all_of(number(config, "half_open_max_requests").unwrap() as u16))
        .with_wait(Backoff::constant(Duration::from_millis(number(config, "open_timeout_ms").unwrap())));
    let breaker = CircuitBreaker::new(options).unwrap();
    let mut now = at(0);
    for step in items(case, "steps") {
        if let Some(us) = number(step, "at_us") {
            now = at(0) + Duration::from_micros(us);
        }
        for outcome in items(step, "outcomes") {
            if step["permitted"] == false {
                assert!(breaker.admit(now).is_err());
            } else {
                one_call(&breaker, outcome.as_str().unwrap(), now);
            }
        }
        let snapshot = breaker.snapshot(now);
        assert_eq!(snapshot.state, state(text(step, "state").unwrap()), "{step}");
        let counts = &step["counts"];
        if snapshot.state == State::Closed {
            assert_eq!(Some(snapshot.tally.calls), number(counts, "requests"));
            assert_eq!(Some(snapshot.tally.succeeded()), number(counts, "successes"));
            assert_eq!(Some(snapshot.tally.failed), number(counts, "failures"));
            assert_eq!(Some(snapshot.consecutive_failures.into()), number(counts, "consecutive_failures"));
        }
    }
}

fn consecutive(case: &Value) {
    let config = &case["config"];
    let backoff = &config["open_wait_backoff"];
    let ms = |key| Duration::from_millis(number(backoff, key).unwrap());
    let wait =
        Backoff::exponential(ms("start_ms"), backoff["factor"].as_f64().unwrap()).with_cap(ms("max_ms"));
    let options = BreakerOptions::default()
        .with_window(Window::Consecutive)
        .with_trip(Trip::at_consecutive(number(config, "consecutive_failures").unwrap() as u32))
        .with_half_open(HalfOpen::all_of(1))
        .with_wait(wait);
    let breaker = CircuitBreaker::new(options).unwrap();
    let mut probe = None;
    for step in items(case, "steps") {
        let now = at(number(step, "at_ms").unwrap());
        for outcome in text(step, "outcomes").unwrap_or_default().chars() {
            one_call(&breaker, &outcome.to_string(), now);
        }
        for _ in 0..number(step, "attempts").unwrap_or(0) {
            let admitted = breaker.admit(now);
            assert_eq!(admitted.is_ok(), step["permitted"].as_bool().unwrap(), "{step}");
            probe = admitted.ok();
        }
        if let Some(outcome) = text(step, "outcome_of_probe") {
            record(&breaker, probe.take().unwrap(), outcome, now);
        }
        assert_eq!(breaker.state(now), state(text(step, "state").unwrap()), "{step}");
    }
}

fn trip_predicate(row: &Value) {
    let float = |key: &str| row[key].as_f64().unwrap();
    let calls = number(row, "throughput").unwrap();
    let failed = (float("failure_rate") * calls as f64).round() as u64;
    let trip = Trip::at_ratio(
        Ratio::new(float("failure_threshold")).unwrap(),
        number(row, "minimum_throughput").unwrap() as u32,
    );
    let breaker = CircuitBreaker::new(BreakerOptions::default().with_trip(trip)).unwrap();
    let successes = std::iter::repeat_n("S", (calls - failed) as usize);
    for outcome in successes.chain(std::iter::repeat_n("F", failed as usize)) {
        // The first of several failures may suffice.
        if breaker.state(at(0)) == State::Closed {
            one_call(&breaker, outcome, at(0));
        }
    }
    assert_eq!(breaker.state(at(0)) == State::Open, row["expect_trip"] == true, "{row}");
}

fn rolling_buckets(case: &Value) {
    let config = &case["config"];
    let buckets = number(config, "buckets").unwrap() as u32;
    let width = Duration::from_millis(number(config, "sampling_ms").unwrap()) / buckets;
    let options =
        BreakerOptions::default().with_window(Window::Time { width, buckets }).with_trip(Trip::never());
    let breaker = CircuitBreaker::new(options).unwrap();
    for step in items(case, "steps") {
        let now = at(number(step, "at_ms").unwrap());
        items(step, "outcomes").iter().for_each(|outcome| one_call(&breaker, outcome.as_str().unwrap(), now));
        let expected = &step["expect"];
        let tally = breaker.snapshot(now).tally;
        if let Some(calls) = number(expected, "throughput") {
            assert_eq!(tally.calls, calls, "{step}");
            assert_eq!(Some(tally.failed), number(expected, "failures"));
            assert_eq!(tally.failure_ratio().map(Ratio::get), expected["failure_rate"].as_f64());
        }
    }
}

/// A result that comes when the breaker is in this state: of a call of now, or of one from before.
fn transition(row: &Value) {
    let trips = row["window_says_trip"] == true;
    let trip = if trips { Trip::at_consecutive(1) } else { Trip::never() };
    let options = BreakerOptions::default().with_trip(trip).with_half_open(HalfOpen::all_of(1));
    let breaker = CircuitBreaker::new(options).unwrap();
    let earlier = breaker.admit(at(0)).unwrap();
    let (from, expected) = (state(text(row, "state").unwrap()), state(text(row, "expect_state").unwrap()));
    match from {
        State::Open => breaker.force(Force::Open, at(0)),
        State::HalfOpen => breaker.force(Force::HalfOpen, at(0)),
        State::ForcedOpen => breaker.force(Force::ForcedOpen, at(0)),
        _ => {}
    }
    let permit = breaker.admit(at(0)).unwrap_or(earlier);
    let verdict = if text(row, "outcome") == Some("success") { Verdict::Success } else { Verdict::Failure };
    let recorded = breaker.record(permit, verdict, at(0));
    assert_eq!(recorded == Recorded::Stale, matches!(from, State::Open | State::ForcedOpen));
    assert_eq!(breaker.state(at(0)), expected, "{row}");
}

fn open_until_saturates() {
    let breaker = CircuitBreaker::default();
    let wait = Duration::from_secs(5);
    let end = Instant::from_nanos(u64::MAX);
    let now = end - wait + Duration::from_millis(10);
    breaker.force(Force::OpenFor(wait), now);
    assert_eq!(breaker.admit(now).unwrap_err().retry_after, Some(end - now));
    assert!(breaker.admit(end).is_ok());
}

fn cancelled_probe() {
    let mut half_open = HalfOpen::all_of(1);
    half_open.limit = Some((Duration::from_secs(10), Undecided::Open));
    let breaker = CircuitBreaker::new(BreakerOptions::default().with_half_open(half_open)).unwrap();
    breaker.force(Force::HalfOpen, at(0));
    drop(breaker.admit(at(0)).unwrap());
    assert_eq!(breaker.state(at(0)), State::HalfOpen);
    assert!(breaker.admit(at(0)).is_ok());
    assert_eq!(breaker.state(at(10_000)), State::Open);
}
